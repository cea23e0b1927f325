"""`serve` as a process of its own on loopback, and how it is spoken to."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[2]
START = 60.0  # seconds a start may take on a busy machine
QUESTION = "how long does an infusion take?"
DANGER = "I want to kill myself"


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and after how many seconds."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    def json(self) -> Any:
        """The body, which must be JSON."""
        return json.loads(self.body)


@dataclass
class Site:
    """One `serve`; its output is in `log`. Settings are given without their prefix."""

    folder: Path
    instance: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """Everything the process wrote."""
        return self.instance.parent / f"serve-{self.port}.log"

    def start(self) -> Site:
        """Start it and wait until it answers."""
        given = {"RATE_LIMIT": "off", **self.settings}
        environ = {name: value for name, value in os.environ.items() if "CHATBOT_" not in name}
        environ |= {f"CHATBOT_{name}": value for name, value in given.items()}
        environ |= {"CHATBOT_KNOWLEDGE": str(self.folder), "CHATBOT_INSTANCE": str(self.instance)}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "chatbot", "serve", "--port", str(self.port)],
                env=environ, cwd=ROOT, stdout=log, stderr=log,
            )  # fmt: skip
        deadline = time.monotonic() + START
        while True:
            try:
                self.send("GET", "/healthz")
                return self
            except OSError:
                assert self.process.poll() is None, self.log.read_text()
                assert time.monotonic() < deadline, self.log.read_text()
                time.sleep(0.05)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End it; its exit code."""
        assert self.process
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(timeout=20)

    def memory(self) -> int:
        """Its resident memory, in bytes."""
        assert self.process
        return int(psutil.Process(self.process.pid).memory_info().rss)

    def descriptors(self) -> int:
        """How many files and sockets it has open."""
        assert self.process
        return int(psutil.Process(self.process.pid).num_fds())

    def send(
        self,
        method: str,
        path: str,
        body: bytes | str | None = None,
        headers: dict[str, str] | None = None,
        timeout: float = 30,
    ) -> Answer:
        """One request on a connection of its own."""
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, headers or {})
            reply = connection.getresponse()
            content = reply.read()
            return Answer(reply.status, dict(reply.getheaders()), content, time.monotonic() - began)
        finally:
            connection.close()

    def post(self, path: str, fields: Any, **headers: str) -> Answer:
        """A JSON body."""
        given = {"Content-Type": "application/json"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        return self.send("POST", path, json.dumps(fields), given)

    def form(self, path: str, fields: dict[str, str]) -> Answer:
        """A form, as a page without JavaScript sends it."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.send("POST", path, urllib.parse.urlencode(fields), kind)

    def ask(self, question: str = QUESTION) -> Answer:
        """One question to the JSON interface."""
        return self.post("/api/v1/ask", {"question": question})

    def hand_off(self, key: str, question: str = "Does it hurt?") -> Answer:
        """One request to the staff."""
        fields = {"question": question, "email": "kim@example.org", "consent": True}
        return self.post("/api/v1/handoffs", fields, Idempotency_Key=key)


def quantile(values: list[float], share: float) -> float:
    """The smallest value that `share` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1)]
