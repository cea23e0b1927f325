"""`serve`: a real process on loopback, its start, its refusals and its end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.web.conftest import FOLDER

Folder = Callable[[dict[str, str]], Path]
Serve = Callable[..., subprocess.Popen[str]]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    started: list[subprocess.Popen[str]] = []

    def start(folder: Path, port: int, *options: str) -> subprocess.Popen[str]:
        environ = os.environ | {
            "CHATBOT_KNOWLEDGE": str(folder),
            "CHATBOT_INSTANCE": str(tmp_path / "instance"),
            "PORT": str(port),
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "chatbot", "serve", *options],
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def get(port: int, path: str) -> tuple[int, bytes]:
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as reply:
                return reply.status, reply.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except OSError:
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.1)


def test_it_serves_and_stops_at_once_when_asked(knowledge_folder: Folder, serve: Serve) -> None:
    port = free_port()
    process = serve(knowledge_folder(FOLDER), port)
    assert get(port, "/healthz")[0] == 200
    assert json.loads(get(port, "/readyz")[1])["status"] == "ok"
    assert b"Example Clinic" in get(port, "/")[1]
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0


def test_a_broken_folder_is_served_closed_and_named(knowledge_folder: Folder, serve: Serve) -> None:
    port = free_port()
    process = serve(knowledge_folder(FOLDER | {"faqs/visits.yaml": "faqs: [broken"}), port)
    assert get(port, "/readyz")[0] == 503
    assert get(port, "/")[0] == 200
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=10)
    assert "faqs/visits.yaml:1:" in told


@pytest.mark.parametrize(("trusted", "statuses"), [("1", [200, 200, 429]), ("0", [200, 429, 429])])
def test_a_trusted_proxy_says_whose_request_it_is(
    knowledge_folder: Folder,
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
    trusted: str,
    statuses: list[int],
) -> None:
    monkeypatch.setenv("CHATBOT_TRUSTED_PROXIES", trusted)
    monkeypatch.setenv("CHATBOT_RATE_LIMIT", "1 per hour")
    port = free_port()
    serve(knowledge_folder(FOLDER), port)
    assert get(port, "/healthz")[0] == 200

    def ask(visitor: str) -> int:
        headers = {"Content-Type": "application/json", "X-Forwarded-For": f"6.6.6.6, {visitor}"}
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/api/v1/ask", b'{"question": "how long is it"}', headers
        )
        try:
            with urllib.request.urlopen(request) as reply:
                return int(reply.status)
        except urllib.error.HTTPError as error:
            return error.code

    assert [ask("203.0.113.1"), ask("203.0.113.2"), ask("203.0.113.2")] == statuses


def test_strict_does_not_serve_a_broken_folder(knowledge_folder: Folder, serve: Serve) -> None:
    folder = knowledge_folder(FOLDER | {"faqs/visits.yaml": "faqs: [broken"})
    process = serve(folder, free_port(), "--strict")
    _, told = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "faqs/visits.yaml:1:" in told


def test_a_port_that_is_taken_is_said_in_plain_words(
    serve: Serve, knowledge_folder: Folder
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = serve(knowledge_folder(FOLDER), taken.getsockname()[1])
        _, told = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "Cannot listen on 127.0.0.1" in told
    assert "--port" in told
    assert "Traceback" not in told
