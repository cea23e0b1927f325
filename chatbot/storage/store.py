"""Everything that is kept, behind one name."""

import logging
from datetime import datetime, timedelta

import sqlalchemy as sa

from chatbot.settings import Settings
from chatbot.storage.audit import Audit
from chatbot.storage.deliveries import Deliveries, channels
from chatbot.storage.engine import Database
from chatbot.storage.exchanges import Exchanges
from chatbot.storage.handoffs import Handoffs
from chatbot.storage.inbox import Inbox
from chatbot.storage.staff import LONGEST, WINDOW, Staff
from chatbot.storage.tables import deliveries, exchanges, feedback, staff_failures, staff_sessions

log = logging.getLogger(__name__)


class Store:
    """The parts of the database, each with its own nouns. Making one touches no disk; `secret`
    makes the tokens and codes of new hand-offs."""

    def __init__(self, settings: Settings, secret: bytes = b"") -> None:
        self.database = database = Database(settings)
        kept = timedelta(days=settings.retention_days)
        mails = bool(settings.smtp_url and settings.public_url)
        self.handoffs = Handoffs(database, secret, channels(settings), mails, kept)
        self.inbox = Inbox(database)
        self.deliveries = Deliveries(database)
        self.exchanges = Exchanges(database, settings.question_log)
        self.staff = Staff(database, settings.staff_mfa)
        self.audit = Audit(database)

    def prepare(self) -> None:
        """Make the tables of a new database; raises SchemaOutdated, StorageUnavailable."""
        if self.database.version() is None:
            from chatbot.storage.migrations import migrate

            migrate(self.database)
        self.database.check()

    def oldest_waiting(self, now: datetime) -> datetime | None:
        """Since when the oldest notice that is due by `now` has been waiting."""
        made = deliveries.c.created_at
        oldest = sa.select(sa.func.min(made)).where(deliveries.c.state == "waiting", made <= now)
        [(since,)] = self.database.read(oldest)
        return since  # type: ignore[no-any-return]

    def purge(self, now: datetime) -> int:
        """Erase and delete what is past its time; how many rows. Open hand-offs are never touched:
        somebody still waits for an answer."""
        gone, old = self.handoffs.expire(now), now - self.handoffs.kept
        sent = (deliveries.c.state == "sent", deliveries.c.created_at < old)
        gone += self.database.write(
            sa.delete(deliveries).where(*sent),
            sa.delete(exchanges).where(exchanges.c.at < old),
            sa.delete(feedback).where(feedback.c.at < old),
            sa.delete(staff_sessions).where(staff_sessions.c.created_at < now - LONGEST),
            sa.delete(staff_failures).where(staff_failures.c.at < now - WINDOW),
        )
        if gone:
            log.info("retention: %s entries erased or deleted", gone)
        return gone
