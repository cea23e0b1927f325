"""A question for a person: who asks, what may happen to it, and what was said."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Where a hand-off stands; `states.py` holds what leads from one to the next."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    ANSWERED = "answered"
    CLOSED = "closed"
    ERASED = "erased"


class Event(StrEnum):
    SUBMIT = "submit"
    CLAIM = "claim"
    RELEASE = "release"
    REPLY = "reply"
    NOTE = "note"
    FOLLOW_UP = "follow_up"
    CORRECT = "correct"
    CLOSE = "close"
    REOPEN = "reopen"
    OVERDUE = "overdue"
    ERASE = "erase"


class Party(StrEnum):
    """Who did it: the visitor, a member of staff, or this program by itself."""

    VISITOR = "visitor"
    STAFF = "staff"
    PROGRAM = "program"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts; only staff have a name."""

    party: Party
    name: str = ""


VISITOR = Actor(Party.VISITOR)
PROGRAM = Actor(Party.PROGRAM)


@dataclass(frozen=True, slots=True)
class Submission:
    """What a visitor sends."""

    question: str
    message: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    language: str = "en"
    reason: str = ""
    urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Handoff(Submission):
    """What was sent, and how it stands. Times are UTC. `version` counts its events, so that two
    people never overwrite each other. `due_at` is what the visitor was promised, `nudge_at` when
    staff are told again. `overdue` is 0, 1 once the time has passed, 2 and more each time the staff
    had to be told again. It can be read and is kept until `expires_at`. An erased one has no words
    and no addresses."""

    reference: str
    state: State
    version: int
    submitted_at: datetime
    changed_at: datetime
    nudge_at: datetime
    expires_at: datetime
    due_at: datetime | None = None
    overdue: int = 0
    claimed_by: str = ""
    answered_at: datetime | None = None
    erased_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """Something said after the question. `event` is reply, follow_up or note (staff only);
    `passages` are ids of approved passages sent with it."""

    number: int
    event: Event
    by: str
    text: str
    passages: tuple[str, ...]
    at: datetime
