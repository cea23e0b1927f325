"""Three `serve` on one PostgreSQL behind a balancer; one is killed in the middle of the work."""

from __future__ import annotations

import json
import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.delivery.conftest import Receiver, receivers, says
from tests.faults.site import QUESTION, Answer, Site
from tests.scale.conftest import Redis
from tests.web.conftest import VISITS

__all__ = ["receivers"]
pytestmark = pytest.mark.scale
LEASE = 60  # seconds after which another process takes over what a dead one had claimed


class Balancer:
    """Round robin over the nodes; one that does not answer is passed over, as nginx does."""

    def __init__(self, nodes: list[Site]) -> None:
        self._nodes = nodes
        self._turn = 0
        self._lock = threading.Lock()

    def call(self, act: Callable[[Site], Answer]) -> Answer:
        """The first answer; a repeat after a lost connection carries the same key."""
        for _ in self._nodes:
            with self._lock:
                self._turn += 1
                node = self._nodes[self._turn % len(self._nodes)]
            try:
                return act(node)
            except (OSError, ValueError):
                continue
        raise AssertionError("no node answered")


class Cluster:
    """Three processes, each with an index of its own copy of the folder."""

    def __init__(self, folder: Path, place: Path, settings: dict[str, str]) -> None:
        self.nodes = []
        for number in range(3):
            copy = place / f"knowledge{number}"
            shutil.copytree(folder, copy)
            self.nodes.append(Site(copy, place / f"instance{number}", settings))
        for node in self.nodes:
            node.start()
        self.balancer = Balancer(self.nodes)


@pytest.fixture
def database(postgresql: str) -> sa.URL:
    """An empty database."""
    url = sa.make_url(postgresql).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))
    engine.dispose()
    return url


@pytest.fixture
def start(
    folder: Path, tmp_path: Path, database: sa.URL, redis: Redis
) -> Iterator[Callable[..., Cluster]]:
    """Starts the three; settings as keyword arguments."""
    clusters: list[Cluster] = []

    def begin(**settings: str) -> Cluster:
        given = {
            "DATABASE_URL": database.render_as_string(hide_password=False),
            "SECRET_KEY": "shared by all three",
            "REDIS_URL": redis.url,
        }
        clusters.append(Cluster(folder, tmp_path, given | settings))
        return clusters[-1]

    yield begin
    for cluster in clusters:
        for node in cluster.nodes:
            if node.process:
                node.process.kill()
                node.process.wait()


def references(database: sa.URL) -> list[str]:
    engine = sa.create_engine(database)
    with engine.connect() as connection:
        found = connection.execute(sa.text("SELECT reference FROM handoffs")).scalars().all()
    engine.dispose()
    return list(found)


def test_killing_one_loses_and_doubles_nothing(
    start: Callable[..., Cluster],
    database: sa.URL,
    receivers: Callable[..., Receiver],
) -> None:
    hook = receivers(says("200 OK"))
    cluster = start(
        RATE_LIMIT="off", WEBHOOK_URL=hook.url, WEBHOOK_SECRET="s" * 32, WEBHOOK_PRIVATE="on"
    )
    acknowledged: dict[str, str] = {}
    stop = threading.Event()

    def send(number: int) -> None:
        count = 0
        while not stop.is_set():
            count += 1
            key = f"scale-{number}-{count}"
            answer = cluster.balancer.call(lambda node, key=key: node.hand_off(key))  # type: ignore[misc]
            assert answer.status == 201, answer.body
            acknowledged[key] = answer.json()["reference"]

    threads = [threading.Thread(target=send, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    time.sleep(3)
    cluster.nodes[1].stop(signal.SIGKILL)
    at_kill = len(acknowledged)
    time.sleep(3)
    stop.set()
    for thread in threads:
        thread.join()

    kept = references(database)
    assert at_kill > 10
    assert len(acknowledged) > at_kill  # the others went on
    assert sorted(kept) == sorted(acknowledged.values())  # none lost, none doubled

    until = time.monotonic() + LEASE + 60
    while len({r.headers["webhook-id"] for r in hook.requests}) < len(kept):
        assert time.monotonic() < until, "some notices never came"
        time.sleep(0.5)
    told = Counter(json.loads(r.body)["data"]["reference"] for r in hook.requests)
    keys = {r.headers["webhook-id"]: json.loads(r.body)["data"]["reference"] for r in hook.requests}
    assert set(told) == set(kept)
    assert len(keys) == len(kept)  # one key for each, however often it was sent
    print(f"{len(kept)} hand-offs, {at_kill} before the kill, {sum(told.values())} calls")


def without_id(answer: Answer) -> dict[str, Any]:
    body: dict[str, Any] = answer.json()
    body.pop("id")
    return body


def test_all_give_the_same_bytes_and_hold_one_limit_and_a_stale_one_shows(
    start: Callable[..., Cluster],
) -> None:
    cluster = start(RATE_LIMIT="40 per hour")
    for question in (QUESTION, "can i have breakfast first?", "what is the capital of Mongolia?",
                     "hello", "I want to kill myself"):  # fmt: skip
        said = [without_id(node.ask(question)) for node in cluster.nodes]
        assert said[0] == said[1] == said[2]
        assert [json.dumps(reply) for reply in said].count(json.dumps(said[0])) == 3
    statuses = [cluster.balancer.call(lambda node: node.ask("hi")).status for _ in range(60)]
    assert statuses.count(200) == 40 - 4 * 3  # danger is not counted
    assert set(statuses) == {200, 429}

    def versions() -> list[str]:
        return [node.send("GET", "/readyz").json()["knowledge_version"] for node in cluster.nodes]

    assert len(set(versions())) == 1
    for node in cluster.nodes[:2]:
        (node.folder / "faqs" / "visits.yaml").write_text(VISITS.replace("two hours", "3 hours"))
    until = time.monotonic() + 10
    while len(set(versions())) == 1 or versions()[0] != versions()[1]:
        assert time.monotonic() < until, "the change did not show"
        time.sleep(0.2)
    assert versions()[2] != versions()[0]
