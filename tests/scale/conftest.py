"""A real Redis and a real PostgreSQL on loopback, for as long as the tests of this folder run."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis as redis_client

from tests.faults.site import free_port
from tests.storage.conftest import postgresql

__all__ = ["postgresql"]


class Redis:
    """A `redis-server` of its own that can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
             "--appendonly", "no", "--dir", str(self._folder)],
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        client = redis_client.Redis(port=self.port)
        until = time.monotonic() + 20
        while True:
            try:
                client.ping()
                break
            except redis_client.ConnectionError:
                assert time.monotonic() < until, "redis-server did not start"
                time.sleep(0.05)
        client.close()

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait()


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    """A running Redis."""
    assert shutil.which("redis-server"), "apt-get install -y redis-server"
    server = Redis(tmp_path)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def folder(knowledge_folder: Callable[[dict[str, str]], Path]) -> Path:
    """The small clinic's folder."""
    from tests.web.conftest import FOLDER

    return knowledge_folder(FOLDER)
