"""Hand-offs on disk: every change, its audit row and its notices in one transaction."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from chatbot.errors import HandoffConflict, HandoffNotFound, TransitionRefused
from chatbot.handoff import credentials
from chatbot.handoff.model import (
    PROGRAM,
    VISITOR,
    Actor,
    Event,
    Handoff,
    Message,
    State,
    Submission,
)
from chatbot.handoff.states import submitted, transition, without_words
from chatbot.storage.audit import append
from chatbot.storage.deliveries import enqueue
from chatbot.storage.engine import Database
from chatbot.storage.tables import deliveries, handoffs, messages

CODE_TRIES = 10  # wrong codes before an hour's pause
CODE_PAUSE = timedelta(hours=1)
_SPOKEN = (Event.REPLY, Event.FOLLOW_UP, Event.NOTE)
COLUMNS = [handoffs.c[name] for name in Handoff.__slots__]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the visitor gets for an acknowledged submission; `token` and `code` are secrets."""

    reference: str
    token: str
    code: str
    item: Handoff
    created: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """The status page. Without the right code a mailed link is not `own`: no words, no address."""

    item: Handoff
    messages: tuple[Message, ...]
    own: bool


def to_handoff(row: Row[Any]) -> Handoff:
    """A row of COLUMNS as the model has it."""
    fields = {name: getattr(row, name) for name in Handoff.__slots__}
    return Handoff(**{**fields, "state": State(row.state)})


def messages_of(connection: Connection, reference: str, hidden: str = "") -> tuple[Message, ...]:
    """What was said, in order, without the kind that is `hidden`."""
    said = sa.select(messages).where(messages.c.reference == reference, messages.c.event != hidden)
    return tuple(
        Message(row.number, Event(row.event), row.by_name, row.text, tuple(row.passages), row.at)
        for row in connection.execute(said.order_by(messages.c.number))
    )


