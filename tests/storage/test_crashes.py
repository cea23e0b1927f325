"""kill -9 at any moment loses nothing that was acknowledged and breaks no database."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sqlite3
import time
from collections import Counter
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from chatbot.delivery.notices import Notice
from chatbot.delivery.worker import Deliverer
from tests.storage.conftest import NOW
from tests.storage.crashes import ASKED, at, deliver_and_die, note, prepare, submit_forever

SEED = 20261125
POINTS = ("after claiming", "before sending", "before noting")

forkserver = multiprocessing.get_context("forkserver")
forkserver.set_forkserver_preload(["tests.storage.crashes"])


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def kill_while_writing(folder: Path, kills: int) -> int:
    """The number of hand-offs that were acknowledged, all of which are there."""
    chance = random.Random(SEED)
    print(f"seed {SEED}, {kills} kills")
    at(folder).prepare()
    for turn in range(kills):
        process = forkserver.Process(target=submit_forever, args=(folder, turn, NOW))
        process.start()
        before = len(lines(folder / "acknowledged"))
        while len(lines(folder / "acknowledged")) == before:
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 0.2))
        assert process.pid
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        process.close()

        began = time.monotonic()
        store = at(folder)
        store.prepare()
        with closing(sqlite3.connect(folder / "chatbot.db")) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            kept = {row[0] for row in database.execute("SELECT reference FROM handoffs")}
            half = database.execute(
                "SELECT count(*) FROM handoffs WHERE 2 <> (SELECT count(*) FROM deliveries"
                " WHERE deliveries.reference = handoffs.reference)"
            ).fetchone()
        assert time.monotonic() - began < 10
        assert half == (0,)
        assert set(lines(folder / "acknowledged")) <= kept
    assert store.audit.verify() == ()
    assert lines(folder / "refused") == []
    return len(lines(folder / "acknowledged"))


def die_while_delivering(folder: Path, deaths: int) -> Counter[str]:
    """How often each notice arrived after `deaths` deaths and one deliverer that lives."""
    store = at(folder)
    store.prepare()
    now = NOW
    for turn in range(deaths):
        store.handoffs.submit(ASKED, key=str(turn), now=now, due_at=None)
        point = POINTS[turn % len(POINTS)]
        process = forkserver.Process(target=deliver_and_die, args=(folder, point, now))
        process.start()
        process.join()
        assert process.exitcode == -signal.SIGKILL
        process.close()
        now += timedelta(seconds=61)

    def send(notice: Notice, _now: object) -> None:
        note(folder / "delivered", notice.id)

    Deliverer(store.deliveries, {"webhook": send}, "").run_once(now)
    expected = {
        delivery.id
        for item in store.inbox.items(limit=1000)
        for delivery in store.deliveries.of(item.reference)
        if delivery.channel == "webhook"
    }
    arrived = Counter(lines(folder / "delivered"))
    assert len(expected) == deaths
    assert set(arrived) == expected
    return arrived


def test_five_kills_while_eight_write_lose_nothing(tmp_path: Path) -> None:
    assert kill_while_writing(tmp_path, 5) >= 5


def test_dying_between_commit_and_send_still_delivers_with_the_same_key(tmp_path: Path) -> None:
    arrived = die_while_delivering(tmp_path, 6)
    assert max(arrived.values()) > 1  # it did die after sending, and sent again


def test_processes_that_start_at_once_make_the_tables_once(tmp_path: Path) -> None:
    processes = [forkserver.Process(target=prepare, args=(tmp_path,)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 4
    at(tmp_path).database.check()


@pytest.mark.faults
def test_two_hundred_kills_while_eight_write_lose_nothing(tmp_path: Path) -> None:
    print(f"{kill_while_writing(tmp_path, 200)} acknowledged, 0 lost")


@pytest.mark.faults
def test_a_hundred_deaths_between_commit_and_send_lose_nothing(tmp_path: Path) -> None:
    print(f"{len(die_while_delivering(tmp_path, 100))} notices, all delivered")
