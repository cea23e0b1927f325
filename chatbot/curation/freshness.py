"""What goes out of date when, and of what the clinic has to be reminded."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from chatbot.knowledge.model import Corpus, Document, State

AHEAD = (0, 7, 30)  # days before the last day on which a reminder is due


@dataclass(frozen=True, slots=True)
class Expiry:
    """A document that is or was approved: days until its last day (negative: past), and how
    often it was quoted lately."""

    document: Document
    days: int
    quoted: int


def expiries(corpus: Corpus, today: date, quoted: Iterable[str], within: int) -> tuple[Expiry, ...]:
    """What ends within so many days or is out of date: most quoted first, then soonest.

    `quoted` are the ids of passages as often as they were quoted.
    """
    times = Counter(passage.split(".")[0] for passage in quoted)
    found = [
        Expiry(document, (document.review_by - today).days, times[document.id])
        for document in corpus.documents
        if document.review_by and document.state(today) in (State.LIVE, State.OUT_OF_DATE)
    ]
    soon = [expiry for expiry in found if expiry.days <= within]
    return tuple(sorted(soon, key=lambda e: (-e.quoted, e.days, e.document.id)))


def reminders(corpus: Corpus, today: date) -> tuple[str, ...]:
    """What staff should have been reminded of by now: `id date days`, one for each document."""
    due = []
    for document in corpus.live(today):
        assert document.review_by  # or it would not be live
        left = (document.review_by - today).days
        if (step := next((days for days in AHEAD if left <= days), None)) is not None:
            due.append(f"{document.id} {document.review_by} {step}")
    return tuple(due)
