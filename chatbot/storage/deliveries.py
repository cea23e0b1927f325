"""The outbox: what has to be told to whom, until it was. Claimed by lease, never lost."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from chatbot.handoff.model import Handoff
from chatbot.settings import Settings
from chatbot.storage.engine import Database
from chatbot.storage.tables import deliveries, handoffs

LEASE = timedelta(seconds=60)
FURTHEST = timedelta(hours=2)  # no try is ever put off for longer


@dataclass(frozen=True, slots=True)
class Delivery:
    """One notice to one receiver. `id` is its idempotency key: a repeat carries the same one.

    `audience` is staff or visitor; `state` waiting, sent or dead (given up, can be sent again).
    """

    id: str
    reference: str
    channel: str
    audience: str
    kind: str
    state: str
    attempts: int
    created_at: datetime
    next_at: datetime
    sent_at: datetime | None
    last_error: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this process may send now, with what the notice needs."""

    delivery: Delivery
    urgent: bool
    email: str
    mail_token: str


COLUMNS = [deliveries.c[name] for name in Delivery.__slots__]


def staff_channels(settings: Settings) -> tuple[str, ...]:
    """How staff are told. Empty: nobody is, and whoever runs the site must know."""
    mail = ("mail",) if settings.smtp_url and settings.notify_email else ()
    return (*mail, "webhook") if settings.webhook_url else mail


def enqueue(
    connection: Connection, item: Handoff, kind: str, channels: tuple[str, ...], audience: str
) -> None:
    """One waiting delivery per channel, within the transaction that changes the item."""
    for channel in channels:
        what = f"{item.reference} {item.version} {kind} {audience} {channel}"
        key, at = sha256(what.encode()).hexdigest()[:32], item.changed_at
        new = Delivery(key, item.reference, channel, audience, kind, "waiting", 0, at, at, None, "")
        connection.execute(deliveries.insert().values(**asdict(new), lease_by=""))


@dataclass(frozen=True, slots=True)
class Deliveries:
    """The outbox as the deliverers and the inbox use it."""

    database: Database

    def claim(self, channel: str, now: datetime, by: str, limit: int) -> tuple[Claimed, ...]:
        """Up to `limit` due deliveries of a channel, leased to `by`; nobody else gets them."""
        lease, next_at = deliveries.c.lease_until, deliveries.c.next_at
        due = sa.and_(
            deliveries.c.channel == channel,
            deliveries.c.state == "waiting",
            # A time further ahead than any of ours was written before the clock was set back.
            sa.or_(next_at <= now, next_at > now + FURTHEST),
            sa.or_(lease.is_(None), lease <= now, lease > now + LEASE),
        )
        needed = (*COLUMNS, handoffs.c.urgent, handoffs.c.email, handoffs.c.mail_token)
        found = sa.select(*needed).join(handoffs).where(due).order_by(deliveries.c.next_at)
        with self.database.reading() as connection:
            rows = connection.execute(found.limit(limit)).all()
        if not rows:
            return ()
        take = {"lease_until": now + LEASE, "lease_by": by, "attempts": deliveries.c.attempts + 1}
        claimed = []
        with self.database.writing() as connection:
            for row in rows:
                mine = sa.update(deliveries).where(deliveries.c.id == row.id, due).values(take)
                if connection.execute(mine).rowcount:
                    claimed.append(Claimed(Delivery(*row[: len(COLUMNS)]), *row[len(COLUMNS) :]))
        return tuple(claimed)

    def sent(self, delivery: Delivery, by: str, now: datetime) -> None:
        """It was accepted. Staff's receiver works, so what waits for it is tried at once."""
        waiting = sa.and_(
            deliveries.c.channel == delivery.channel,
            deliveries.c.audience == "staff",
            deliveries.c.state == "waiting",
            deliveries.c.next_at > now,
        )
        with self.database.writing() as connection:
            self._finish(connection, delivery, by, state="sent", sent_at=now, last_error="")
            if delivery.audience == "staff":
                connection.execute(sa.update(deliveries).where(waiting).values(next_at=now))

    def failed(self, delivery: Delivery, by: str, error: str, next_at: datetime | None) -> None:
        """It was not accepted: try again at `next_at`, or (None) give up until told otherwise."""
        change = {"next_at": next_at} if next_at else {"state": "dead"}
        with self.database.writing() as connection:
            self._finish(connection, delivery, by, last_error=error[:300], **change)

    def _finish(self, connection: Connection, delivery: Delivery, by: str, **values: Any) -> None:
        # Only while the lease is ours: after a pause of a minute somebody else may have it.
        mine = sa.and_(deliveries.c.id == delivery.id, deliveries.c.lease_by == by)
        change = sa.update(deliveries).where(mine)
        connection.execute(change.values(lease_until=None, lease_by="", **values))

    def send_again(self, id: str, now: datetime) -> None:
        """Bring a dead delivery back, with another day of tries."""
        dead = sa.and_(deliveries.c.id == id, deliveries.c.state == "dead")
        again = {"state": "waiting", "attempts": 0, "created_at": now, "next_at": now}
        with self.database.writing() as connection:
            connection.execute(sa.update(deliveries).where(dead).values(again))

    def dead(self) -> tuple[Delivery, ...]:
        """What was given up, oldest first: to be shown in red."""
        return self._select(deliveries.c.state == "dead")

    def of(self, reference: str) -> tuple[Delivery, ...]:
        """Everything that was or will be told about one hand-off."""
        return self._select(deliveries.c.reference == reference)

    def oldest_waiting(self, now: datetime) -> datetime | None:
        """Since when the oldest delivery that is due by `now` has been waiting."""
        due = sa.and_(deliveries.c.state == "waiting", deliveries.c.created_at <= now)
        with self.database.reading() as connection:
            oldest = sa.select(sa.func.min(deliveries.c.created_at)).where(due)
            since: datetime | None = connection.scalar(oldest)
        return since

    def _select(self, wanted: sa.ColumnElement[bool]) -> tuple[Delivery, ...]:
        rows = sa.select(*COLUMNS).where(wanted).order_by(deliveries.c.created_at)
        with self.database.reading() as connection:
            return tuple(Delivery(*row) for row in connection.execute(rows))
