"""The table of what may happen holds, whatever is tried in whatever order."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.builtin import read_yaml
from chatbot.errors import TransitionRefused
from chatbot.handoff.model import (
    PROGRAM,
    VISITOR,
    Actor,
    Event,
    Handoff,
    Party,
    State,
    Submission,
)
from chatbot.handoff.states import RULES, UNPROMISED, allowed, submitted, transition, visitor_sees

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
KEPT = timedelta(days=90)
ANNA, BEN = Actor(Party.STAFF, "Anna"), Actor(Party.STAFF, "Ben")
DOCS = Path(__file__).parents[2] / "docs" / "handoffs.md"


def new(due_at: datetime | None = None) -> Handoff:
    asked = Submission("Does it hurt?", name="Kim", email="kim@example.org")
    return submitted(asked, "H-7KMR-4XQD", NOW, due_at, KEPT)


def after(*steps: tuple[Event, Actor]) -> Handoff:
    item = new()
    for event, by in steps:
        item = transition(item, event, by, NOW, KEPT)
    return item


CLAIMED = (Event.CLAIM, ANNA)
ANSWERED = (Event.REPLY, ANNA)
CLOSED = (Event.CLOSE, ANNA)


def test_the_usual_way() -> None:
    item = after(CLAIMED, ANSWERED, CLOSED)
    assert (item.state, item.version, item.answered_at) == (State.CLOSED, 4, NOW)


def test_staff_may_answer_without_claiming_first() -> None:
    assert after(ANSWERED).claimed_by == "Anna"


def test_nobody_answers_or_closes_what_another_has_claimed_unless_they_take_it_over() -> None:
    item = after(CLAIMED)
    for event in (Event.REPLY, Event.CLOSE):
        with pytest.raises(TransitionRefused, match="Anna is working on it"):
            transition(item, event, BEN, NOW, KEPT)
    assert after(CLAIMED, (Event.CLAIM, BEN), (Event.REPLY, BEN)).claimed_by == "Ben"


def test_claiming_twice_is_refused_with_the_reason() -> None:
    with pytest.raises(TransitionRefused, match="H-7KMR-4XQD: cannot claim: you have it already"):
        after(CLAIMED, CLAIMED)


@pytest.mark.parametrize(
    ("steps", "event", "by"),
    [
        ((), Event.RELEASE, ANNA),
        ((), Event.REOPEN, ANNA),
        ((CLOSED,), Event.REPLY, ANNA),
        ((ANSWERED,), Event.OVERDUE, PROGRAM),
        ((), Event.CLAIM, VISITOR),
        ((), Event.NOTE, VISITOR),
        ((), Event.FOLLOW_UP, ANNA),
        ((), Event.OVERDUE, ANNA),
        ((), Event.SUBMIT, VISITOR),
    ],
)
def test_what_the_table_does_not_name_is_refused(
    steps: tuple[tuple[Event, Actor], ...], event: Event, by: Actor
) -> None:
    with pytest.raises(TransitionRefused):
        transition(after(*steps), event, by, NOW, KEPT)


def test_a_follow_up_brings_an_answered_item_back_with_a_new_promise() -> None:
    due = NOW + timedelta(days=1)
    item = transition(after(ANSWERED), Event.FOLLOW_UP, VISITOR, NOW, KEPT, due)
    assert (item.state, item.claimed_by, item.due_at) == (State.WAITING, "", due)


def test_a_follow_up_while_waiting_does_not_put_the_promise_off_or_take_it_from_anybody() -> None:
    due = NOW + timedelta(hours=3)
    item = transition(new(due), Event.CLAIM, ANNA, NOW, KEPT)
    later = transition(item, Event.FOLLOW_UP, VISITOR, NOW, KEPT, due + timedelta(days=1))
    assert (later.state, later.claimed_by, later.due_at) == (State.CLAIMED, "Anna", due)


def test_staff_are_told_again_after_two_days_when_nothing_was_promised() -> None:
    assert new().nudge_at == NOW + UNPROMISED


def test_overdue_flags_first_and_marks_urgent_from_the_second_time() -> None:
    once = transition(after(CLAIMED), Event.OVERDUE, PROGRAM, NOW, KEPT)
    assert (once.state, once.overdue, once.urgent, once.claimed_by) == (State.WAITING, 1, False, "")
    twice = transition(once, Event.OVERDUE, PROGRAM, NOW, KEPT)
    assert (twice.overdue, twice.urgent) == (2, True)
    assert transition(twice, Event.REPLY, ANNA, NOW, KEPT).overdue == 0


@pytest.mark.parametrize("by", [VISITOR, ANNA, PROGRAM])
def test_erasing_leaves_reference_times_and_state(by: Actor) -> None:
    item = transition(after(CLAIMED), Event.ERASE, by, NOW, KEPT)
    assert (item.question, item.message, item.name, item.email, item.phone) == ("",) * 5
    assert (item.reference, item.state, item.erased_at) == ("H-7KMR-4XQD", State.ERASED, NOW)
    assert allowed(item, VISITOR) == allowed(item, ANNA) == allowed(item, PROGRAM) == ()


@given(
    st.lists(st.tuples(st.sampled_from(Event), st.sampled_from([VISITOR, ANNA, BEN, PROGRAM]))),
    st.data(),
)
def test_in_any_order_allowed_and_transition_agree_and_every_event_counts(
    steps: list[tuple[Event, Actor]], data: st.DataObject
) -> None:
    item = new()
    for event, by in steps:
        at = NOW + timedelta(minutes=data.draw(st.integers(-9999, 9999)))
        may = event in allowed(item, by)
        try:
            changed = transition(item, event, by, at, KEPT)
        except TransitionRefused:
            assert not may
            continue
        assert may
        assert changed.version == item.version + 1
        assert changed.expires_at >= item.expires_at
        assert (changed.state is State.CLAIMED) <= bool(changed.claimed_by)
        assert visitor_sees(changed)
        item = changed


def test_every_state_and_being_late_has_a_sentence_for_the_visitor() -> None:
    sentences = read_yaml("handoff.yaml")["visitor"]
    assert set(sentences) == {*State, "overdue"}
    late = transition(new(), Event.OVERDUE, PROGRAM, NOW, KEPT)
    assert visitor_sees(late) == sentences["overdue"]


def test_the_documented_table_is_the_one_in_the_code() -> None:
    rows = re.findall(
        r"^\| (\w+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", DOCS.read_text(), re.M
    )
    written = [tuple(cell.strip() for cell in row) for row in rows if row[0] != "event"]
    sentences = read_yaml("handoff.yaml")["visitor"]
    assert [row[:4] for row in written] == [
        (
            rule.event.value,
            ", ".join(rule.before) or "–",
            rule.after.value if rule.after else "(stays)",
            ", ".join(rule.who),
        )
        for rule in RULES
    ]
    for (*_, seen), rule in zip(written, RULES, strict=True):
        if rule.event is Event.OVERDUE:
            assert seen == sentences["overdue"]
        elif rule.after:
            assert seen == sentences[rule.after]
