"""Every notice arrives at least once, whatever the receivers and the machine do."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from chatbot.delivery.notices import Notice
from chatbot.delivery.worker import Deliverer, deliverer
from chatbot.errors import DeliveryError
from chatbot.handoff.model import Actor, Event, Party, Submission
from chatbot.settings import Settings
from chatbot.storage.deliveries import channels
from chatbot.storage.store import Store
from tests.delivery.conftest import NOW, Desk, Receiver, says

Open = Callable[..., tuple[Settings, Store]]
Receivers = Callable[[Callable[[socket.socket], None]], Receiver]
ASKED = Submission("Does it <b>hurt</b>?", name="Kim", email="kim@example.org", phone="555-0199")
ANNA = Actor(Party.STAFF, "Anna")


def submit(store: Store, key: str = "k", **more: Any) -> str:
    return store.handoffs.submit(ASKED, key=key, now=NOW, due_at=None, **more).reference


class Fake:
    """A receiver that fails as told and notes when it was called."""

    def __init__(self, *errors: DeliveryError | Exception | None) -> None:
        self.errors = list(errors)
        self.got: list[Notice] = []
        self.tried: list[datetime] = []

    def __call__(self, notice: Notice, now: datetime) -> None:
        self.tried.append(now)
        error = self.errors.pop(0) if self.errors else None
        if error:
            raise error
        self.got.append(notice)


def worker(store: Store, **senders: Callable[[Notice, datetime], None]) -> Deliverer:
    return Deliverer(store.deliveries, senders, "https://faq.clinic.example")


def states(store: Store, reference: str) -> dict[str, str]:
    return {d.channel: d.state for d in store.deliveries.of(reference)}


def test_staff_hear_by_mail_and_webhook_and_read_none_of_the_visitors_words(
    open_at: Open, desk: tuple[Desk, str], receivers: Receivers
) -> None:
    inbox, smtp = desk
    receiver = receivers(says("200 OK"))
    settings, store = open_at(smtp_url=smtp, webhook_url=receiver.url)
    assert channels(settings) == ("mail", "webhook")
    reference = submit(store)
    assert deliverer(settings, store).run_once(NOW) == 2
    assert states(store, reference) == {"mail": "sent", "webhook": "sent"}
    told = inbox.mails[0].as_string() + receiver.requests[0].body.decode()
    assert reference in told
    assert f"https://faq.clinic.example/staff/handoffs/{reference}" in told
    for private in ("hurt", "Kim", "kim@", "0199"):
        assert private not in told


def test_the_visitor_is_told_of_a_reply_by_a_link_that_needs_the_code(
    open_at: Open, desk: tuple[Desk, str]
) -> None:
    inbox, smtp = desk
    settings, store = open_at(smtp_url=smtp, notify_email="")
    receipt = store.handoffs.submit(ASKED, key="k", now=NOW, due_at=None)
    store.handoffs.apply(receipt.reference, 1, Event.REPLY, ANNA, NOW, text="It does not.")
    deliverer(settings, store).run_once(NOW)
    assert inbox.receivers == ["kim@example.org"]
    text = str(inbox.mails[0].get_payload(decode=True), "utf-8")
    assert "It does not" not in text
    assert receipt.code not in text
    assert receipt.token not in text
    link = next(line for line in text.splitlines() if line.startswith("https://"))
    visit = store.handoffs.visit(link.rpartition("/")[2], None, NOW)
    assert not visit.own


def test_without_a_channel_nobody_is_told_and_that_can_be_seen(open_at: Open) -> None:
    settings, store = open_at(notify_email="")
    assert channels(settings) == ()
    assert store.deliveries.of(submit(store)) == ()


def test_retries_really_happen_and_wait_longer_each_time(open_at: Open) -> None:
    _, store = open_at(webhook_url="https://x.example")
    reference = submit(store)
    receiver = Fake(*[DeliveryError("down")] * 6)
    sender = worker(store, webhook=receiver)
    now = NOW
    for _ in range(400):
        sender.run_once(now)
        now += timedelta(seconds=1)
    waits = [b - a for a, b in zip(receiver.tried, receiver.tried[1:], strict=False)]
    for wait, least in zip(waits, [5, 10, 20, 40, 80, 160], strict=True):
        assert least <= wait.total_seconds() <= least * 1.1 + 1
    assert len(receiver.got) == 1
    assert states(store, reference) == {"webhook": "sent"}


def test_a_wait_never_exceeds_an_hour_even_when_the_receiver_asks_for_more(open_at: Open) -> None:
    _, store = open_at(webhook_url="https://x.example")
    submit(store)
    receiver = Fake(
        DeliveryError("slow", retry_after=10**12), DeliveryError("slow", retry_after=90)
    )
    sender = worker(store, webhook=receiver)
    sender.run_once(NOW)
    sender.run_once(NOW + timedelta(minutes=59))
    assert len(receiver.tried) == 1
    sender.run_once(NOW + timedelta(minutes=67))
    assert len(receiver.tried) == 2
    sender.run_once(NOW + timedelta(minutes=67, seconds=89))
    assert len(receiver.tried) == 2
    sender.run_once(NOW + timedelta(minutes=69))
    assert len(receiver.got) == 1


def test_after_24_hours_of_failure_it_is_dead_visible_and_can_be_sent_again(open_at: Open) -> None:
    _, store = open_at(webhook_url="https://x.example")
    reference = submit(store)
    receiver = Fake(*[DeliveryError("down")] * 60)
    sender = worker(store, webhook=receiver)
    now = NOW
    while not store.deliveries.dead():
        sender.run_once(now)
        now += timedelta(minutes=5)
    assert timedelta(hours=24) <= now - NOW < timedelta(hours=26)
    (dead,) = store.deliveries.dead()
    assert (dead.reference, dead.last_error) == (reference, "down")
    assert sender.run_once(now + timedelta(days=9)) == 0
    receiver.errors.clear()
    store.deliveries.send_again(dead.id, now)
    assert sender.run_once(now) == 1
    assert receiver.got[0].id == dead.id
    assert store.deliveries.dead() == ()


def test_a_day_with_the_machine_off_is_not_a_day_of_tries(open_at: Open) -> None:
    _, store = open_at(webhook_url="https://x.example")
    submit(store)
    receiver = Fake(*[DeliveryError("not up yet")] * 5)
    sender = worker(store, webhook=receiver)
    now = NOW + timedelta(days=3)
    for _ in range(40):
        sender.run_once(now)
        now += timedelta(seconds=10)
    assert len(receiver.got) == 1


@pytest.mark.parametrize("days", [-1, 1])
def test_a_clock_that_jumps_by_a_day_delays_nothing_and_loses_nothing(
    open_at: Open, days: int
) -> None:
    _, store = open_at(webhook_url="https://x.example")
    submit(store)
    receiver = Fake(*[DeliveryError("down")] * 4)
    sender = worker(store, webhook=receiver)
    now = NOW
    for step in range(40):
        sender.run_once(now)
        now += timedelta(days=days) if step == 2 else timedelta(seconds=5)
    assert len(receiver.tried) == 5
    assert len(receiver.got) == 1


def test_a_permanent_refusal_is_dead_at_once(open_at: Open) -> None:
    _, store = open_at(webhook_url="https://x.example")
    submit(store)
    worker(store, webhook=Fake(DeliveryError("gone", permanent=True))).run_once(NOW)
    assert [d.last_error for d in store.deliveries.dead()] == ["gone"]


def test_a_bug_in_a_sender_is_a_failure_like_any_other(
    open_at: Open, caplog: pytest.LogCaptureFixture
) -> None:
    _, store = open_at(webhook_url="https://x.example")
    reference = submit(store)
    receiver = Fake(ZeroDivisionError())
    sender = worker(store, webhook=receiver)
    sender.run_once(NOW)
    assert store.deliveries.of(reference)[0].last_error == "unexpected ZeroDivisionError"
    sender.run_once(NOW + timedelta(seconds=6))
    assert states(store, reference) == {"webhook": "sent"}
    assert "hurt" not in caplog.text


def test_when_the_receiver_recovers_everything_that_waits_is_sent_at_once(open_at: Open) -> None:
    _, store = open_at(webhook_url="https://x.example")
    receiver = Fake(*[DeliveryError("down")] * 8)
    sender = worker(store, webhook=receiver)
    submit(store, "early")
    now = NOW
    while len(receiver.tried) < 8:
        sender.run_once(now)
        now += timedelta(seconds=5)
    store.handoffs.submit(ASKED, key="late", now=now, due_at=None)
    assert sender.run_once(now) == 2
    assert len(receiver.got) == 2


def test_a_crash_between_claim_and_send_or_send_and_note_delivers_again_with_the_same_key(
    open_at: Open,
) -> None:
    _, store = open_at(webhook_url="https://x.example")
    submit(store)
    # A process that dies here leaves exactly this: a lease, and nothing else.
    (claimed,) = store.deliveries.claim("webhook", NOW, "the dead one", 4)
    receiver = Fake()
    sender = worker(store, webhook=receiver)
    assert sender.run_once(NOW + timedelta(seconds=59)) == 0
    assert sender.run_once(NOW + timedelta(seconds=61)) == 1
    assert receiver.got[0].id == claimed.id
    # And if the dead one was only slow, its late note changes nothing.
    store.deliveries.failed(claimed, "the dead one", "late", None)
    assert states(store, claimed.reference) == {"webhook": "sent"}


def test_many_deliverers_send_each_notice_once(open_at: Open) -> None:
    _, store = open_at(webhook_url="https://x.example")
    for number in range(12):
        submit(store, str(number))
    receiver = Fake()
    workers = [worker(store, webhook=receiver) for _ in range(4)]
    threads = [threading.Thread(target=each.run_once, args=(NOW,)) for each in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(Counter(n.id for n in receiver.got).values()) == {1: 12}


def test_a_receiver_that_hangs_does_not_delay_another(open_at: Open) -> None:
    _, store = open_at(smtp_url="smtp://127.0.0.1:1", webhook_url="https://x.example")
    release, mailed = threading.Event(), threading.Event()
    sender = worker(
        store,
        webhook=lambda notice, now: release.wait(10) and None,
        mail=lambda notice, now: mailed.set(),
    )
    for number in range(6):  # more than the webhook's channel takes at a time
        submit(store, str(number))
    sender._clock = lambda: NOW
    sender.start()
    assert mailed.wait(5)  # the webhook's receiver takes ten
    release.set()
    sender.stop()


def test_the_background_deliverer_survives_a_failing_database_and_does_its_jobs(
    open_at: Open,
) -> None:
    _, store = open_at(webhook_url="https://x.example")
    receiver, chores = Fake(), threading.Event()
    jobs = [(timedelta(minutes=1), lambda now: chores.set())]
    sender = Deliverer(store.deliveries, {"webhook": receiver}, "", jobs)
    sender._clock = lambda: NOW
    assert store.database.path
    hidden = store.database.path.with_suffix(".hidden")
    reference = submit(store)
    store.database.path.rename(hidden)
    sender.start()
    time.sleep(0.8)
    assert not receiver.got
    hidden.rename(store.database.path)
    assert chores.wait(5)
    end = time.monotonic() + 5
    while not receiver.got and time.monotonic() < end:
        time.sleep(0.05)
    sender.stop()
    assert [notice.reference for notice in receiver.got] == [reference]


def test_the_same_failure_is_logged_once_in_a_while(
    open_at: Open, caplog: pytest.LogCaptureFixture
) -> None:
    _, store = open_at(webhook_url="https://x.example")
    sender = Deliverer(store.deliveries, {"webhook": Fake()}, "")
    assert store.database.path
    store.database.path.unlink()
    for seconds in range(301):
        sender.work(NOW + timedelta(seconds=seconds))
    lines = [record.message for record in caplog.records if record.name.endswith("worker")]
    assert len(lines) == 2
    assert "db restore FILE" in lines[0]


def test_what_goes_out_of_date_is_looked_for_once_an_hour(
    open_at: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[datetime] = []
    monkeypatch.setattr(
        "chatbot.delivery.worker.remind", lambda settings, audit, told, now: looked.append(now)
    )
    sender = deliverer(*open_at(webhook_url="https://x.example"))
    for minutes in (0, 1, 59, 60, 61):
        sender.work(NOW + timedelta(minutes=minutes))
    assert looked == [NOW, NOW + timedelta(minutes=60)]


def test_a_database_that_is_gone_is_named_once_and_when_it_is_back(
    open_at: Open, caplog: pytest.LogCaptureFixture
) -> None:
    settings, store = open_at()
    path = store.database.path
    assert path
    kept, at = path.rename(path.with_name("kept")), deliverer(settings, store)
    with caplog.at_level("WARNING"):
        for second in range(0, 300, 10):
            at.work(NOW + timedelta(seconds=second))
        assert len(caplog.messages) == 1
        kept.rename(path)
        for minute in range(10, 14):
            at.work(NOW + timedelta(minutes=minute))
    assert caplog.messages[1:] == ["what was not done is done again"]
    at.stop()
