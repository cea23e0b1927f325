"""What the views work with, made once by the composition root."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import cast

from flask import current_app

from chatbot.answering.edition import Edition
from chatbot.handoff.hours import in_words, reply_expected
from chatbot.knowledge.clinic import today
from chatbot.knowledge.model import Clinic, Document, Passage
from chatbot.settings import Settings
from chatbot.storage.store import Store
from chatbot.web.library import Library
from chatbot.web.limits import Limits
from chatbot.web.metrics import Metrics

EXTENSION = "chatbot"


@dataclass(frozen=True, slots=True)
class Services:
    """`now` gives the time in UTC, `secret` signs and hashes; `stop` finishes what is being
    delivered and noted."""

    settings: Settings
    library: Library
    limits: Limits
    store: Store
    secret: bytes
    metrics: Metrics | None
    now: Callable[[], datetime]
    stop: Callable[[], None]

    @property
    def clinic(self) -> Clinic:
        """The clinic as its folder describes it now."""
        return self.library.assistant.corpus.clinic

    def today(self) -> date:
        """The date in the clinic's time zone."""
        return today(self.clinic, self.now())

    def in_words(self, moment: datetime) -> str:
        """A moment as people in the clinic say it."""
        return in_words(moment, self.now(), self.clinic.time_zone)

    def edition(self, wait: bool = True) -> Edition:
        """What may be quoted now; without `wait`, nothing while the first index is being built."""
        assistant, withdrawn = self.library.current() if wait else self.library.now()
        return assistant.edition(self.today(), withdrawn)

    def passages(self) -> dict[str, tuple[Document, Passage]]:
        return {p.id: (d, p) for d in self.edition().live.values() for p in d.passages}

    def reply_expected(self) -> datetime | None:
        """When a hand-off sent now can be answered; None when the clinic gives no hours."""
        return reply_expected(self.now(), self.clinic)


def services() -> Services:
    """The services of the application that handles this request."""
    return cast(Services, current_app.extensions[EXTENSION])


def utc_now() -> datetime:
    """The clock of the running site."""
    return datetime.now(UTC)
