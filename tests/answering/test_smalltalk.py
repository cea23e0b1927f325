"""Small talk is recognised only when a message says nothing else."""

from __future__ import annotations

import pytest

from chatbot.answering.smalltalk import kind


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Hello!", "greeting"),
        ("hi there", "greeting"),
        ("HEY", "greeting"),
        ("thank you so much", "thanks"),
        ("ok thanks", "thanks"),
        ("bye", "goodbye"),
        ("Are you a robot?", "robot"),
        ("are you an AI?", "robot"),
        ("What are you?", "robot"),
        ("can I talk to a real person please", "person"),
        ("I'd like to talk to someone", "person"),
        ("hi how long is the drip", None),
        ("thanks but is it painful", None),
        ("is there a person who can drive me", None),
        ("hello " * 30, None),
        ("", None),
        ("?!", None),
    ],
)
def test_small_talk(said: str, expected: str | None) -> None:
    assert kind(said) == expected
