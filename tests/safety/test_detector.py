"""Danger is found in whatever words, and nothing takes the help away."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatbot.safety.detector import Detector, assess_safely
from chatbot.safety.model import Danger, Safety
from tests.timing import timed

DETECTOR = Detector.builtin()
EMERGENCY = Safety.EMERGENCY


def safety(text: str, *earlier: str) -> Safety:
    return DETECTOR.assess(text, earlier).safety


@pytest.mark.parametrize(
    "text",
    [
        "I want to die",
        "I WANT TO DIE!!!",
        "i want to dieeeee",
        "i wanna kms",
        "iwanttodie",
        "k1ll mys3lf tonight",
        "k!ll myself",
        "i want to k*ll myself",
        "i am s u i c i d a l",
        "s.u.i.c.i.d.e",
        "sui\u200bcide tonight",
        "I ｗａｎｔ to ｄｉｅ",
        "І wаnt tо dіе",
        "I want to d\u0301i\u0301e\u0301",
        "#wanttodie",
        "I want\nto die",
        "Quiero morir",
        "took all my pills",
        "tomé muchas pastillas",
        "my sister wants to die",
    ],
)
def test_disguise_and_haste_hide_nothing(text: str) -> None:
    assert safety(text) is Safety.EMERGENCY


@pytest.mark.parametrize(
    "text",
    [
        "I'm not suicidal, just asking",
        "can ketamine help with suicidal thoughts?",
        "I was suicidal in 2019",
        "no soy suicida, solo pregunto",
    ],
)
def test_denied_past_or_asked_about_it_is_a_concern_and_never_nothing(text: str) -> None:
    assert safety(text) is Safety.CONCERN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "this wait is killing me",
        "where is the suite",
        "can I kill time in the lobby",
        "How long does an infusion take?",
        "???",
        "👍",
    ],
)
def test_an_idiom_or_an_ordinary_question_is_nothing(text: str) -> None:
    assert safety(text) is Safety.NONE


def test_what_is_denied_in_one_clause_does_not_hide_what_is_said_in_another() -> None:
    assert safety("I'm not suicidal but I took all my pills") is Safety.EMERGENCY


def test_danger_in_the_middle_of_a_long_message_is_found() -> None:
    chatter = "The chairs are comfortable and the nurse was kind to my mother. " * 25
    assert safety(chatter + "I want to die. " + chatter) is Safety.EMERGENCY


@pytest.mark.parametrize("category", ["ms-relapse", "bladder-fever-infection", "withdrawal"])
def test_what_can_wait_until_the_clinic_is_called_is_urgent(category: str) -> None:
    texts = {
        "ms-relapse": "my MS is flaring, my legs are numb since Monday",
        "bladder-fever-infection": "there is blood in my urine",
        "withdrawal": "I stopped my Xanax three days ago and I'm shaking",
    }
    danger = DETECTOR.assess(texts[category])
    assert (danger.safety, danger.categories[0]) == (Safety.URGENT, category)


def test_danger_spread_over_three_questions_is_an_emergency() -> None:
    assert safety("tonight") is Safety.NONE
    assert safety("all of my pills", "I took") is Safety.EMERGENCY
    assert safety("to die", "hello", "I want") is Safety.EMERGENCY


def test_an_emergency_in_an_earlier_question_leaves_a_concern() -> None:
    assert safety("what are your hours", "I want to die", "thanks") is Safety.CONCERN
    assert safety("what are your hours", "hello", "thanks") is Safety.NONE


def test_an_earlier_emergency_makes_a_new_one_no_smaller() -> None:
    assert safety("I took all my pills", "I want to die") is Safety.EMERGENCY


def test_the_language_of_the_danger_is_told() -> None:
    assert DETECTOR.assess("quiero morir").language == "es"
    assert DETECTOR.assess("I want to die").language == "en"


def test_a_message_about_somebody_else_is_told() -> None:
    assert DETECTOR.assess("my brother wants to kill himself").helper
    assert not DETECTOR.assess("I want to kill myself").helper


def test_a_question_about_what_is_happening_now_is_as_grave_as_the_statement() -> None:
    assert safety("is it normal that my tongue is swelling since I left the clinic?") is EMERGENCY
    assert safety("what happens if I took all of my pills tonight?") is EMERGENCY
    assert safety("what happens if somebody takes too many pills?") is not EMERGENCY


def test_what_was_over_and_is_back_is_no_history() -> None:
    assert safety("I used to want to die years ago and tonight it is back") is EMERGENCY
    assert safety("I wanted to die years ago, I'm glad I survived") is not EMERGENCY


def test_words_run_together_are_parted_even_with_an_unknown_one_among_them() -> None:
    assert safety("idontwanttoliveanymorehelpme") is EMERGENCY
    assert safety("mybrotherzyxwvwantstokillhimselftonight") is EMERGENCY


def test_a_plain_medical_question_gets_no_help_and_one_about_suicide_does() -> None:
    assert safety("can ketamine cause seizures") is Safety.NONE
    assert safety("how does ketamine help people who think about suicide?") is Safety.CONCERN


def test_the_built_in_rules_are_compiled_once() -> None:
    rules = [("overdose", "emergency", "had the green ones", None)]
    assert timed(lambda: Detector.builtin(rules), 0.1)[0] <= 0.1


class Broken(Detector):
    def assess(self, text: str, earlier: Any = ()) -> Danger:
        raise RuntimeError(text)


def test_an_error_inside_counts_as_an_emergency() -> None:
    danger = assess_safely(Broken.builtin(), "hello")
    assert danger.safety is Safety.EMERGENCY
    assert "hello" not in str(danger)


PARTS = st.sampled_from(
    ["a ", "i ", "not ", "s u i ", "k1ll ", "*", "**d", "@", "die", ". ", "\n\n", "'", "no ", "9",
     "wanttodie", "ñ", "💊", "\u200b", "и", "e\u0301", "-", "_", "pills & ", "$", "^", "(", "|"]
)  # fmt: skip


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(PARTS, st.text(max_size=30)), max_size=60), st.integers(1, 40))
def test_no_input_raises_or_takes_long(parts: list[str], times: int) -> None:
    text = ("".join(parts) * times)[:4000]
    assert timed(lambda: DETECTOR.assess(text), 0.5)[0] <= 0.5


@pytest.mark.parametrize(
    "seed",
    [
        "k1llmyself'x'toni'ght ",
        "a",
        "a ",
        "a-",
        "a.",
        "k1ll ",
        "**a",
        "i want to ",
        "s u i ",
        "not ",
        "die. ",
        "1 2 ",
    ],
)
def test_worst_cases_take_time_in_proportion_to_their_length(seed: str) -> None:
    def seconds(length: int) -> float:
        text = (seed * length)[:length]
        return timed(lambda: DETECTOR.assess(text), 0)[0]

    assert seconds(16_000) < 12 * seconds(4_000) + 0.05
