"""Nobody edits or removes a row of the trail without being found out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from chatbot.handoff.model import Event
from chatbot.storage.store import Store
from chatbot.storage.tables import events
from tests.storage.conftest import ANNA, ASKED, NOW


@pytest.fixture
def used(store: Store) -> Store:
    for key in "ab":
        receipt = store.handoffs.submit(ASKED, key=key, now=NOW, due_at=None)
        store.handoffs.apply(receipt.reference, 1, Event.CLAIM, ANNA, NOW)
        store.handoffs.apply(receipt.reference, 2, Event.REPLY, ANNA, NOW, text="It does not.")
    store.audit.record("retire", "visits", ANNA, NOW)
    return store


def test_everything_is_recorded_with_who_what_and_when_and_without_words(used: Store) -> None:
    with used.database.reading() as connection:
        rows = connection.execute(sa.select(events).order_by(events.c.sequence)).all()
    assert [row.event for row in rows] == ["submit", "claim", "reply"] * 2 + ["retire"]
    assert [row.by_name for row in rows] == ["", "Anna", "Anna"] * 2 + ["Anna"]
    assert all(row.at == NOW for row in rows)
    assert [(row.before, row.after) for row in rows[:3]] == [
        ("", "waiting"), ("waiting", "claimed"), ("claimed", "answered")
    ]  # fmt: skip
    for private in ("hurt", "nervous", "Kim", "It does"):
        assert private not in str(rows)
    assert used.audit.verify() == ()
    assert [record.event for record in used.audit.history("visits")] == ["retire"]


def edit(sequence: int) -> sa.Executable:
    return sa.update(events).where(events.c.sequence == sequence).values(by_name="Ben")


def remove(sequence: int) -> sa.Executable:
    return sa.delete(events).where(events.c.sequence == sequence)


@pytest.mark.parametrize("tamper", [edit, remove])
@pytest.mark.parametrize("sequence", [1, 2, 3, 4, 5, 6])
def test_one_edited_or_removed_row_is_found(
    used: Store, tamper: Callable[[int], sa.Executable], sequence: int
) -> None:
    with used.database.writing() as connection:
        connection.execute(tamper(sequence))
    assert used.audit.verify() != ()


def test_cutting_off_the_end_is_found(used: Store) -> None:
    with used.database.writing() as connection:
        connection.execute(sa.delete(events).where(events.c.sequence >= 6))
    assert "its last events are missing" in used.audit.verify()[0]
