"""The score and the encoder agree on one number; either may be lost."""

import pytest

from chatbot.safety import opinion, rules
from chatbot.safety.detector import Detector
from chatbot.safety.encoder import Encoder
from chatbot.safety.model import Safety
from chatbot.safety.opinion import FAINT, Opinion
from chatbot.safety.scorer import Scorer

LEVELS = (0.05, 0.2, 0.5, 0.96, 0.4, 0.95)
ROWS = (("my",), ("gran",), ("is",), ("grey",))


class Sure(Encoder):
    """An encoder that has made up its mind."""

    def __init__(self, odds: float | None) -> None:
        self._odds = odds
        self.asked = 0

    def log_odds(self, text: str) -> float | None:
        self.asked += 1
        return self._odds


def test_both_are_heard() -> None:
    scorer = Scorer({"": -1.0}, LEVELS)
    alone = Opinion(scorer).chance("my gran is grey", ROWS, found=True)
    assert Opinion(scorer, Sure(6.0)).chance("my gran is grey", ROWS, found=True) > alone
    assert Opinion(scorer, Sure(-6.0)).chance("my gran is grey", ROWS, found=True) < alone


def test_a_message_too_long_for_the_encoder_is_left_to_the_score() -> None:
    scorer = Scorer({"": -1.0}, LEVELS)
    assert Opinion(scorer, Sure(None)).chance("", ROWS, found=False) == Opinion(scorer).chance(
        "", ROWS, found=False
    )


def test_the_encoder_is_not_asked_about_what_the_score_finds_plainly_harmless() -> None:
    encoder = Sure(30.0)
    assert Opinion(Scorer({"": FAINT - 1}, LEVELS), encoder).chance("", ROWS, found=False) < 0.1
    assert encoder.asked == 0


def test_a_lost_encoder_leaves_the_score(monkeypatch: pytest.MonkeyPatch) -> None:
    def lost() -> Encoder:
        raise OSError("weights.npz")

    monkeypatch.setattr(Encoder, "builtin", lost)
    detector = Detector(rules.builtin(), Opinion.builtin())
    assert detector.assess("I want to kill myself tonight").safety is Safety.EMERGENCY
    assert detector.assess("What time do you open on Monday?").safety is Safety.NONE


def test_a_lost_score_leaves_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    def lost() -> Scorer:
        raise OSError("weights.tsv")

    monkeypatch.setattr(Scorer, "builtin", lost)
    opinion.builtin.cache_clear()
    try:
        assert opinion.builtin() is None
        found = Detector(rules.builtin(), opinion.builtin()).assess("I want to kill myself tonight")
        assert found.safety is Safety.EMERGENCY
    finally:
        opinion.builtin.cache_clear()
