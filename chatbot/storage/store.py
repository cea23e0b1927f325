"""Everything that is kept, behind one name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from chatbot.handoff.model import PROGRAM
from chatbot.settings import Settings
from chatbot.storage.audit import Audit, append
from chatbot.storage.deliveries import Deliveries, staff_channels
from chatbot.storage.engine import Database, open_database
from chatbot.storage.exchanges import Exchanges
from chatbot.storage.handoffs import Handoffs
from chatbot.storage.inbox import Inbox
from chatbot.storage.staff import LONGEST, WINDOW, Staff
from chatbot.storage.tables import deliveries, exchanges, feedback, staff_failures, staff_sessions


@dataclass(frozen=True, slots=True)
class Store:
    """The parts of the database, each with its own nouns. `kept` is the retention."""

    database: Database
    handoffs: Handoffs
    inbox: Inbox
    deliveries: Deliveries
    exchanges: Exchanges
    staff: Staff
    audit: Audit
    kept: timedelta

    def prepare(self) -> None:
        """Make the tables of a new database; raises SchemaOutdated, StorageUnavailable."""
        if self.database.version() is None:
            from chatbot.storage.migrations import migrate

            migrate(self.database)
        self.database.check()

    def oldest_waiting(self, now: datetime) -> datetime | None:
        """Since when the oldest notice has been waiting."""
        return self.deliveries.oldest_waiting(now)

    def purge(self, now: datetime) -> int:
        """Erase and delete what is past its time; how many rows. Open hand-offs are never touched:
        somebody still waits for an answer."""
        erased = self.handoffs.expire(now)
        old = now - self.kept
        over = {
            deliveries: sa.and_(deliveries.c.state == "sent", deliveries.c.created_at < old),
            exchanges: exchanges.c.at < old,
            feedback: feedback.c.at < old,
            staff_sessions: staff_sessions.c.created_at < now - LONGEST,
            staff_failures: staff_failures.c.since < now - WINDOW,
        }
        with self.database.reading() as connection:
            found = [
                table for table, past in over.items()
                if connection.scalar(sa.select(sa.func.count()).select_from(table).where(past))
            ]  # fmt: skip
        gone = 0
        if found:
            with self.database.writing() as connection:
                for table in found:
                    gone += connection.execute(sa.delete(table).where(over[table])).rowcount
                append(connection, "purge", "retention", PROGRAM, now)
        return erased + gone


def open_store(settings: Settings, secret: bytes, redact: Callable[[str], str]) -> Store:
    """The store of these settings; touches no disk yet. `secret` makes tokens and codes."""
    database = open_database(settings)
    kept = timedelta(days=settings.retention_days)
    mails = bool(settings.smtp_url and settings.public_url)
    return Store(
        database=database,
        handoffs=Handoffs(database, secret, staff_channels(settings), mails, kept),
        inbox=Inbox(database),
        deliveries=Deliveries(database),
        exchanges=Exchanges(database, redact, settings.question_log),
        staff=Staff(database, settings.staff_mfa),
        audit=Audit(database),
        kept=kept,
    )
