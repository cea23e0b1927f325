"""Real receivers on loopback: an SMTP server, and an HTTP server that can misbehave."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler

from chatbot.delivery.notices import Notice
from chatbot.settings import Settings
from chatbot.storage.store import Store

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
NOTICE = Notice(
    id="0123456789abcdef",
    kind="new",
    reference="H-7KMR-4XQD",
    subject="New question: H-7KMR-4XQD",
    text="New question: H-7KMR-4XQD\n\nhttps://faq.clinic.example/staff/handoffs/H-7KMR-4XQD\n",
    link="https://faq.clinic.example/staff/handoffs/H-7KMR-4XQD",
    urgent=False,
)


class Desk(MessageHandler):
    """A mail server's inbox; `refuse` is what it says to RCPT instead of accepting."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list[Message] = []
        self.receivers: list[str] = []
        self.refuse = ""

    def handle_message(self, message: Message) -> None:
        self.mails.append(message)

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        self.receivers.append(address)
        return "250 OK"


@pytest.fixture
def desk() -> Iterator[tuple[Desk, str]]:
    """(the inbox, its smtp:// URL)."""
    inbox, port = Desk(), free_port()
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield inbox, f"smtp://127.0.0.1:{port}"
    controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """A TCP server that reads one HTTP request and answers as `script` says."""

    script: Callable[[socket.socket], None]
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    url: str = ""

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            self.requests.append(read_request(connection))
            self.script(connection)


def read_request(connection: socket.socket) -> Request:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(4096)
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(4096)
    return Request(first.split()[1], headers, body)


def says(status: str, *headers: str) -> Callable[[socket.socket], None]:
    """A script that answers at once."""
    lines = [f"HTTP/1.1 {status}", "Content-Length: 0", *headers, "", ""]
    return lambda connection: connection.sendall("\r\n".join(lines).encode())


@pytest.fixture
def receivers() -> Iterator[Callable[[Callable[[socket.socket], None]], Receiver]]:
    """Starts HTTP receivers that answer as told."""
    listeners: list[socket.socket] = []

    def start(script: Callable[[socket.socket], None]) -> Receiver:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        receiver = Receiver(script)
        receiver.url = f"http://127.0.0.1:{listener.getsockname()[1]}/hook?to=desk"
        threading.Thread(target=receiver.serve, args=(listener,), daemon=True).start()
        return receiver

    yield start
    for listener in listeners:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def settings(**given: Any) -> Settings:
    """Settings that may call loopback receivers."""
    base = {
        "mail_from": "faq@clinic.example",
        "notify_email": "desk@clinic.example",
        "webhook_secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "webhook_private": True,
        "public_url": "https://faq.clinic.example",
    }
    return Settings(**{**base, **given})


@pytest.fixture
def open_at(tmp_path: Path) -> Iterator[Callable[..., tuple[Settings, Store]]]:
    """Opens a store on a real SQLite file with the given settings."""
    stores: list[Store] = []

    def start(**given: Any) -> tuple[Settings, Store]:
        chosen = settings(instance=tmp_path / "instance", **given)
        store = Store(chosen, b"secret")
        store.prepare()
        stores.append(store)
        return chosen, store

    yield start
    for store in stores:
        store.database.engine.dispose()
