"""Clocks that jump, change to summer time, stand in another zone or run past 2038."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from chatbot.handoff.hours import reply_expected
from chatbot.handoff.model import Submission
from chatbot.knowledge.model import Clinic
from chatbot.settings import Settings
from chatbot.storage.store import Store
from tests.faults.conftest import Tried
from tests.faults.site import ROOT

ASKED = Submission("Does it hurt?", email="kim@example.org")
MOMENTS = (
    datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC),  # a second before Europe's summer time
    datetime(2026, 11, 1, 8, 30, tzinfo=UTC),  # 01:30 for the first time in Los Angeles
    datetime(2026, 11, 1, 9, 30, tzinfo=UTC),  # 01:30 for the second time
    datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC),
    datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),  # past 32 bits of seconds
    datetime(2107, 6, 1, 12, 0, tzinfo=UTC),
)


def at(folder: Path) -> Store:
    return Store(Settings(instance=folder, webhook_url="https://x.example"), b"s")


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_a_moment_is_kept_as_it_is(moment: datetime, tmp_path: Path) -> None:
    store = at(tmp_path)
    store.prepare()
    receipt = store.handoffs.submit(ASKED, key="k", now=moment, due_at=moment + timedelta(days=1))
    item = store.inbox.items()[0]
    assert (item.reference, item.submitted_at) == (receipt.reference, moment)
    assert item.due_at == moment + timedelta(days=1)
    assert [claimed.reference for claimed in
            store.deliveries.claim("webhook", moment, "me", 5)] == [item.reference]  # fmt: skip


def test_the_machines_zone_changes_nothing_that_is_kept(tmp_path: Path, tried: Tried) -> None:
    code = (
        "import sys; from pathlib import Path; from tests.faults.test_clock import *\n"
        "store = at(Path(sys.argv[1])); store.prepare()\n"
        "for n, moment in enumerate(MOMENTS):\n"
        "    store.handoffs.submit(ASKED, key=str(n), now=moment, due_at=None)\n"
    )
    for name, where in (("there", "Pacific/Kiritimati"), ("here", "UTC")):
        subprocess.run([sys.executable, "-c", code, str(tmp_path / name)], check=True, cwd=ROOT,
                       env=os.environ | {"TZ": where})  # fmt: skip
    kept = []
    for name in ("there", "here"):
        with closing(sqlite3.connect(tmp_path / name / "chatbot.db")) as database:
            kept.append(database.execute("SELECT submitted_at FROM handoffs ORDER BY 1").fetchall())
    assert kept[0] == kept[1]
    tried(len(MOMENTS))


@pytest.mark.parametrize("jump", [timedelta(days=1), timedelta(days=-1), timedelta(days=400)])
def test_a_jump_loses_and_doubles_no_notice(jump: timedelta, tmp_path: Path, tried: Tried) -> None:
    """The clock jumps, stays for an hour and comes back; each notice is sent once."""
    store = at(tmp_path)
    store.prepare()
    sent: list[str] = []
    now = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
    for number in range(60):
        if number == 20:
            now += jump
        if number == 40:
            now -= jump
        store.handoffs.submit(ASKED, key=str(number), now=now, due_at=None)
        for claimed in store.deliveries.claim("webhook", now, "me", 5):
            sent.append(claimed.reference)
            store.deliveries.sent(claimed, "me", now)
        now += timedelta(minutes=3)
    assert sorted(sent) == sorted(item.reference for item in store.inbox.items(limit=100))
    tried(60)


def test_opening_hours_hold_on_days_with_23_and_25_hours() -> None:
    zone = ZoneInfo("America/Los_Angeles")
    hours = {day: (time(9), time(17)) for day in ("mon", "tue", "wed", "thu", "fri")}
    clinic = Clinic(hours=hours, time_zone="America/Los_Angeles")
    for friday in (datetime(2026, 3, 6, 18, tzinfo=zone), datetime(2026, 10, 30, 18, tzinfo=zone)):
        due = reply_expected(friday.astimezone(UTC), clinic)
        assert due is not None
        local = due.astimezone(zone)
        assert local.weekday() == 0
        assert time(9) <= local.time() <= time(17)
