"""Slow, huge and lying clients in front of a real server; and a stop in the middle of work."""

from __future__ import annotations

import contextlib
import json
import socket
import sqlite3
import threading
import time
from contextlib import closing

import pytest

from tests.faults.conftest import Serve, Tried
from tests.faults.site import DANGER, QUESTION, Site, quantile

MEGABYTE = 1024 * 1024
DRIP = b"POST /api/v1/ask HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n\r\n"


def raw(site: Site, head: str, body: bytes, pieces: int = 1) -> tuple[bytes, float]:
    """Send what no honest client sends; what came back, and after how many seconds."""
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", site.port), timeout=20) as connection:
        with contextlib.suppress(OSError):
            connection.sendall(head.encode().replace(b"\n", b"\r\n") + b"\r\n")
            for _ in range(pieces):
                connection.sendall(body)
        received = b""
        with contextlib.suppress(OSError):
            while piece := connection.recv(65536):
                received += piece
    return received, time.monotonic() - began


def test_a_body_of_ten_megabytes_is_refused_with_help_and_costs_no_memory(
    serve: Serve, tried: Tried
) -> None:
    site = serve()
    site.ask()
    before = site.memory()
    body = json.dumps({"question": "x " * 5 * MEGABYTE})
    slowest = 0.0
    for _ in range(5):
        answer = site.send("POST", "/api/v1/ask", body, {"Content-Type": "application/json"})
        assert answer.status == 413
        assert answer.json()["resources"]
        slowest = max(slowest, answer.seconds)
    grown = (site.memory() - before) / MEGABYTE
    body = json.dumps({"question": DANGER, "context": ["x " * 4 * MEGABYTE]})
    answer = site.send("POST", "/api/v1/ask", body, {"Content-Type": "application/json"})
    assert answer.json()["outcome"] == "crisis"
    assert slowest < 1
    assert grown < 5
    tried(5, f"{slowest:.2f} s at most, memory +{grown:.1f} MB")


