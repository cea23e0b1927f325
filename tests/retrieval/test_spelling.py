"""A word that is none is mended; a word that is one never becomes another."""

from __future__ import annotations

import pytest

from chatbot.builtin import read_lines, read_yaml
from chatbot.retrieval.lexicon import Lexicon
from chatbot.text.terms import Analyzer

CORPUS = dict.fromkeys(
    ["ketamine", "infusion", "nausea", "appointment", "hydroxyzine", "prednisolone", "dose"], 3
)
REPAIR = Lexicon(Analyzer("en"), (), CORPUS).spelling.repair


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("ketemine", "ketamine"),
        ("infuson", "infusion"),
        ("inufsion", "infusion"),
        ("appointmnet", "appointment"),
        ("naseau", "nausea"),
        ("recieve", "receive"),
        ("osme", "some"),
    ],
)
def test_slips_are_mended(written: str, read: str) -> None:
    assert REPAIR(written) == read


@pytest.mark.parametrize(
    "word",
    [
        *("esketamine", "hydralazine", "prednisone", "ketorolac", "lamotrigine"),  # other medicines
        *("infusions", "dosed", "appointments"),  # forms of known words
        *("does", "done", "nose", "case", "fusion", "12", "iv", "xq"),
        *("squirt", "geek", "brumfitt"),  # words that no list has
    ],
)
def test_real_and_rare_words_are_left_alone(word: str) -> None:
    assert REPAIR(word) is None


def test_no_everyday_word_and_no_name_is_ever_mended() -> None:
    everyday = read_lines("everyday_words.txt")
    assert [word for word in everyday[::37] if REPAIR(word)] == []
    drugs = [line[0] for line in read_yaml("discriminating.yaml")["drugs"]["members"]]
    assert [name for name in drugs if " " not in name and REPAIR(name)] == []
