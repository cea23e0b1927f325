"""What goes out of date, and when that is said."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from chatbot.curation.freshness import expiries, reminders
from chatbot.knowledge.folder import Files
from chatbot.knowledge.loading import load
from chatbot.knowledge.model import Corpus

TODAY = date(2026, 6, 1)


def corpus(**left: int) -> Corpus:
    """Entries by name with the days until their last day."""
    text = "status: approved\napproved_by: Dr X\napproved_on: 2026-01-15\nfaqs:\n"
    for name, days in left.items():
        last = TODAY + timedelta(days=days)
        text += f"  - {{id: {name}, question: {name}?, answer: Yes., review_by: {last}}}\n"
    return load(Files({"clinic.yaml": b"name: X\n", "faqs/f.yaml": text.encode()})).corpus


def test_the_most_quoted_come_first_then_the_soonest() -> None:
    quoted = ["c.123456789abc", "c.123456789abc.2", "b.123456789abc"]
    found = expiries(corpus(a=5, b=80, c=90, d=-3, e=91), TODAY, quoted, within=90)
    assert [(e.document.id, e.days, e.quoted) for e in found] == [
        ("c", 90, 2), ("b", 80, 1), ("d", -3, 0), ("a", 5, 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("left", "step"), [(31, None), (30, 30), (8, 30), (7, 7), (1, 7), (0, 0), (-1, None)]
)
def test_the_steps_of_reminding(left: int, step: int | None) -> None:
    last = TODAY + timedelta(days=left)
    assert reminders(corpus(a=left), TODAY) == ((f"a {last} {step}",) if step is not None else ())
