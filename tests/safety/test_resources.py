"""Who can help is shown for every country, whatever the files say, in words a child can read."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest

from chatbot.builtin import read_yaml
from chatbot.safety import resources as module
from chatbot.safety.model import Danger, Resource, Safety
from chatbot.safety.resources import message, resources, stale

COUNTRIES = {
    "US": ("911", "988"),
    "CA": ("911", "988"),
    "GB": ("999", "116 123"),
    "AU": ("000", "13 11 14"),
}
CATEGORIES = [name for name in read_yaml("safety/examples.yaml") if name != "ordinary"]
FORBIDDEN = re.compile(
    r"committed|successful|i understand|we understand|do not worry|calm down", re.I
)


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_emergency_number_is_first_and_the_crisis_line_is_there(country: str) -> None:
    emergency, crisis = COUNTRIES[country]
    shown = resources(country)
    assert shown[0].call == emergency
    assert crisis in {resource.call for resource in shown}


@pytest.mark.parametrize(
    ("category", "number"),
    [
        ("overdose", "1-800-222-1222"),
        ("violence-at-home", "1-800-799-7233"),
        ("child-or-vulnerable-adult", "1-800-422-4453"),
        ("withdrawal", "1-800-662-4357"),
    ],
)
def test_a_category_has_its_own_line(category: str, number: str) -> None:
    assert number in {resource.call for resource in resources("US", (category,))}
    assert number not in {resource.call for resource in resources("US", ("suicide",))}


def test_where_it_is_not_clear_what_the_danger_is_every_line_is_shown() -> None:
    assert len(resources("US", ("unclear",))) == len(read_yaml("safety/resources.yaml")["US"])


def test_the_clinics_own_come_last() -> None:
    nurse = Resource("Clinic nurse line", "555-0101")
    assert resources("US", (), (nurse,))[-1] == nurse
    assert resources("US", (), (nurse,))[0].call == "911"


def test_no_broken_file_and_no_unknown_country_leaves_anybody_without_help(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert resources("ZZ")[0].call == "911"

    def broken(name: str) -> Any:
        raise OSError(name)

    monkeypatch.setattr(module, "read_yaml", broken)
    assert resources("GB")[0].call == "999"
    assert "999" in message(Danger(Safety.EMERGENCY), "GB")
    assert stale(date(2027, 1, 1), country="GB") == ()


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("category", [*CATEGORIES, "unclear"])
@pytest.mark.parametrize("safety", [Safety.EMERGENCY, Safety.URGENT, Safety.CONCERN])
def test_every_reply_says_whom_to_call_and_that_nobody_is_watching(
    safety: Safety, category: str, language: str
) -> None:
    text = message(Danger(safety, (category,), language=language, helper=True), "US")
    assert "911" in text
    assert "{" not in text
    assert ("automatic" if language == "en" else "automática") in text
    assert not FORBIDDEN.search(text)


@pytest.mark.parametrize("category", [*CATEGORIES, "unclear"])
def test_an_emergency_reply_begins_with_what_to_do_and_can_be_read_by_a_child(
    category: str,
) -> None:
    text = message(Danger(Safety.EMERGENCY, (category,)), "US")
    assert "911" in text.split("\n\n", maxsplit=1)[0] or "988" in text.split("\n\n", maxsplit=1)[0]
    assert grade(text) <= 6


def test_advice_fits_those_of_whom_only_a_sign_is_known() -> None:
    eyes = message(Danger(Safety.URGENT, ("ms-relapse",)), "US")
    assert "call your doctor today, or your MS team if you have one" in eyes
    after = message(Danger(Safety.EMERGENCY, ("unsafe-after-treatment",)), "US")
    assert after.startswith("If anyone cannot be woken or is hurt, call 911 now.")
    assert "If you have to drive" in after


def test_helpers_are_spoken_to_but_never_told_to_stay_with_who_hurts_them() -> None:
    assert "someone else" in message(Danger(Safety.EMERGENCY, ("suicide",), helper=True), "US")
    hit = message(Danger(Safety.EMERGENCY, ("violence-at-home",), helper=True), "US")
    assert "someone else" not in hit
    assert "watched" in hit


def test_what_was_not_verified_for_180_days_is_stale() -> None:
    verified = date(2026, 11, 23)
    assert stale(verified + timedelta(days=180)) == ()
    assert len(stale(verified + timedelta(days=181))) == len(
        read_yaml("safety/resources.yaml")["US"]
    )
    assert stale(verified, (Resource("Nurse line", "555-0101"),))[0].label == "Nurse line"


def grade(text: str) -> float:
    """Flesch-Kincaid grade level, with vowel groups for syllables."""
    sentences = max(len(re.findall(r"[.!?]+", text)), 1)
    words = re.findall(r"[a-z']+", text.lower())
    syllables = sum(max(len(re.findall(r"[aeiouy]+", word.removesuffix("e"))), 1) for word in words)
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59
