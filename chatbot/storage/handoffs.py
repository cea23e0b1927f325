"""Hand-offs on disk: every change, its audit row and its notices in one transaction."""

import json
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from chatbot.errors import HandoffConflict, HandoffNotFound, TransitionRefused
from chatbot.handoff import credentials
from chatbot.handoff.credentials import digest
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
from chatbot.handoff.states import OPEN, WRITTEN, submitted, transition, without_words
from chatbot.storage.audit import append
from chatbot.storage.deliveries import enqueue
from chatbot.storage.engine import Database
from chatbot.storage.tables import deliveries, handoffs, messages

CODE_TRIES, CODE_PAUSE = 10, timedelta(hours=1)  # after ten wrong codes nothing opens for a while
_SPOKEN = (Event.REPLY, Event.FOLLOW_UP, Event.NOTE)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the visitor gets for an acknowledged submission; `token` and `code` are secrets."""

    reference: str
    token: str
    code: str
    item: Handoff


@dataclass(frozen=True, slots=True)
class Visit:
    """The status page. Without the right code a mailed link is not `own`: no words, no address."""

    item: Handoff
    messages: tuple[Message, ...]
    own: bool


def to_handoff(row: Row[Any]) -> Handoff:
    """A row of the table as the model has it."""
    values = {each.name: getattr(row, each.name) for each in fields(Handoff)}
    return Handoff(**{**values, "state": State(row.state)})


def find(connection: Connection, reference: str) -> Row[Any]:
    """The row of one hand-off; raises HandoffNotFound."""
    this = sa.select(handoffs).where(handoffs.c.reference == reference)
    if row := connection.execute(this).one_or_none():
        return row
    raise HandoffNotFound(f"There is no hand-off {reference}.")


def messages_of(connection: Connection, reference: str, hidden: str = "") -> tuple[Message, ...]:
    """What was said, in order, without the kind that is `hidden`."""
    said = sa.select(messages).where(messages.c.reference == reference, messages.c.event != hidden)
    return tuple(
        Message(row.number, Event(row.event), row.by_name, row.text, tuple(row.passages), row.at)
        for row in connection.execute(said.order_by(messages.c.number))
    )


@dataclass(frozen=True, slots=True)
class Handoffs:
    """Everything that changes a hand-off, and what its visitor may see of it. `channels` are those
    that tell staff; `mails_visitors` whether a reply is announced by mail; `kept` is how long after
    its last event an item that is not open can be read."""

    database: Database
    secret: bytes = field(repr=False)
    channels: tuple[str, ...]
    mails_visitors: bool
    kept: timedelta

    def submit(
        self, submission: Submission, *, key: str, now: datetime, due_at: datetime | None
    ) -> Receipt:
        """Keep a submission and what tells staff of it; on disk when this returns. The same `key`
        with the same body gives the same receipt again; raises HandoffConflict with another body,
        StorageUnavailable when nothing was saved."""
        key_hash, body_hash = digest(key), _body(submission)
        with self.database.writing() as connection:
            same = sa.select(handoffs).where(handoffs.c.key_hash == key_hash)
            if seen := connection.execute(same).one_or_none():
                if seen.body_hash != body_hash:
                    raise HandoffConflict("This was sent before with other words. Send it anew.")
                return self._receipt(to_handoff(seen))
            reference = credentials.reference(secrets.token_bytes(8))
            item = submitted(submission, reference, now, due_at, self.kept)
            receipt = self._receipt(item)
            hidden = {
                "token_hash": digest(receipt.token),
                "code_hash": digest(receipt.code),
                "mail_token": secrets.token_urlsafe(32),
                "code_failures": 0,
                "key_hash": key_hash,
                "body_hash": body_hash,
            }
            connection.execute(handoffs.insert().values(**asdict(item), **hidden))
            append(connection, Event.SUBMIT, reference, VISITOR, now, ("", item.state, 1))
            enqueue(connection, item, "urgent" if item.urgent else "new", self.channels, "staff")
        return receipt

    def knows(self, submission: Submission, key: str) -> bool:
        """Whether just this was kept before, and is sent again for its receipt."""
        same = (handoffs.c.key_hash == digest(key), handoffs.c.body_hash == _body(submission))
        return bool(self.database.read(sa.select(handoffs.c.reference).where(*same)))

    def _receipt(self, item: Handoff) -> Receipt:
        token = credentials.token(self.secret, item.reference)
        return Receipt(item.reference, token, credentials.code(self.secret, item.reference), item)

    def visit(self, token: str, code: str | None, now: datetime) -> Visit:
        """What the holder of a link may see; raises HandoffNotFound (unknown or expired)."""
        hashed = digest(token)
        either = sa.or_(handoffs.c.token_hash == hashed, handoffs.c.mail_token == token)
        with self.database.reading() as connection:
            row = connection.execute(sa.select(handoffs).where(either)).one_or_none()
            if row is None or (row.expires_at <= now and row.state not in OPEN):
                raise HandoffNotFound("There is no such request, or its time is over.")
            said = messages_of(connection, row.reference, hidden=Event.NOTE)
        if row.token_hash == hashed or (code and self._opens(row.reference, code, now)):
            return Visit(to_handoff(row), said, own=True)
        return Visit(without_words(to_handoff(row)), (), own=False)

    def _opens(self, reference: str, code: str, now: datetime) -> bool:
        """Whether the code is right; wrong ones are counted, and after ten nothing opens."""
        this = handoffs.c.reference == reference
        with self.database.writing() as connection:
            row = find(connection, reference)
            recent = row.code_failed_at is not None and now < row.code_failed_at + CODE_PAUSE
            failures = row.code_failures if recent else 0
            if failures >= CODE_TRIES:
                return False
            right = credentials.same_code(code, row.code_hash)
            if not right:
                count = {"code_failures": failures + 1, "code_failed_at": now}
                connection.execute(sa.update(handoffs).where(this).values(count))
        return right

    def act(
        self, token: str, code: str | None, event: Event, now: datetime, **more: Any
    ) -> Handoff:
        """The visitor writes again, corrects their address (a link mailed to the old one stops
        working) or deletes their request; `more` as `apply` has it."""
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
        due_at: datetime | None = None,
        **contact: str,
    ) -> Handoff:
        """Bring about `event` on the item as `by` saw it (`version`; None: as it is). `due_at` is
        the new promise, `contact` a corrected `email` and `phone`. Raises HandoffNotFound,
        HandoffConflict when the item has changed since, TransitionRefused."""
        if event in _SPOKEN and not text.strip() and not passages:
            raise TransitionRefused("Write something first.")
        if event is Event.CORRECT and not any(contact.values()):
            raise TransitionRefused("Leave an e-mail address or a phone number.")
        this = handoffs.c.reference == reference
        with self.database.writing() as connection:
            row = find(connection, reference)
            if version not in (None, row.version):
                raise HandoffConflict("Somebody else changed this in the meantime. Look again.")
            after = transition(to_handoff(row), event, by, now, self.kept, due_at)
            after = replace(after, **contact)  # type: ignore[arg-type]
            connection.execute(sa.update(handoffs).where(this).values(asdict(after)))
            append(connection, event, reference, by, now, (row.state, after.state, after.version))
            if event in _SPOKEN:
                number = len(messages_of(connection, reference)) + 1
                said = (reference, number, event, by.name, text, passages, now)
                connection.execute(messages.insert().values(said))
            if event in (Event.ERASE, Event.CORRECT):
                _forget(connection, reference, messages_too=event is Event.ERASE)
            self._tell(connection, after, event)
        return after

    def _tell(self, connection: Connection, item: Handoff, event: Event) -> None:
        if event is Event.FOLLOW_UP:
            enqueue(connection, item, "follow_up", self.channels, "staff")
        elif event is Event.OVERDUE:
            kind = "overdue" if item.overdue == 1 else "escalated"
            enqueue(connection, item, kind, self.channels, "staff")
        elif event in (Event.REPLY, Event.CORRECT) and item.state is State.ANSWERED:
            by_mail = ("mail",) if item.email and self.mails_visitors else ()
            enqueue(connection, item, "answered", by_mail, "visitor")

    def sweep(self, now: datetime) -> int:
        """Flag what nobody answered in time, tell staff again and put it back in the queue."""
        return self._each(Event.OVERDUE, OPEN, handoffs.c.nudge_at, now)

    def expire(self, now: datetime) -> int:
        """Erase what is past its time, except open items: somebody still waits for those."""
        return self._each(Event.ERASE, (State.ANSWERED, State.CLOSED), handoffs.c.expires_at, now)

    def _each(
        self, event: Event, states: tuple[State, ...], time: sa.Column[datetime], now: datetime
    ) -> int:
        these = sa.select(handoffs.c.reference, handoffs.c.version)
        rows = self.database.read(these.where(handoffs.c.state.in_(states), time <= now))
        for reference, version in rows:
            with suppress(HandoffConflict):  # another process did it, or it was just answered
                self.apply(reference, version, event, PROGRAM, now)
        return len(rows)


def _body(submission: Submission) -> str:
    return digest(json.dumps([getattr(submission, name) for name in WRITTEN]))


def _forget(connection: Connection, reference: str, messages_too: bool) -> None:
    """What was mailed or will be mailed to the visitor no longer leads anywhere."""
    mailed = (deliveries.c.reference == reference, deliveries.c.audience == "visitor")
    connection.execute(sa.delete(deliveries).where(*mailed))
    change = {"mail_token": secrets.token_urlsafe(32)}
    if messages_too:
        connection.execute(sa.delete(messages).where(messages.c.reference == reference))
        change["body_hash"] = ""
    connection.execute(sa.update(handoffs).where(handoffs.c.reference == reference).values(change))