class Handoffs:
    """Everything that changes a hand-off, and what its visitor may see of it.

    `channels` are those that tell staff; `mails_visitors` whether a reply is announced by mail;
    `kept` is how long after its last event an item that is not open can be read.
    """

    def __init__(
        self,
        database: Database,
        secret: bytes,
        channels: tuple[str, ...],
        mails_visitors: bool,
        kept: timedelta,
    ) -> None:
        self._database = database
        self._secret = secret
        self._channels = channels
        self._mails_visitors = mails_visitors
        self._kept = kept

    def submit(
        self, submission: Submission, *, key: str, now: datetime, due_at: datetime | None
    ) -> Receipt:
        """Keep a submission and what tells staff of it; on disk when this returns.

        The same `key` with the same body gives the same receipt again; raises HandoffConflict with
        another body, StorageUnavailable when nothing was saved.
        """
        key_hash = credentials.digest(key)
        body_hash = credentials.digest(json.dumps(asdict(submission)))
        with self._database.writing() as connection:
            seen = _find(connection, handoffs.c.key_hash == key_hash)
            if seen is not None and seen.body_hash != body_hash:
                raise HandoffConflict("This was sent before with other words. Send it anew.")
            if seen is not None:
                return self._receipt(to_handoff(seen), created=False)
            reference = credentials.reference(os.urandom(8))
            while _find(connection, handoffs.c.reference == reference) is not None:
                reference = credentials.reference(os.urandom(8))
            item = submitted(submission, reference, now, due_at, self._kept)
            receipt = self._receipt(item, created=True)
            secrets = {
                "token_hash": credentials.digest(receipt.token),
                "mail_token": credentials.mail_token(os.urandom(32)),
                "code_hash": credentials.digest(receipt.code),
                "code_failures": 0, "key_hash": key_hash, "body_hash": body_hash,
            }  # fmt: skip
            connection.execute(handoffs.insert().values(**asdict(item), **secrets))
            change = ("", item.state.value, item.version)
            append(connection, Event.SUBMIT.value, reference, VISITOR, now, change)
            enqueue(connection, item, "urgent" if item.urgent else "new", self._channels, "staff")
        return receipt

    def _receipt(self, item: Handoff, created: bool) -> Receipt:
        token = credentials.token(self._secret, item.reference)
        code = credentials.code(self._secret, item.reference)
        return Receipt(item.reference, token, code, item, created)

    def visit(self, token: str, code: str | None, now: datetime) -> Visit:
        """What the holder of a link may see; raises HandoffNotFound (unknown or expired)."""
        with self._database.reading() as connection:
            own = handoffs.c.token_hash == credentials.digest(token)
            row = _find(connection, sa.or_(own, handoffs.c.mail_token == token))
            is_open = row is not None and row.state in (State.WAITING, State.CLAIMED)
            if row is None or (row.expires_at <= now and not is_open):
                raise HandoffNotFound("There is no such request, or its time is over.")
            said = messages_of(connection, row.reference, hidden=Event.NOTE.value)
        item = to_handoff(row)
        if row.token_hash == credentials.digest(token) or (code and self._opens(row, code, now)):
            return Visit(item, said, own=True)
        return Visit(without_words(item), (), own=False)

    def _opens(self, row: Row[Any], code: str, now: datetime) -> bool:
        """Whether the code is right; wrong ones are counted, and after ten nothing opens."""
        with self._database.writing() as connection:
            mine = handoffs.c.reference == row.reference
            stored = connection.execute(sa.select(handoffs).where(mine)).one()
            paused = stored.code_failed_at is not None and now < stored.code_failed_at + CODE_PAUSE
            failures = stored.code_failures if paused else 0
            if failures >= CODE_TRIES:
                return False
            right = credentials.same_code(code, stored.code_hash)
            count = {"code_failures": 0 if right else failures + 1, "code_failed_at": now}
            if failures or not right:
                connection.execute(sa.update(handoffs).where(mine).values(count))
        return right

    def follow_up(
        self, token: str, code: str | None, text: str, now: datetime, due_at: datetime | None
    ) -> Handoff:
        """The visitor writes again."""
        return self._visitor(token, code, Event.FOLLOW_UP, now, text=text, due_at=due_at)

    def correct(
        self, token: str, code: str | None, email: str, phone: str, now: datetime
    ) -> Handoff:
        """The visitor mends their address; a link mailed to the old one stops working."""
        if not email and not phone:
            raise TransitionRefused("Leave an e-mail address or a phone number.")
        return self._visitor(token, code, Event.CORRECT, now, email=email, phone=phone)

    def withdraw(self, token: str, code: str | None, now: datetime) -> Handoff:
        """The visitor deletes their request."""
        return self._visitor(token, code, Event.ERASE, now)

    def _visitor(
        self, token: str, code: str | None, event: Event, now: datetime, **more: Any
    ) -> Handoff:
        visit = self.visit(token, code, now)
        if not visit.own:
            raise TransitionRefused("This link needs the code that was shown at confirmation.")
        return self.apply(visit.item.reference, None, event, VISITOR, now, **more)

    def apply(
        self,
        reference: str,
        version: int | None,
        event: Event,
        by: Actor,
        now: datetime,
        *,
        text: str = "",
        passages: tuple[str, ...] = (),
        **change: Any,
    ) -> Handoff:
        """Bring about `event` on the item as `by` saw it (`version`; None: as it is).

        `change` may hold `due_at`, or `email` and `phone` for a correction. Raises HandoffNotFound,
        HandoffConflict when the item has changed since, TransitionRefused.
        """
        if event in _SPOKEN and not text.strip() and not passages:
            raise TransitionRefused("Write something first.")
        with self._database.writing() as connection:
            row = _find(connection, handoffs.c.reference == reference)
            if row is None:
                raise HandoffNotFound(f"There is no hand-off {reference}.")
            if version is not None and row.version != version:
                raise HandoffConflict("Somebody else changed this in the meantime. Look again.")
            return self._change(connection, to_handoff(row), event, by, now, text, passages, change)

    def _change(
        self, connection: Connection, item: Handoff, event: Event, by: Actor, now: datetime,
        text: str = "", passages: tuple[str, ...] = (), change: dict[str, Any] | None = None,
    ) -> Handoff:  # fmt: skip
        contact = dict(change or {})
        due_at = contact.pop("due_at", None)
        after = replace(transition(item, event, by, now, self._kept, due_at), **contact)
        values: dict[str, Any] = asdict(after)
        if event is Event.CORRECT:
            values["mail_token"] = credentials.mail_token(os.urandom(32))
        if event is Event.ERASE:
            values["body_hash"] = ""
            for table in (messages, deliveries):
                unsent = table.c.reference == item.reference
                if table is deliveries:
                    unsent = sa.and_(unsent, table.c.audience == "visitor")
                connection.execute(sa.delete(table).where(unsent))
        connection.execute(
            sa.update(handoffs).where(handoffs.c.reference == item.reference).values(values)
        )
        trace = (item.state.value, after.state.value, after.version)
        append(connection, event.value, item.reference, by, now, trace)
        if event in _SPOKEN:
            said = len(messages_of(connection, item.reference))
            connection.execute(messages.insert().values(
                reference=item.reference, number=said + 1, event=event.value, by_name=by.name,
                text=text, passages=list(passages), at=now,
            ))  # fmt: skip
        self._tell(connection, after, event)
        return after

    def _tell(self, connection: Connection, item: Handoff, event: Event) -> None:
        if event is Event.FOLLOW_UP:
            enqueue(connection, item, "follow_up", self._channels, "staff")
        elif event is Event.OVERDUE:
            kind = "overdue" if item.overdue == 1 else "escalated"
            enqueue(connection, item, kind, self._channels, "staff")
        elif event is Event.REPLY and item.email and self._mails_visitors:
            enqueue(connection, item, "answered", ("mail",), "visitor")

    def sweep(self, now: datetime) -> int:
        """Flag what nobody answered in time, tell staff again and put it back in the queue."""
        late = sa.and_(handoffs.c.state.in_(("waiting", "claimed")), handoffs.c.nudge_at <= now)
        return self._each(late, Event.OVERDUE, now)

    def expire(self, now: datetime) -> int:
        """Erase what is past its time, except open items: somebody still waits for those."""
        over = sa.and_(handoffs.c.state.in_(("answered", "closed")), handoffs.c.expires_at <= now)
        return self._each(over, Event.ERASE, now)

    def _each(self, wanted: sa.ColumnElement[bool], event: Event, now: datetime) -> int:
        with self._database.reading() as connection:
            references = connection.scalars(sa.select(handoffs.c.reference).where(wanted)).all()
        for reference in references:
            with self._database.writing() as connection:
                row = _find(connection, sa.and_(wanted, handoffs.c.reference == reference))
                if row is not None:
                    self._change(connection, to_handoff(row), event, PROGRAM, now)
        return len(references)


def _find(connection: Connection, wanted: sa.ColumnElement[bool]) -> Row[Any] | None:
    return connection.execute(sa.select(handoffs).where(wanted)).one_or_none()