def test_endless_and_lying_bodies_are_cut_off_and_others_are_served(
    serve: Serve, tried: Tried
) -> None:
    site = serve()
    site.ask()
    before = site.memory()
    kind = "Content-Type: application/json"
    head = f"POST /api/v1/ask HTTP/1.1\nHost: x\n{kind}\n"
    chunk = b"100000\r\n" + b"x" * MEGABYTE + b"\r\n"
    chunked, _ = raw(site, head + "Transfer-Encoding: chunked\n", chunk, 1024)
    assert b" 413 " in chunked.split(b"\r\n")[0] or chunked == b""
    larger, waited = raw(site, head + "Content-Length: 1000000000\n", b"x")
    assert b" 413 " in larger.split(b"\r\n")[0]
    assert waited < 1
    smaller, _ = raw(site, head + "Content-Length: 10\nConnection: close\n", b'{"question": "hi"}')
    assert smaller.split(b"\r\n")[0].split()[1] in (b"400", b"422")
    both = head + "Content-Length: 5\nTransfer-Encoding: chunked\nConnection: close\n"
    smuggled, _ = raw(site, both, b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    assert smuggled.count(b"HTTP/1.1 ") <= 1
    grown = (site.memory() - before) / MEGABYTE
    assert grown < 20
    assert site.ask().status == 200
    tried(4, f"memory +{grown:.1f} MB")


def drip(site: Site, sockets: int, seconds: float, asks: int, tried: Tried) -> None:
    """`sockets` send a byte every second, which is ten times as busy as the plan asks for, while
    one honest visitor asks one question after the other."""
    slow = [socket.create_connection(("127.0.0.1", site.port), timeout=20) for _ in range(sockets)]
    stop = threading.Event()

    def dripping() -> None:
        for connection in slow:
            connection.sendall(DRIP)
        while not stop.wait(1):
            for connection in slow:
                with contextlib.suppress(OSError):
                    connection.send(b"x")

    thread = threading.Thread(target=dripping)
    thread.start()
    try:
        time.sleep(0.5)
        times: list[float] = []
        crises: list[float] = []
        end = time.monotonic() + seconds
        while len(times) < asks or time.monotonic() < end:
            answer = site.ask()
            assert answer.status == 200
            times.append(answer.seconds)
            if len(times) % 5 == 0:
                danger = site.ask(DANGER)
                assert danger.json()["outcome"] == "crisis"
                crises.append(danger.seconds)
        p95, worst = quantile(times, 0.95), quantile(crises, 0.99)
        assert p95 < 0.5
        assert worst < 1
    finally:
        stop.set()
        thread.join()
        for connection in slow:
            connection.close()
    tried(len(times), f"p95 {p95 * 1000:.0f} ms with {sockets} dripping, "
                      f"crisis p99 {worst * 1000:.0f} ms")  # fmt: skip


def test_five_hundred_dripping_clients_do_not_slow_the_others(serve: Serve, tried: Tried) -> None:
    drip(serve(), 500, 2, 100, tried)


@pytest.mark.faults
def test_five_hundred_dripping_clients_for_a_minute(serve: Serve, tried: Tried) -> None:
    drip(serve(), 500, 60, 1000, tried)


@pytest.mark.faults
def test_a_request_that_drips_is_cut_off_in_time(serve: Serve, tried: Tried) -> None:
    site = serve()
    slow = [socket.create_connection(("127.0.0.1", site.port)) for _ in range(50)]
    began = time.monotonic()
    open_now = set(slow)
    for connection in slow:
        connection.sendall(DRIP)
        connection.settimeout(0.001)
    while open_now and time.monotonic() - began < 30:
        time.sleep(1)
        for connection in tuple(open_now):
            try:
                connection.send(b"x")
                if connection.recv(1000) == b"":
                    open_now.discard(connection)
            except TimeoutError:
                pass
            except OSError:
                open_now.discard(connection)
    took = time.monotonic() - began
    for connection in slow:
        connection.close()
    assert not open_now
    tried(50, f"all closed after {took:.0f} s")


def stop_under_load(site: Site, tried: Tried, turns: int) -> None:
    """Hand-offs are sent by eight clients, the server is told to stop, and started again."""
    acknowledged: list[str] = []
    slowest = 0.0
    for turn in range(turns):
        stop = threading.Event()

        def send(number: int, turn: int = turn, stop: threading.Event = stop) -> None:
            count = 0
            while not stop.is_set():
                count += 1
                try:
                    answer = site.hand_off(f"key-{turn}-{number}-{count}")
                except (OSError, ValueError):
                    return  # the server has gone: this one was not acknowledged
                if answer.status == 201:
                    acknowledged.append(answer.json()["reference"])

        threads = [threading.Thread(target=send, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        time.sleep(0.7)
        began = time.monotonic()
        assert site.stop() == 0
        slowest = max(slowest, time.monotonic() - began)
        stop.set()
        for thread in threads:
            thread.join()
        site.start()
    with closing(sqlite3.connect(site.instance / "chatbot.db")) as database:
        kept = {row[0] for row in database.execute("SELECT reference FROM handoffs")}
    assert set(acknowledged) <= kept
    assert slowest < 5 + 10  # waitress waits 5 s at most; the rest is this machine
    assert "Traceback" not in site.log.read_text()
    tried(len(acknowledged), f"stopped within {slowest:.1f} s, {turns} stops")


def test_a_stop_under_load_loses_nothing_that_was_acknowledged(serve: Serve, tried: Tried) -> None:
    stop_under_load(serve(), tried, 1)


@pytest.mark.faults
def test_twenty_stops_under_load_lose_nothing(serve: Serve, tried: Tried) -> None:
    stop_under_load(serve(), tried, 20)


def test_a_question_under_way_is_answered_before_the_stop(serve: Serve) -> None:
    """The body is half sent when the stop comes; what was wholly received is answered."""
    site = serve()
    answers: list[int] = []

    def ask() -> None:
        with contextlib.suppress(OSError):
            answers.extend(site.ask(QUESTION).status for _ in range(200))

    thread = threading.Thread(target=ask)
    thread.start()
    time.sleep(0.2)
    assert site.stop() == 0
    thread.join()
    assert answers
    assert set(answers) == {200}
