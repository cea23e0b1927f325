"""What was acknowledged is kept, once; nobody overwrites anybody; nothing is shown to strangers."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from chatbot.errors import HandoffConflict, HandoffNotFound, TransitionRefused
from chatbot.handoff.model import Event, State, Submission
from chatbot.storage.handoffs import Receipt
from chatbot.storage.store import Store
from chatbot.storage.tables import handoffs
from tests.storage.conftest import ANNA, ASKED, BEN, NOW

DAY = timedelta(days=1)


def submit(store: Store, key: str = "key", **change: object) -> Receipt:
    return store.handoffs.submit(replace(ASKED, **change), key=key, now=NOW, due_at=NOW + DAY)  # type: ignore[arg-type]


def mail_token(store: Store, reference: str) -> str:
    wanted = sa.select(handoffs.c.mail_token).where(handoffs.c.reference == reference)
    with store.database.reading() as connection:
        return str(connection.scalar(wanted))


def test_a_submission_keeps_the_item_an_event_and_one_delivery_per_channel(store: Store) -> None:
    receipt = submit(store)
    thread = store.inbox.thread(receipt.reference)
    assert thread.item == receipt.item
    assert thread.item.question == "Does it hurt?"
    assert thread.item.submitted_at == NOW
    assert [record.event for record in thread.history] == ["submit"]
    assert sorted((d.channel, d.audience, d.kind) for d in thread.deliveries) == [
        ("mail", "staff", "new"),
        ("webhook", "staff", "new"),
    ]


def test_an_urgent_submission_is_announced_as_urgent(store: Store) -> None:
    receipt = submit(store, urgent=True)
    assert {d.kind for d in store.deliveries.of(receipt.reference)} == {"urgent"}


def test_the_same_key_and_body_give_the_same_receipt_and_keep_one_item(store: Store) -> None:
    first, second = submit(store), submit(store)
    assert (second.reference, second.token, second.code) == (
        first.reference,
        first.token,
        first.code,
    )
    assert len(store.inbox.items()) == 1
    assert len(store.deliveries.of(first.reference)) == 2


def test_what_the_site_adds_by_itself_does_not_make_a_repeat_another_body(store: Store) -> None:
    first, second = submit(store), submit(store, urgent=True, reason="nothing_found")
    assert first.reference == second.reference


def test_the_same_key_with_another_body_is_a_conflict_and_keeps_nothing(store: Store) -> None:
    submit(store)
    with pytest.raises(HandoffConflict):
        submit(store, question="Something else?")
    assert len(store.inbox.items()) == 1


def test_twenty_simultaneous_duplicates_keep_one_item(store: Store) -> None:
    receipts: list[Receipt] = []
    threads = [threading.Thread(target=lambda: receipts.append(submit(store))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({receipt.reference for receipt in receipts}) == 1
    assert len(store.inbox.items()) == 1
    assert len(receipts) == 20


def test_what_no_database_can_hold_is_kept_as_a_replacement_character(store: Store) -> None:
    receipt = submit(store, question="a\0b\ud800c'; DROP TABLE handoffs; --\u202e")
    kept = store.inbox.thread(receipt.reference).item.question
    assert kept == "a\ufffdb\ufffdc'; DROP TABLE handoffs; --\u202e"


def test_neither_the_token_nor_the_code_is_in_the_database(store: Store) -> None:
    receipt = submit(store)
    with store.database.reading() as connection:
        row = connection.execute(sa.select(handoffs)).one()
    assert receipt.token not in map(str, row)
    assert receipt.code not in map(str, row)


def test_the_visitor_sees_their_words_and_the_replies_but_no_notes(store: Store) -> None:
    receipt = submit(store)
    store.handoffs.apply(receipt.reference, 1, Event.NOTE, ANNA, NOW, text="call back?")
    store.handoffs.apply(
        receipt.reference, 2, Event.REPLY, ANNA, NOW, text="It does not.", passages=("a.1",)
    )
    visit = store.handoffs.visit(receipt.token, None, NOW)
    assert visit.own
    assert visit.item.question == "Does it hurt?"
    assert [(m.text, m.passages) for m in visit.messages] == [("It does not.", ("a.1",))]


def test_an_unknown_link_finds_nothing(store: Store) -> None:
    submit(store)
    with pytest.raises(HandoffNotFound):
        store.handoffs.visit("x" * 43, None, NOW)
    with pytest.raises(HandoffNotFound):
        store.handoffs.visit("\0\ud800", None, NOW)


def test_a_mailed_link_shows_no_words_and_no_address_without_the_code(store: Store) -> None:
    receipt = submit(store)
    store.handoffs.apply(receipt.reference, 1, Event.REPLY, ANNA, NOW, text="It does not.")
    link = mail_token(store, receipt.reference)
    shut = store.handoffs.visit(link, None, NOW)
    assert not shut.own
    assert shut.messages == ()
    shown = repr(shut)
    for private in ("hurt", "nervous", "Kim", "kim@", "555-0199", "It does not"):
        assert private not in shown
    assert shut.item.state is State.ANSWERED

    opened = store.handoffs.visit(link, receipt.code.lower().replace("-", " "), NOW)
    assert opened.own
    assert opened.messages[0].text == "It does not."
    with pytest.raises(TransitionRefused):
        store.handoffs.act(link, "333-333", Event.ERASE, NOW)


def test_ten_wrong_codes_close_a_mailed_link_for_an_hour_even_to_the_right_one(
    store: Store,
) -> None:
    receipt = submit(store)
    link = mail_token(store, receipt.reference)
    for _ in range(10):
        assert not store.handoffs.visit(link, "333-333", NOW).own
    assert not store.handoffs.visit(link, receipt.code, NOW).own
    assert store.handoffs.visit(receipt.token, None, NOW).own
    later = NOW + timedelta(minutes=61)
    assert store.handoffs.visit(link, receipt.code, later).own


def test_correcting_the_address_kills_the_link_that_went_to_the_wrong_one(store: Store) -> None:
    receipt = submit(store)
    wrong = mail_token(store, receipt.reference)
    store.handoffs.apply(receipt.reference, 1, Event.REPLY, ANNA, NOW, text="It does not.")
    item = store.handoffs.act(
        receipt.token, None, Event.CORRECT, NOW, email="kim@example.net", phone=""
    )
    told = [d for d in store.deliveries.of(receipt.reference) if d.audience == "visitor"]
    assert [(d.kind, d.state) for d in told] == [("answered", "waiting")]  # told anew, once
    assert (item.email, item.phone) == ("kim@example.net", "")
    with pytest.raises(HandoffNotFound):
        store.handoffs.visit(wrong, None, NOW)
    with pytest.raises(TransitionRefused):
        store.handoffs.act(receipt.token, None, Event.CORRECT, NOW, email="", phone="")


def test_the_second_of_two_people_on_the_same_version_is_told(store: Store) -> None:
    receipt = submit(store)
    store.handoffs.apply(receipt.reference, 1, Event.CLAIM, ANNA, NOW)
    with pytest.raises(HandoffConflict):
        store.handoffs.apply(receipt.reference, 1, Event.CLAIM, BEN, NOW)
    assert store.inbox.thread(receipt.reference).item.claimed_by == "Anna"


def test_of_many_simultaneous_claims_exactly_one_succeeds(store: Store) -> None:
    reference = submit(store).reference
    outcomes: list[str] = []

    def claim() -> None:
        try:
            store.handoffs.apply(reference, 1, Event.CLAIM, BEN, NOW)
            outcomes.append("claimed")
        except HandoffConflict:
            outcomes.append("conflict")

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["claimed"] + ["conflict"] * 7


def test_a_reply_is_announced_to_the_visitor_only_when_they_left_an_address(store: Store) -> None:
    with_mail = submit(store, key="1")
    by_phone = submit(store, key="2", email="")
    for receipt in (with_mail, by_phone):
        store.handoffs.apply(receipt.reference, 1, Event.REPLY, ANNA, NOW, text="No.")
    told = [d for d in store.deliveries.of(with_mail.reference) if d.audience == "visitor"]
    assert [(d.channel, d.kind) for d in told] == [("mail", "answered")]
    assert all(d.audience == "staff" for d in store.deliveries.of(by_phone.reference))


def test_a_follow_up_reopens_the_item_and_tells_staff(store: Store) -> None:
    receipt = submit(store)
    store.handoffs.apply(receipt.reference, 1, Event.REPLY, ANNA, NOW, text="No.")
    item = store.handoffs.act(
        receipt.token, None, Event.FOLLOW_UP, NOW + DAY, text="Sure?", due_at=NOW + 2 * DAY
    )
    assert item.state is State.WAITING
    assert item.due_at == NOW + 2 * DAY
    kinds = [d.kind for d in store.deliveries.of(receipt.reference) if d.audience == "staff"]
    assert kinds.count("follow_up") == 2
    with pytest.raises(TransitionRefused):
        store.handoffs.act(receipt.token, None, Event.FOLLOW_UP, NOW, text="  ")


def test_overdue_items_are_flagged_told_again_escalated_and_returned_to_the_queue(
    store: Store,
) -> None:
    reference = submit(store).reference
    store.handoffs.apply(reference, 1, Event.CLAIM, ANNA, NOW)
    assert store.handoffs.sweep(NOW + DAY - timedelta(seconds=1)) == 0
    assert store.handoffs.sweep(NOW + DAY) == 1
    assert store.handoffs.sweep(NOW + DAY) == 0
    item = store.inbox.thread(reference).item
    assert (item.state, item.overdue, item.claimed_by) == (State.WAITING, 1, "")
    assert not item.urgent
    assert store.handoffs.sweep(NOW + 2 * DAY) == 1
    item = store.inbox.thread(reference).item
    assert (item.overdue, item.urgent) == (2, True)
    kinds = [d.kind for d in store.deliveries.of(reference) if d.channel == "mail"]
    assert sorted(kinds) == ["escalated", "new", "overdue"]


def test_several_sweeps_at_once_flag_and_tell_once(store: Store) -> None:
    reference = submit(store).reference
    threads = [threading.Thread(target=store.handoffs.sweep, args=(NOW + DAY,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.inbox.thread(reference).item.overdue == 1
    kinds = [d.kind for d in store.deliveries.of(reference) if d.channel == "mail"]
    assert sorted(kinds) == ["new", "overdue"]


def test_deleting_a_request_keeps_reference_times_and_state_only(store: Store) -> None:
    receipt = submit(store)
    store.handoffs.apply(receipt.reference, 1, Event.REPLY, ANNA, NOW, text="It does not.")
    store.handoffs.act(receipt.token, None, Event.ERASE, NOW)
    thread = store.inbox.thread(receipt.reference)
    assert thread.messages == ()
    assert all(d.audience == "staff" for d in thread.deliveries)
    assert (thread.item.state, thread.item.erased_at) == (State.ERASED, NOW)
    assert thread.item.submitted_at == NOW
    for private in ("hurt", "nervous", "Kim", "kim@", "555-0199", "It does not"):
        assert private not in repr(thread)
    assert store.handoffs.visit(receipt.token, None, NOW).item.state is State.ERASED
    with pytest.raises(TransitionRefused):
        store.handoffs.act(receipt.token, None, Event.FOLLOW_UP, NOW, text="again")


def test_erased_and_purged_words_are_gone_from_the_file_itself(store: Store) -> None:
    if store.database.path is None:
        pytest.skip("PostgreSQL reuses its pages in its own time")
    receipt = submit(store, question="a" * 50 + "SECRETWORD" + "b" * 50)
    store.handoffs.apply(receipt.reference, 1, Event.REPLY, ANNA, NOW, text="SECRETREPLY " * 500)
    assert b"SECRETWORD" in store.database.path.read_bytes()
    assert b"SECRETREPLY" in store.database.path.read_bytes()
    assert store.purge(NOW + timedelta(days=91)) > 0
    left = store.database.path.read_bytes()
    assert b"SECRETWORD" not in left
    assert b"SECRETREPLY" not in left
    assert b"kim@example.org" not in left


def test_the_retention_never_takes_an_item_that_still_waits(store: Store) -> None:
    receipt = submit(store)
    store.purge(NOW + timedelta(days=400))
    assert store.inbox.thread(receipt.reference).item.question == "Does it hurt?"
    assert store.handoffs.visit(receipt.token, None, NOW + timedelta(days=400)).own


def test_a_link_expires_with_the_retention(store: Store) -> None:
    receipt = submit(store)
    store.handoffs.apply(receipt.reference, 1, Event.CLOSE, ANNA, NOW)
    assert store.handoffs.visit(receipt.token, None, NOW + timedelta(days=89)).own
    with pytest.raises(HandoffNotFound):
        store.handoffs.visit(receipt.token, None, NOW + timedelta(days=91))


def test_a_submission_without_any_channel_is_kept_all_the_same(store: Store) -> None:
    receipt = replace(store.handoffs, channels=()).submit(
        Submission("Why?", phone="555-0100"), key="k", now=NOW, due_at=None
    )
    assert store.deliveries.of(receipt.reference) == ()
    assert [item.reference for item in store.inbox.items()] == [receipt.reference]
