"""What may happen to a hand-off, in which state, and who may do it: one table, one function."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from chatbot.builtin import read_yaml
from chatbot.errors import TransitionRefused
from chatbot.handoff.model import Actor, Event, Handoff, Party, State, Submission

UNPROMISED = timedelta(days=2)  # staff are told again after this when no opening hours are known
ESCALATE = timedelta(days=1)  # and then every day

WRITTEN = ("question", "message", "name", "email", "phone")  # what comes from the visitor

OPEN = (State.WAITING, State.CLAIMED)  # somebody waits for an answer


@dataclass(frozen=True, slots=True)
class Rule:
    """`event` leads from one of `before` to `after` (None: it stays) when one of `who` does it."""

    event: Event
    before: tuple[State, ...]
    after: State | None
    who: tuple[Party, ...]


# docs/handoffs.md shows this table with what the visitor sees; a test keeps the two the same.
RULES = TypeAdapter(tuple[Rule, ...]).validate_python(read_yaml("handoff.yaml")["rules"])
_CLAIMERS_ONLY = (Event.REPLY, Event.CLOSE)


def visitor_sees(item: Handoff) -> str:
    """The sentence that tells the visitor where their question stands."""
    late = item.overdue and item.state in OPEN
    return str(read_yaml("handoff.yaml")["visitor"]["overdue" if late else item.state.value])


def submitted(
    submission: Submission, reference: str, at: datetime, due_at: datetime | None, kept: timedelta
) -> Handoff:
    """The hand-off that a submission starts; `kept` is how long after the last event."""
    return Handoff(
        **asdict(submission),
        reference=reference,
        state=State.WAITING,
        version=1,
        submitted_at=at,
        changed_at=at,
        nudge_at=due_at or at + UNPROMISED,
        expires_at=at + kept,
        due_at=due_at,
    )


def _rule(item: Handoff, event: Event, by: Actor) -> Rule | str:
    """The rule by which `by` may do this now, or why they may not, in plain words."""
    rule = next((r for r in RULES if r.event is event and item.state in r.before), None)
    if rule is None:
        return f"it is {item.state.value}"
    if by.party not in rule.who:
        return f"only {' or '.join(rule.who)} can do this"
    if item.state is State.CLAIMED:
        if event in _CLAIMERS_ONLY and item.claimed_by != by.name:
            return f"{item.claimed_by} is working on it: take it over first"
        if event is Event.CLAIM and item.claimed_by == by.name:
            return "you have it already"
    return rule


def allowed(item: Handoff, by: Actor) -> tuple[Event, ...]:
    """The events `by` may bring about now."""
    return tuple(event for event in Event if isinstance(_rule(item, event, by), Rule))


def without_words(item: Handoff) -> Handoff:
    """The hand-off with nothing that the visitor wrote: for those who may not see it, and for
    what is left of an erased one."""
    return replace(item, **dict.fromkeys(WRITTEN, ""))  # type: ignore[arg-type]


def transition(
    item: Handoff,
    event: Event,
    by: Actor,
    at: datetime,
    kept: timedelta,
    due_at: datetime | None = None,
) -> Handoff:
    """The hand-off after `event`; raises TransitionRefused. `due_at` is the new promise where the
    visitor waits anew (follow-up, reopened)."""
    rule = _rule(item, event, by)
    if isinstance(rule, str):
        raise TransitionRefused(f"{item.reference}: cannot {event.replace('_', ' ')}: {rule}.")
    state, expires = rule.after or item.state, max(item.expires_at, at + kept)
    after = replace(item, state=state, version=item.version + 1, changed_at=at, expires_at=expires)
    if event in (Event.CLAIM, Event.REPLY):
        after = replace(after, claimed_by=by.name)
    elif state in (State.WAITING, State.ERASED):
        after = replace(after, claimed_by="")
    if event is Event.OVERDUE:
        late = item.overdue + 1
        return replace(after, overdue=late, urgent=item.urgent or late > 1, nudge_at=at + ESCALATE)
    if event is Event.REPLY:
        return replace(after, answered_at=item.answered_at or at, overdue=0)
    if event is Event.ERASE:
        return replace(without_words(after), erased_at=at)
    if state is State.WAITING and item.state not in OPEN:
        return replace(after, due_at=due_at, nudge_at=due_at or at + UNPROMISED, overdue=0)
    return after
