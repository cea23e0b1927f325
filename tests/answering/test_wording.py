"""Fixed sentences: all there, replaceable where a clinic may, and never the disclaimer."""

from __future__ import annotations

from chatbot.answering.model import Reason
from chatbot.answering.wording import disclaimer, wording
from chatbot.knowledge.model import Clinic

PLAIN = Clinic("Example Clinic")


def test_every_reason_has_its_words() -> None:
    assert {reason.value for reason in Reason} <= wording(PLAIN).keys()


def test_a_clinic_can_replace_a_sentence() -> None:
    clinic = Clinic("Example Clinic", wording={"greeting": "Welcome to {clinic}."})
    assert wording(clinic)["greeting"] == "Welcome to Example Clinic."


def test_a_clinic_can_add_to_the_disclaimer_and_not_take_from_it() -> None:
    added = disclaimer(Clinic("X", disclaimer="We are a small practice."))
    assert added.startswith(disclaimer(PLAIN))
    assert added.endswith("We are a small practice.")


def test_the_disclaimer_says_what_it_must() -> None:
    said = disclaimer(PLAIN).lower()
    for part in ("general information", "not medical advice", "your own clinician", "delay care",
                 "automatic", "nobody is watching", "out of date", "not for emergencies",
                 "identify you", "our patient"):  # fmt: skip
        assert part in said


def test_no_sentence_pretends_to_be_a_person_or_promises() -> None:
    for text in wording(PLAIN).values():
        for forbidden in ("I understand", "I'm here for you", "guarantee", "cure", "{"):
            assert forbidden not in text
