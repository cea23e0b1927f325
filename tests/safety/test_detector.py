"""Danger is found in whatever words, and nothing takes the help away."""

from __future__ import annotations

from chatbot.safety.detector import Detector, assess_safely
from chatbot.safety.model import Safety

DETECTOR = Detector.builtin()


def test_plain_words_of_dying_are_an_emergency() -> None:
    assert DETECTOR.assess("I want to die").safety is Safety.EMERGENCY


def test_a_denial_is_a_concern_and_never_nothing() -> None:
    assert DETECTOR.assess("I'm not suicidal, just asking").safety is Safety.CONCERN


def test_a_question_about_the_topic_is_a_concern() -> None:
    asked = DETECTOR.assess("can ketamine help with suicidal thoughts?")
    assert asked.safety is Safety.CONCERN


def test_an_idiom_is_nothing() -> None:
    assert DETECTOR.assess("this wait is killing me").safety is Safety.NONE


def test_an_error_inside_counts_as_an_emergency() -> None:
    assert assess_safely(None, "hello").safety is Safety.EMERGENCY  # type: ignore[arg-type]
