"""The outbox: what has to be told to whom, until it was. Claimed by lease, never lost."""

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
_ID, _STATE, _NEXT = deliveries.c.id, deliveries.c.state, deliveries.c.next_at
_LEASE, _ATTEMPTS = deliveries.c.lease_until, deliveries.c.attempts


@dataclass(frozen=True, slots=True)
class Delivery:
    """One notice to one receiver. `id` is its idempotency key: a repeat carries the same one.
    `audience` is staff or visitor; `state` waiting, sent or dead (given up, can be sent again)."""

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
class Claimed(Delivery):
    """A delivery that this process may send now, with what the notice needs."""

    urgent: bool
    email: str
    mail_token: str


_COLUMNS = [deliveries.c[name] for name in Delivery.__slots__]


def channels(settings: Settings) -> tuple[str, ...]:
    """How staff are told. Empty: nobody is, and whoever runs the site must know."""
    mail = ("mail",) if settings.smtp_url and settings.notify_email else ()
    return (*mail, "webhook") if settings.webhook_url else mail


def enqueue(
    connection: Connection, item: Handoff, kind: str, by: tuple[str, ...], audience: str
) -> None:
    """One waiting delivery per channel, within the transaction that changes the item."""
    for channel in by:
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
        due = sa.and_(
            deliveries.c.channel == channel,
            _STATE == "waiting",
            # A time further ahead than any of ours was written before the clock was set back.
            sa.or_(now >= _NEXT, now + FURTHEST < _NEXT),
            sa.or_(_LEASE.is_(None), now >= _LEASE, now + LEASE < _LEASE),
        )
        needed = (*_COLUMNS, handoffs.c.urgent, handoffs.c.email, handoffs.c.mail_token)
        found = sa.select(*needed).join(handoffs).where(due).order_by(_NEXT).limit(limit)
        if not (rows := self.database.read(found)):
            return ()
        take = {"lease_until": now + LEASE, "lease_by": by, "attempts": _ATTEMPTS + 1}
        with self.database.writing() as connection:
            return tuple(
                Claimed(*row)
                for row in rows
                if connection.execute(_update(take, row.id == _ID, due)).rowcount
            )

    def sent(self, delivery: Delivery, by: str, now: datetime) -> None:
        """It was accepted. Staff's receiver works, so what waits for it is tried at once."""
        changes = [_finish(delivery, by, {"state": "sent", "sent_at": now, "last_error": ""})]
        if delivery.audience == "staff":
            same = (deliveries.c.channel == delivery.channel, deliveries.c.audience == "staff")
            changes += [_update({"next_at": now}, *same, _STATE == "waiting", now < _NEXT)]
        self.database.write(*changes)

    def failed(self, delivery: Delivery, by: str, error: str, next_at: datetime | None) -> None:
        """It was not accepted: try again at `next_at`, or (None) give up until told otherwise."""
        change = {"next_at": next_at} if next_at else {"state": "dead"}
        self.database.write(_finish(delivery, by, {"last_error": error[:300], **change}))

    def send_again(self, id: str, now: datetime) -> None:
        """Bring a dead delivery back, with another day of tries."""
        again = {"state": "waiting", "attempts": 0, "created_at": now, "next_at": now}
        self.database.write(_update(again, id == _ID, _STATE == "dead"))

    def dead(self) -> tuple[Delivery, ...]:
        """What was given up, oldest first: to be shown in red."""
        return self._select(_STATE == "dead")

    def of(self, reference: str) -> tuple[Delivery, ...]:
        """Everything that was or will be told about one hand-off."""
        return self._select(deliveries.c.reference == reference)

    def _select(self, wanted: sa.ColumnElement[bool]) -> tuple[Delivery, ...]:
        rows = sa.select(*_COLUMNS).where(wanted).order_by(deliveries.c.created_at)
        return tuple(Delivery(*row) for row in self.database.read(rows))


def _update(values: dict[str, Any], *where: Any) -> sa.Update:
    return sa.update(deliveries).where(*where).values(values)


def _finish(delivery: Delivery, by: str, values: dict[str, Any]) -> sa.Update:
    # Only while the lease is ours: after a pause of a minute somebody else may have it.
    mine = (delivery.id == _ID, deliveries.c.lease_by == by)
    return _update({"lease_until": None, "lease_by": "", **values}, *mine)
