"""One limit for all processes through Redis; without it each process counts for itself."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from chatbot.app import create_app
from tests.scale.conftest import Redis

pytestmark = pytest.mark.scale


@pytest.fixture
def processes(folder: Path, tmp_path: Path, redis: Redis) -> list[FlaskClient]:
    """Three applications that share a secret and Redis, as three processes do."""
    given = {"KNOWLEDGE": folder, "INSTANCE": tmp_path / "instance", "SECRET_KEY": "shared",
             "RATE_LIMIT": "30 per hour", "REDIS_URL": redis.url}  # fmt: skip
    return [create_app(given, background=False).test_client() for _ in range(3)]


def served(clients: list[FlaskClient], count: int, address: str = "192.0.2.1") -> int:
    total = 0
    for number in range(count):
        reply = clients[number % len(clients)].post(
            "/api/v1/ask", json={"question": "hi"}, environ_overrides={"REMOTE_ADDR": address}
        )
        assert reply.status_code in (200, 429)
        total += reply.status_code == 200
    return total


def test_three_processes_hold_one_limit(processes: list[FlaskClient]) -> None:
    assert served(processes, 90) == 30
    assert served(processes, 3, "192.0.2.2") == 3


def test_when_redis_dies_each_counts_for_itself_and_when_it_is_back_it_counts_again(
    processes: list[FlaskClient], redis: Redis
) -> None:
    assert served(processes, 45) == 30
    redis.kill()
    began = time.monotonic()
    assert served(processes, 120) == 90  # 30 each
    assert time.monotonic() - began < 60
    redis.start()
    assert served(processes, 90) == 30  # it forgot what it had counted


def test_danger_is_answered_whether_redis_lives_or_not(
    processes: list[FlaskClient], redis: Redis
) -> None:
    assert served(processes, 90) == 30
    for act in (lambda: None, redis.kill):
        act()
        for client in processes:
            reply = client.post("/api/v1/ask", json={"question": "I want to kill myself"})
            assert reply.get_json()["outcome"] == "crisis"


def test_redis_keeps_no_address(processes: list[FlaskClient], redis: Redis) -> None:
    import redis as client

    served(processes, 3)
    keys = client.Redis(port=redis.port).keys("*")
    assert keys
    assert not [key for key in keys if b"192.0.2.1" in key]
