"""The outbox is emptied from the command line, once or until stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message

from chatbot.commands import main
from chatbot.handoff.model import Submission
from chatbot.settings import Settings
from chatbot.storage.store import Store

ASKED = Submission("Does it hurt?", email="kim@example.org")


class Inbox(Message):
    def __init__(self) -> None:
        super().__init__()
        self.mails: list[Any] = []

    def handle_message(self, message: Any) -> None:
        self.mails.append(message)


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    received = Inbox()
    controller = Controller(received, hostname="127.0.0.1", port=port)
    controller.start()
    yield received, port
    controller.stop()


@pytest.fixture
def store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inbox: tuple[Inbox, int]
) -> Iterator[Store]:
    values = {
        "INSTANCE": str(tmp_path),
        "SMTP_URL": f"smtp://127.0.0.1:{inbox[1]}",
        "MAIL_FROM": "faq@clinic.example",
        "NOTIFY_EMAIL": "desk@clinic.example",
    }
    for name, value in values.items():
        monkeypatch.setenv(f"CHATBOT_{name}", value)
    opened = Store(Settings.from_mapping(values), b"s")
    opened.prepare()
    yield opened
    opened.database.engine.dispose()


def submit(store: Store) -> str:
    return store.handoffs.submit(ASKED, key="k", now=datetime.now(UTC), due_at=None).reference


def test_what_waits_is_sent_once(
    store: Store, inbox: tuple[Inbox, int], capsys: pytest.CaptureFixture[str]
) -> None:
    reference = submit(store)
    assert main(["deliver"]) == 0
    assert "Tried 1 notice." in capsys.readouterr().out
    assert main(["deliver"]) == 0
    assert len(inbox[0].mails) == 1
    assert reference in inbox[0].mails[0]["Subject"]


def test_what_was_given_up_is_named_with_exit_code_1(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    reference = submit(store)
    (delivery,) = store.deliveries.of(reference)
    store.deliveries.claim("mail", datetime.now(UTC), "me", 1)
    store.deliveries.failed(delivery, "me", "the address was refused (550)", None)
    assert main(["deliver"]) == 1
    assert f"Given up: {reference} by mail: the address was refused" in capsys.readouterr().out


def test_without_a_channel_it_says_what_to_set(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CHATBOT_NOTIFY_EMAIL")
    assert main(["deliver"]) == 1
    assert "CHATBOT_WEBHOOK_URL" in capsys.readouterr().out


def test_watching_delivers_what_comes_and_stops_on_a_signal(
    store: Store, inbox: tuple[Inbox, int]
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "chatbot", "deliver", "--watch"],
        env=dict(os.environ), cwd=Path(__file__).parents[2],
    )  # fmt: skip
    submit(store)
    deadline = time.monotonic() + 15
    while not inbox[0].mails and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    assert process.wait(12) == 0
    assert len(inbox[0].mails) == 1
