"""What was asked and how it ended, noted in the background; and what visitors thought of it."""

import logging
import queue
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from chatbot.answering.model import Outcome, Reply
from chatbot.errors import StorageError
from chatbot.handoff.model import Actor
from chatbot.safety.identifiers import redact
from chatbot.storage.audit import append
from chatbot.storage.engine import Database
from chatbot.storage.tables import exchanges, feedback

log = logging.getLogger(__name__)

WAITING = 1_000  # exchanges held in memory at most


@dataclass(frozen=True, slots=True)
class Noted:
    """One question and reply as kept; `question` is redacted, and None unless the log is on."""

    id: str
    at: datetime
    outcome: str
    reason: str
    safety: str
    confidence: float | None
    passages: tuple[str, ...]
    knowledge_version: str
    question: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """A visitor found a reply not helpful; `exchange` is None when it was not noted."""

    reply: str
    reason: str
    at: datetime
    exchange: Noted | None


class Exchanges:
    """The notes. Noting never delays, fails or outlives a reply; `flush` writes what is noted."""

    def __init__(self, database: Database, keep_questions: bool) -> None:
        self._database, self._keep_questions = database, keep_questions
        self._queue: queue.Queue[Noted] = queue.Queue(WAITING)
        self.dropped = 0

    def note(self, id: str, reply: Reply, question: str, now: datetime) -> None:
        """Note an exchange. The words are redacted here, and never kept of a person in danger."""
        quoted = tuple(quotation.passage.id for quotation in reply.quotations)
        offered = tuple(option.passage for option in reply.options)
        keep = self._keep_questions and reply.outcome is not Outcome.CRISIS
        try:
            words, version = redact(question) if keep else None, reply.knowledge_version
            ended = (reply.outcome.value, reply.reason or "", reply.safety.value, reply.confidence)
            self._queue.put_nowait(Noted(id, now, *ended, quoted or offered, version, words))
        except Exception as error:  # a full queue, a mistake in redacting: the reply goes out
            self.dropped += 1
            log.debug("an exchange was dropped: %s", type(error).__name__)

    def flush(self) -> None:
        """What cannot be written is counted and dropped."""
        rows = [asdict(self._queue.get_nowait()) for _ in range(self._queue.qsize())]
        try:
            if rows:
                self._database.write(exchanges.insert().values(rows))
        except StorageError as error:
            self.dropped += len(rows)
            log.debug("%s exchanges were dropped: %s", len(rows), type(error).__name__)

    def since(self, start: datetime) -> tuple[Noted, ...]:
        """The exchanges from `start` on, oldest first."""
        return self._noted(exchanges.c.at >= start)

    def feedback(self, reply: str, helpful: bool, reason: str, now: datetime) -> None:
        """Keep what a visitor thought of a reply; the last word counts. Unknown replies too."""
        new = feedback.insert().values((reply, helpful, reason, now, None, ""))
        self._database.write(sa.delete(feedback).where(feedback.c.reply == reply), new)

    def reports(self) -> tuple[Report, ...]:
        """What visitors found wrong or unhelpful and nobody has dealt with, oldest first."""
        is_open = (feedback.c.helpful.is_(False), feedback.c.closed_at.is_(None))
        rows = self._database.read(sa.select(feedback).where(*is_open).order_by(feedback.c.at))
        about = {one.id: one for one in self._noted(exchanges.c.id.in_([r.reply for r in rows]))}
        return tuple(Report(row.reply, row.reason, row.at, about.get(row.reply)) for row in rows)

    def close_report(self, reply: str, by: Actor, now: datetime) -> None:
        closed = {"closed_at": now, "closed_by": by.name}
        with self._database.writing() as connection:
            connection.execute(sa.update(feedback).where(feedback.c.reply == reply).values(closed))
            append(connection, "close_report", reply, by, now)

    def _noted(self, wanted: sa.ColumnElement[bool]) -> tuple[Noted, ...]:
        rows = self._database.read(sa.select(exchanges).where(wanted).order_by(exchanges.c.at))
        return tuple(Noted(**{**row._mapping, "passages": tuple(row.passages)}) for row in rows)
