"""Staff find what matters first, and everything about one person."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from chatbot.errors import HandoffNotFound
from chatbot.handoff.model import Event, State
from chatbot.storage.store import Store
from tests.storage.conftest import ANNA, ASKED, NOW

HOUR = timedelta(hours=1)


def submit(store: Store, key: str, hours: int = 0, **change: object) -> str:
    asked = replace(ASKED, **change)  # type: ignore[arg-type]
    now = NOW + hours * HOUR
    return store.handoffs.submit(asked, key=key, now=now, due_at=now + 24 * HOUR).reference


def test_urgent_and_overdue_come_first_then_what_is_due_soonest_and_closed_last(
    store: Store,
) -> None:
    done = submit(store, "0")
    late = submit(store, "1")
    soon = submit(store, "2", hours=30)
    later = submit(store, "3", hours=31)
    urgent = submit(store, "4", hours=32, urgent=True)
    store.handoffs.apply(done, 1, Event.CLOSE, ANNA, NOW)
    store.handoffs.sweep(NOW + 25 * HOUR)
    assert [i.reference for i in store.inbox.items()] == [urgent, late, soon, later, done]
    assert [i.reference for i in store.inbox.items(limit=2)] == [urgent, late]


def test_of_what_was_promised_for_the_same_time_the_oldest_comes_first(store: Store) -> None:
    due, minutes = NOW + 24 * HOUR, (3, 0, 2, 1, 4)
    sent = {
        n: store.handoffs.submit(
            ASKED, key=f"{n}", now=NOW + timedelta(minutes=n), due_at=due
        ).reference
        for n in minutes
    }
    assert [i.reference for i in store.inbox.items()] == [sent[n] for n in sorted(minutes)]


def test_the_queue_is_filtered_by_state_and_by_who_has_it(store: Store) -> None:
    first, second = submit(store, "1"), submit(store, "2")
    store.handoffs.apply(second, 1, Event.CLAIM, ANNA, NOW)
    assert [i.reference for i in store.inbox.items((State.WAITING,))] == [first]
    assert [i.reference for i in store.inbox.items(claimed_by="Anna")] == [second]


@pytest.mark.parametrize(
    ("search", "found"),
    [("HURT", 1), ("kim@example", 1), ("kim hurt", 1), ("kim parking", 0), ("100%", 1), ("_", 1),
     ("' OR 1=1 --", 0), ("", 3), ("\0\ud800", 0)],
)  # fmt: skip
def test_every_word_of_a_search_must_be_found_as_it_is_written(
    store: Store, search: str, found: int
) -> None:
    submit(store, "1")
    submit(store, "2", question="Is it 100% safe?", email="lee@example.org", name="Lee")
    submit(store, "3", question="Where is a_b?", email="lee@example.org", name="Lee")
    assert len(store.inbox.items(search=search)) == found


def test_a_search_by_reference_finds_it(store: Store) -> None:
    reference = submit(store, "1")
    assert [i.reference for i in store.inbox.items(search=reference.lower())] == [reference]


def test_the_numbers_are_those_of_the_clinics_days(store: Store) -> None:
    first = submit(store, "1", reason="nothing_found")
    submit(store, "2", hours=20, reason="low_confidence")
    submit(store, "3", hours=20, reason="low_confidence")
    store.handoffs.apply(first, 1, Event.REPLY, ANNA, NOW + 2 * HOUR, text="No.")
    numbers = store.inbox.numbers(NOW + 21 * HOUR, "America/Los_Angeles", days=3)
    assert (numbers.waiting, numbers.claimed, numbers.overdue) == (2, 0, 0)
    assert [(str(day), n) for day, n in numbers.per_day] == [
        ("2026-11-23", 0), ("2026-11-24", 0), ("2026-11-25", 3)
    ]  # fmt: skip
    assert numbers.by_reason == (("low_confidence", 2), ("nothing_found", 1))
    assert numbers.median_reply == 2 * HOUR


def test_numbers_of_an_empty_inbox(store: Store) -> None:
    numbers = store.inbox.numbers(NOW, "UTC")
    assert (numbers.waiting, numbers.overdue, numbers.median_reply) == (0, 0, None)


def test_an_export_holds_everything_about_one_person_and_nobody_else(store: Store) -> None:
    mine = submit(store, "1")
    again = submit(store, "2", hours=1, phone="", question="And after?")
    submit(store, "3", email="lee@example.org", phone="555-0111", name="Lee")
    store.handoffs.apply(mine, 1, Event.REPLY, ANNA, NOW, text="It does not.")
    exported = store.inbox.export(again)
    text = json.dumps(exported, default=str)
    assert [entry["item"]["reference"] for entry in exported] == [mine, again]
    assert "It does not." in text
    assert "Lee" not in text
    with pytest.raises(HandoffNotFound):
        store.inbox.export("H-3333-3333")


def test_an_erased_item_exports_alone(store: Store) -> None:
    one, two = submit(store, "1"), submit(store, "2")
    for reference in (one, two):
        store.handoffs.apply(reference, 1, Event.ERASE, ANNA, NOW)
    assert [entry["item"]["reference"] for entry in store.inbox.export(one)] == [one]
