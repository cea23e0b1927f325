"""The encoder reads what it was made to read, everywhere alike, and never stands in the way."""

import json
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.builtin import FOLDER
from chatbot.safety.encoder import LONGEST, Encoder
from tests.timing import timed

HELD = FOLDER / "safety" / "encoder"
CHECKS = json.loads((HELD / "checks.json").read_text("utf-8"))
MEGABYTES = 11


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.builtin()


@pytest.mark.parametrize("text", CHECKS)
def test_it_reads_as_what_it_was_made_from(encoder: Encoder, text: str) -> None:
    expected = CHECKS[text]
    pieces = (HELD / "pieces.txt").read_text("utf-8").splitlines()
    assert [pieces[row] for row in encoder.rows(text)] == expected["pieces"]
    # The check was written by the library it was made with, before anything was rounded.
    assert encoder.log_odds(text) == pytest.approx(expected["log_odds"], abs=1.0)


def test_the_order_of_words_matters(encoder: Encoder) -> None:
    found = [encoder.log_odds(t) for t in ("he will not hit me", "will he hit me not")]
    assert found[0] != found[1]


def test_danger_is_told_from_what_only_sounds_like_it(encoder: Encoder) -> None:
    pairs = (
        ("I have put my affairs in order and said my goodbyes", "I said goodbye to the nurses"),
        ("she has gone quiet and will not wake up", "she has gone quiet since the class started"),
    )
    for danger, harmless in pairs:
        assert (encoder.log_odds(danger) or 0) > (encoder.log_odds(harmless) or 0) + 3


def test_what_is_too_long_is_left_to_the_score(encoder: Encoder) -> None:
    assert encoder.log_odds("help me " * (LONGEST // 2 - 1)) is not None
    assert encoder.log_odds("help me " * LONGEST) is None
    assert encoder.log_odds("help me " * 8_000) is None


def test_one_word_without_end_costs_no_time(encoder: Encoder) -> None:
    fresh = map(str, count())  # what was read before is remembered
    for length in (590, 64_000):
        assert timed(lambda n=length: encoder.log_odds("x" * n + next(fresh)), 0.05)[0] < 0.05


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_text_gives_a_number_or_none(encoder: Encoder, text: str) -> None:
    found = encoder.log_odds(text)
    assert found is None or np.isfinite(found)
    assert found == encoder.log_odds(text)


def test_capitals_accents_and_curly_marks_change_nothing(encoder: Encoder) -> None:
    assert encoder.rows("I CAN’T breathe, ¡AYÚDAME!") == encoder.rows("i can't breathe, ¡ayudame!")


def test_what_is_shipped_is_small_and_holds_no_code() -> None:
    files = [path for path in HELD.iterdir() if path.suffix != ".md"]
    assert {path.name for path in files} == {"checks.json", "pieces.txt", "weights.npz"}
    assert sum(path.stat().st_size for path in files) < MEGABYTES * 1_000_000


def test_without_its_files_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatbot.safety.encoder.FOLDER", tmp_path)
    with pytest.raises(OSError, match="pieces"):
        Encoder.builtin()
