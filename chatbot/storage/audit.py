"""Who did what and when: append-only, without words, each row sealed to the one before."""

import json
from dataclasses import astuple, dataclass
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from chatbot.handoff.model import Actor
from chatbot.storage.engine import Database
from chatbot.storage.tables import events, handoffs


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One row. `version` is that of the hand-off after the event, 0 for everything else."""

    sequence: int
    subject: str
    event: str
    before: str
    after: str
    version: int
    party: str
    by_name: str
    at: datetime

    def digest(self, previous: str) -> str:
        """The seal: SHA-256 over this row and the seal before it."""
        row = [*astuple(self)[:-1], self.at.isoformat(), previous]
        return sha256(json.dumps(row).encode()).hexdigest()


_COLUMNS = [events.c[name] for name in AuditRecord.__slots__]


def append(
    connection: Connection,
    event: str,
    subject: str,
    by: Actor,
    at: datetime,
    change: tuple[str, str, int] = ("", "", 0),
) -> None:
    """Add a row within the caller's write transaction; `change` is (before, after, version)."""
    newest = sa.select(events.c.sequence, events.c.digest).order_by(events.c.sequence.desc())
    number, previous = connection.execute(newest.limit(1)).one_or_none() or (0, "")
    record = AuditRecord(number + 1, subject, event, *change, by.party.value, by.name, at)
    row = (*astuple(record), previous, record.digest(previous))
    connection.execute(events.insert().values(row))


@dataclass(frozen=True, slots=True)
class Audit:
    database: Database

    def record(self, event: str, subject: str, by: Actor, at: datetime) -> None:
        """Note something that changes no hand-off: a view, an export, a sign-in, a withdrawal."""
        with self.database.writing() as connection:
            append(connection, event, subject, by, at)

    def history(self, subject: str) -> tuple[AuditRecord, ...]:
        """What happened to one hand-off, document or member of staff, oldest first."""
        wanted = sa.select(*_COLUMNS).where(events.c.subject == subject).order_by(events.c.sequence)
        return tuple(AuditRecord(*row) for row in self.database.read(wanted))

    def verify(self) -> tuple[str, ...]:
        """What does not fit: changed or removed rows, and hand-offs whose last events are gone."""
        wrong, previous, versions = [], "", dict[str, int]()
        rows = sa.select(*_COLUMNS, events.c.digest).order_by(events.c.sequence)
        with self.database.reading() as connection:
            for *fields, digest in connection.execute(rows):
                record = AuditRecord(*fields)
                if digest != record.digest(previous):
                    wrong.append(f"event {record.sequence}: it or the one before was changed")
                previous = digest
                versions[record.subject] = max(versions.get(record.subject, 0), record.version)
            items = connection.execute(sa.select(handoffs.c.reference, handoffs.c.version)).all()
        cut = [reference for reference, version in items if versions.get(reference) != version]
        return (*wrong, *(f"{reference}: its last events are missing" for reference in cut))
