"""Noting an exchange never delays or fails a reply and keeps no words unless asked to."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from chatbot.answering.model import Option, Outcome, Reason, Reply
from chatbot.delivery.worker import Deliverer
from chatbot.settings import Settings
from chatbot.storage import exchanges
from chatbot.storage.store import Store
from tests.storage.conftest import ANNA, NOW

REPLY = Reply(
    outcome=Outcome.HANDOFF,
    message="m",
    disclaimer="d",
    knowledge_version="v1",
    reason=Reason.NOTHING_FOUND,
    confidence=0.25,
)


def test_an_exchange_is_noted_with_its_outcome_and_redacted_words(store: Store) -> None:
    chosen = replace(
        REPLY, outcome=Outcome.CHOOSE, reason=None, options=(Option("l", "a.1", "a", None),)
    )
    store.exchanges.note("r1", REPLY, "My name is Kim, does it hurt?", NOW)
    store.exchanges.note("r2", chosen, "parking", NOW + timedelta(hours=1))
    store.exchanges.flush()
    first, second = store.exchanges.since(NOW)
    assert first == exchanges.Noted(
        "r1", NOW, "handoff", "nothing_found", "none", 0.25, (), "v1",
        "My name is [name], does it hurt?",
    )  # fmt: skip
    assert (second.outcome, second.reason, second.passages) == ("choose", "", ("a.1",))
    assert store.exchanges.since(NOW + timedelta(minutes=1)) == (second,)


def test_words_are_not_kept_without_the_question_log_and_never_of_somebody_in_danger(
    settings: Settings, store: Store
) -> None:
    silent = Store(replace(settings, question_log=False), b"s")
    silent.exchanges.note("r1", REPLY, "does it hurt?", NOW)
    silent.exchanges.flush()
    store.exchanges.note("r2", replace(REPLY, outcome=Outcome.CRISIS), "I want to die", NOW)
    store.exchanges.flush()
    assert [noted.question for noted in store.exchanges.since(NOW)] == [None, None]
    silent.database.engine.dispose()


def test_the_background_writes_once_a_second_and_the_end_writes_the_rest(store: Store) -> None:
    writing = (timedelta(seconds=1), lambda now: store.exchanges.flush())
    worker = Deliverer(store.deliveries, {}, "", [writing])
    worker.start()
    store.exchanges.note("r1", REPLY, "q", NOW)
    deadline = time.monotonic() + 4
    while not store.exchanges.since(NOW) and time.monotonic() < deadline:
        time.sleep(0.05)
    store.exchanges.note("r2", REPLY, "q", NOW)
    worker.stop()
    store.exchanges.flush()
    assert [noted.id for noted in store.exchanges.since(NOW)] == ["r1", "r2"]


def test_a_full_queue_drops_and_counts_without_waiting(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = time.monotonic()
    for number in range(exchanges.WAITING + 7):
        store.exchanges.note(f"r{number}", REPLY, "q", NOW)
    assert time.monotonic() - began < 1
    assert store.exchanges.dropped == 7


def test_a_mistake_in_redacting_never_reaches_the_reply(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(text: str) -> str:
        raise ZeroDivisionError(text)

    monkeypatch.setattr(exchanges, "redact", broken)
    store.exchanges.note("r1", REPLY, "does it hurt?", NOW)
    assert store.exchanges.dropped == 1


def test_a_failing_database_drops_and_counts_and_the_next_ones_are_written(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    path = store.database.path
    if path is None:
        pytest.skip("a matter of SQLite files")
    store.exchanges.note("r1", REPLY, "does it hurt?", NOW)
    path.rename(path.with_suffix(".away"))
    store.exchanges.flush()
    path.with_suffix(".away").rename(path)
    assert store.exchanges.dropped == 1
    assert "hurt" not in caplog.text
    store.exchanges.note("r2", REPLY, "q", NOW)
    store.exchanges.flush()
    assert [noted.id for noted in store.exchanges.since(NOW)] == ["r2"]


def test_a_wrong_answer_is_reported_with_what_was_shown_until_a_curator_closes_it(
    store: Store,
) -> None:
    store.exchanges.note("r1", REPLY, "q", NOW)
    store.exchanges.flush()
    store.exchanges.feedback("r1", False, "wrong", NOW)
    store.exchanges.feedback("unknown", False, "unclear", NOW + timedelta(1))
    store.exchanges.feedback("r3", True, "", NOW)
    first, second = store.exchanges.reports()
    assert (first.reply, first.reason) == ("r1", "wrong")
    assert first.exchange is not None
    assert first.exchange.knowledge_version == "v1"
    assert second.exchange is None
    store.exchanges.close_report("r1", ANNA, NOW)
    assert [report.reply for report in store.exchanges.reports()] == ["unknown"]
    assert [record.event for record in store.audit.history("r1")] == ["close_report"]


def test_the_last_word_of_a_visitor_counts(store: Store) -> None:
    store.exchanges.feedback("r1", False, "wrong", NOW)
    store.exchanges.feedback("r1", True, "", NOW)
    assert store.exchanges.reports() == ()


def test_notes_are_kept_for_the_retention_only(store: Store) -> None:
    store.exchanges.note("old", REPLY, "q", NOW)
    store.exchanges.note("new", REPLY, "q", NOW + timedelta(days=50))
    store.exchanges.flush()
    store.exchanges.feedback("old", False, "wrong", NOW)
    store.purge(NOW + timedelta(days=91))
    assert [noted.id for noted in store.exchanges.since(NOW)] == ["new"]
    assert store.exchanges.reports() == ()
