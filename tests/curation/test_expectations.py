"""Expected questions: kept or broken, by document, section or outcome."""

from __future__ import annotations

from functools import partial

import pytest

from chatbot.curation.expectations import keeps, missed, results
from chatbot.knowledge.model import Expectation
from tests.curation.test_changes import LENGTH, TODAY, assistant


@pytest.mark.parametrize(
    ("ask", "expect", "kept"),
    [
        (LENGTH, "infusion-length", True),
        (LENGTH, "eating-before", False),
        (LENGTH, "handoff", False),
        ("where can I park my car?", "handoff", True),
        ("hello", "greeting", True),
        ("I want to kill myself", "crisis", True),
        ("I want to kill myself", "infusion-length", False),
    ],
)
def test_an_expectation_is_kept_or_broken(ask: str, expect: str, kept: bool) -> None:
    [result] = results([Expectation(ask, expect, 3)], partial(assistant().reply, today=TODAY))
    assert result.kept is kept
    assert result.got


def test_a_section_can_be_expected_by_its_anchor() -> None:
    passage = assistant().corpus.documents[0].passages[-1]
    reply = assistant().reply("tell me", today=TODAY, passage=passage.id)
    assert keeps(reply, "ms-fatigue#what-the-study-found")
    assert keeps(reply, "ms-fatigue")
    assert not keeps(reply, "ms-fatigue#elsewhere")


def test_entries_whose_hidden_wordings_are_missed_are_named_the_most_missed_first() -> None:
    assert missed([("b", False), ("b", True), ("a", False), ("c", False), ("c", False)]) == (
        "4 of 5 wordings in also_asked would not find their entry if they were not there. "
        "More would help most in: c, a, b."
    )
    assert not missed([("a", True)])
