"""A backup taken while the site is busy can be put back, and the site serves from it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.conftest import Serve, Tried
from tests.faults.site import ROOT, Site

PER_SECOND = 50


def command(site: Site, instance: Path, *arguments: str) -> None:
    environ = os.environ | {"CHATBOT_INSTANCE": str(instance),
                            "CHATBOT_KNOWLEDGE": str(site.folder)}  # fmt: skip
    subprocess.run([sys.executable, "-m", "chatbot", "db", *arguments], cwd=ROOT, check=True,
                   env=environ, capture_output=True)  # fmt: skip


def under_load(site: Site, folder: Path, runs: int, tried: Tried) -> None:
    acknowledged: list[str] = []
    stop = threading.Event()

    def write(number: int) -> None:
        count = 0
        while not stop.wait(4 / PER_SECOND):
            count += 1
            answer = site.hand_off(f"backup-{number}-{count}")
            assert answer.status == 201
            acknowledged.append(answer.json()["reference"])

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    began, slowest, start = time.monotonic(), 0.0, 0.0
    for run in range(runs):
        before = set(acknowledged)
        copy = folder / f"copy{run}.db"
        command(site, site.instance, "backup", str(copy))
        since = time.monotonic()
        command(site, folder / f"restored{run}", "restore", str(copy))
        slowest = max(slowest, time.monotonic() - since)
        with closing(sqlite3.connect(folder / f"restored{run}" / "chatbot.db")) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            kept = {row[0] for row in database.execute("SELECT reference FROM handoffs")}
        assert before <= kept
    rate = len(acknowledged) / (time.monotonic() - began)
    stop.set()
    for thread in threads:
        thread.join()
    since = time.monotonic()
    again = Site(site.folder, folder / f"restored{runs - 1}").start()
    start = time.monotonic() - since
    try:
        assert again.send("GET", "/readyz").json()["database"] == "ok"
    finally:
        again.stop()
    assert slowest + start < 60
    tried(runs, f"{rate:.0f} hand-offs a second meanwhile; put back in {slowest:.1f} s, "
                f"serving {start:.1f} s later")  # fmt: skip


@pytest.mark.faults
def test_twenty_backups_under_load_hold_all_that_was_acknowledged(
    serve: Serve, tmp_path: Path, tried: Tried
) -> None:
    under_load(serve(), tmp_path, 20, tried)
