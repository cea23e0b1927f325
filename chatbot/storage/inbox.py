"""What staff look at: the queue, one hand-off with everything about it, and the numbers."""

from collections import Counter
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from chatbot.handoff.model import Handoff, Message, State
from chatbot.handoff.states import OPEN
from chatbot.storage.audit import Audit, AuditRecord
from chatbot.storage.deliveries import Deliveries, Delivery
from chatbot.storage.engine import Database
from chatbot.storage.handoffs import find, messages_of, to_handoff
from chatbot.storage.tables import handoffs

_SEARCHED = ("reference", "question", "message", "name", "email", "phone")
_COUNTED = ("state", "overdue", "reason", "submitted_at", "answered_at")


@dataclass(frozen=True, slots=True)
class Thread:
    """One hand-off: what was said, what was done, who was told."""

    item: Handoff
    messages: tuple[Message, ...]
    history: tuple[AuditRecord, ...]
    deliveries: tuple[Delivery, ...]


@dataclass(frozen=True, slots=True)
class Numbers:
    """The dashboard. `median_reply` is from submission to first reply."""

    waiting: int
    claimed: int
    overdue: int
    per_day: tuple[tuple[date, int], ...]
    by_reason: tuple[tuple[str, int], ...]
    median_reply: timedelta | None


@dataclass(frozen=True, slots=True)
class Inbox:
    """Reading hand-offs for staff; raises StorageUnavailable."""

    database: Database

    def items(
        self,
        states: Collection[State] = (),
        search: str = "",
        claimed_by: str = "",
        limit: int = 100,
    ) -> tuple[Handoff, ...]:
        """The queue: open before closed, urgent and overdue first, then what is due soonest."""
        of = handoffs.c
        open_first = sa.case((of.state.in_(OPEN), 0), else_=1)
        first = (open_first, of.urgent.desc(), of.overdue.desc())
        order = (*first, of.nudge_at, of.submitted_at, of.reference)
        wanted = sa.select(handoffs).order_by(*order).limit(limit)
        if states:
            wanted = wanted.where(of.state.in_(states))
        if claimed_by:
            wanted = wanted.where(of.claimed_by == claimed_by)
        for word in search.split():
            hits = [of[name].icontains(word, autoescape=True) for name in _SEARCHED]
            wanted = wanted.where(sa.or_(*hits))
        return tuple(to_handoff(row) for row in self.database.read(wanted))

    def thread(self, reference: str) -> Thread:
        """Everything about one hand-off; raises HandoffNotFound."""
        with self.database.reading() as connection:
            row = find(connection, reference)
            said = messages_of(connection, reference)
        history = Audit(self.database).history(reference)
        return Thread(to_handoff(row), said, history, Deliveries(self.database).of(reference))

    def numbers(self, now: datetime, time_zone: str, days: int = 30) -> Numbers:
        """How it went in the last `days` days of the clinic's calendar, and how it stands now."""
        zone = ZoneInfo(time_zone)
        today = now.astimezone(zone).date()
        span = [today - timedelta(days=back) for back in reversed(range(days))]
        since = handoffs.c.submitted_at > now - timedelta(days=days + 1)
        needed = [handoffs.c[name] for name in _COUNTED]
        wanted = sa.select(*needed).where(sa.or_(handoffs.c.state.in_(OPEN), since))
        rows = self.database.read(wanted)
        standing = Counter(row.state for row in rows)
        dated = [(row, row.submitted_at.astimezone(zone).date()) for row in rows]
        recent = [(row, day) for row, day in dated if day >= span[0]]
        per_day = Counter(day for _, day in recent)
        took = [row.answered_at - row.submitted_at for row, _ in recent if row.answered_at]
        return Numbers(
            waiting=standing[State.WAITING],
            claimed=standing[State.CLAIMED],
            overdue=sum(row.overdue > 0 and row.state in OPEN for row in rows),
            per_day=tuple((day, per_day[day]) for day in span),
            by_reason=tuple(Counter(row.reason for row, _ in recent).most_common()),
            median_reply=median(took) if took else None,
        )

    def export(self, reference: str) -> list[dict[str, Any]]:
        """Everything kept about the person behind a hand-off, found by address, ready for JSON."""
        item = self.thread(reference).item
        same = [handoffs.c.reference == reference]
        same += [handoffs.c.email == item.email] if item.email else []
        same += [handoffs.c.phone == item.phone] if item.phone else []
        wanted = sa.select(handoffs.c.reference).where(sa.or_(*same))
        found = self.database.read(wanted.order_by(handoffs.c.submitted_at))
        return [asdict(self.thread(each)) for (each,) in found]
