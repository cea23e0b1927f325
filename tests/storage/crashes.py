"""What the processes do that test_crashes.py kills. Run by a fork server, so imports are done."""

from __future__ import annotations

import os
import signal
import threading
import time
from datetime import datetime
from pathlib import Path

from chatbot.delivery.notices import Notice
from chatbot.delivery.worker import Deliverer
from chatbot.errors import StorageUnavailable
from chatbot.handoff.model import Submission
from chatbot.settings import Settings
from chatbot.storage.store import Store

ASKED = Submission("Does it hurt?", email="kim@example.org")


def settings(folder: Path) -> Settings:
    return Settings(
        instance=folder,
        smtp_url="smtp://127.0.0.1:1",
        notify_email="desk@clinic.example",
        webhook_url="https://x.example",
    )


def at(folder: Path) -> Store:
    return Store(settings(folder), b"secret")


def prepare(folder: Path) -> None:
    """What `serve` does first."""
    at(folder).prepare()


def note(path: Path, line: str) -> None:
    """One line, in the file even when the next instruction is a kill."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, f"{line}\n".encode())
    os.close(descriptor)


def submit_forever(folder: Path, turn: int, now: datetime) -> None:
    """Eight writers that note each reference after it was acknowledged."""
    store = at(folder)

    def write(number: int) -> None:
        for count in range(10**6):
            try:
                receipt = store.handoffs.submit(
                    ASKED, key=f"{turn} {number} {count}", now=now, due_at=None
                )
            except StorageUnavailable as error:
                note(folder / "refused", str(error))
                continue
            note(folder / "acknowledged", receipt.reference)

    for number in range(8):
        threading.Thread(target=write, args=(number,), daemon=True).start()
    time.sleep(60)


def deliver_and_die(folder: Path, point: str, now: datetime) -> None:
    """Deliver what is due, and die at `point`."""

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def send(notice: Notice, _now: datetime) -> None:
        if point == "before sending":
            die()
        note(folder / "delivered", notice.id)
        if point == "before noting":
            die()

    store = at(folder)
    if point == "after claiming":
        store.deliveries.claim("webhook", now, "the dead one", 4)
        die()
    Deliverer(store.deliveries, {"webhook": send}, "").run_once(now)
