"""The notation of the rules does what its page says."""

from __future__ import annotations

import pytest

from chatbot.safety.normalising import Reader
from chatbot.safety.notation import Compiler


def found(source: str, text: str) -> bool:
    reader = Reader({"can't": "can not"}, ["really", "am"])
    pattern = Compiler(reader.words, {"kin": "mom|(step dad)"}).compile(source)
    return bool(pattern.ends(reader.knowing([pattern]).read(text)))


@pytest.mark.parametrize(
    ("source", "hit", "miss"),
    [
        ("want to die", "I really want to die", "want to eat or die"),
        ("want|wish to die", "wish to die", "hope to die"),
        ("(end it|kill myself)", "kill myself", "kill it"),
        ("took pills? today", "took today", "took some today"),
        ("took .. pills", "took all of the pills", "took one two three four pills"),
        ("took .. pills", "took my pills", "took it. pills"),
        ("hits .. me", "hits and hurts me", "hits but not me"),
        ("suicid*", "suicidality", "suits"),
        ("my <kin>", "my step dad", "my aunt"),
        ("<number> pills", "30 pills", "some pills"),
        ("^ help me $", "Please go. help me", "can you help me out"),
        ("gun & tonight", "tonight I bring a gun", "a gun. tonight"),
        ("gun &! toy", "a gun", "a toy gun"),
        ("can not breathe", "I can't breathe", "can breathe"),
    ],
)
def test_a_phrase_matches_what_it_says_and_no_more(source: str, hit: str, miss: str) -> None:
    assert found(source, hit)
    assert not found(source, miss)


@pytest.mark.parametrize(
    "source", ["", "(a|b", "a |", "<nobody> x", "really", "gun & ", "a?", ".."]
)
def test_a_phrase_that_can_mean_nothing_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match=r"“|sets"):
        Compiler(Reader({}, ["really"]).words, {}).compile(source)
