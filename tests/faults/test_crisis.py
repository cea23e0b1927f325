"""Every fault × a message of somebody in danger × the JSON interface and the form: same help."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest
from flask.testing import FlaskClient

from chatbot.answering.assistant import Assistant
from chatbot.app import create_app
from chatbot.safety.detector import Detector
from chatbot.storage.engine import Database
from chatbot.web.limits import Limits
from tests.faults.conftest import Tried
from tests.faults.site import QUESTION, free_port, quantile
from tests.faults.test_text import emergencies
from tests.timing import timed
from tests.web.conftest import CLINIC, FOLDER, MakeApp

SLOW = 0.3  # processor seconds that no help may take
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
Body = Callable[[str], tuple[bytes, dict[str, str]]]


def as_json(text: str, **more: Any) -> tuple[bytes, dict[str, str]]:
    return json.dumps({"question": text, **more}).encode(), {"Content-Type": JSON}


def as_form(text: str, more: str = "") -> tuple[bytes, dict[str, str]]:
    return f"question={quote_plus(text)}{more}".encode(), {"Content-Type": FORM}


def elsewhere(sent: tuple[bytes, dict[str, str]], **headers: str) -> tuple[bytes, dict[str, str]]:
    return sent[0], sent[1] | {name.replace("_", "-"): value for name, value in headers.items()}


# What is wrong with the request itself: (JSON, form).
REQUESTS: dict[str, tuple[Body, Body]] = {
    "nothing": (as_json, as_form),
    "over-long": (lambda t: as_json(t + " x" * 3000), lambda t: as_form(t + " x" * 3000)),
    "over 64 KB": (
        lambda t: as_json(t, context=["y " * 35_000]),
        lambda t: as_form(t, "&context=" + "y+" * 35_000),
    ),
    "malformed": (
        lambda t: (as_json(t)[0][:-1], {"Content-Type": JSON}),
        lambda t: (as_form(t)[0] + b"&%zz=%&&;=", {"Content-Type": FORM}),
    ),
    "unknown field": (lambda t: as_json(t, user=1), lambda t: as_form(t, "&user=1")),
    "wrong content type": (
        lambda t: (as_json(t)[0], {"Content-Type": "text/plain"}),
        lambda t: (as_form(t)[0], {"Content-Type": "text/plain"}),
    ),
    "NUL": (lambda t: as_json(t + "\0"), lambda t: as_form(t + "\0")),
    "from another site": (
        lambda t: elsewhere(as_json(t), Sec_Fetch_Site="cross-site", Origin="https://x.example"),
        lambda t: elsewhere(as_form(t), Sec_Fetch_Site="cross-site", Origin="https://x.example"),
    ),
}


def pragma(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Every connection to the database from now on is as if the disk were full or read-only."""
    opened = Database._open

    def limited(database: Database) -> sqlite3.Connection:
        connection = opened(database)
        connection.execute(f"PRAGMA {text}")
        return connection

    monkeypatch.setattr(Database, "_open", limited)


def fail(*_: object, **__: object) -> Any:
    raise RuntimeError("broken")


class World:
    """Makes the site in which one thing is broken."""

    def __init__(self, make: MakeApp, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.make, self.patch, self.folder = make, monkeypatch, folder
        self.instance = folder / "instance"

    def site(self, **settings: Any) -> FlaskClient:
        return self.make(**settings).test_client()

    def database(self) -> Path:
        return self.instance / "chatbot.db"

    def gone(self) -> FlaskClient:
        client = self.site(QUESTION_LOG="on")
        self.database().unlink()
        return client

    def never_there(self) -> FlaskClient:
        (self.folder / "file").write_text("no folder")
        return self.site(DATABASE_URL=f"sqlite:///{self.folder}/file/chatbot.db")

    def corrupt(self) -> FlaskClient:
        client = self.site(QUESTION_LOG="on")
        self.database().write_bytes(b"\0" * 8192)
        return client

    def read_only(self) -> FlaskClient:
        client = self.site(QUESTION_LOG="on")
        pragma(self.patch, "query_only=ON")
        return client

    def full(self) -> FlaskClient:
        client = self.site(QUESTION_LOG="on")
        pragma(self.patch, "max_page_count=1")
        return client

    def broken_folder(self) -> FlaskClient:
        return self.site(files=FOLDER | {"faqs/visits.yaml": "faqs: [broken"})

    def broken_clinic(self) -> FlaskClient:
        return self.site(files={"clinic.yaml": "name: [broken"})

    def empty_folder(self) -> FlaskClient:
        return self.site(files={})

    def vanished_folder(self) -> FlaskClient:
        client = self.site()
        shutil.rmtree(self.folder / "knowledge")
        return client

    def closed(self) -> FlaskClient:
        return self.site(files=FOLDER | {"clinic.yaml": CLINIC + "closed: Moving\n"})

    def limited(self) -> FlaskClient:
        client = self.site(RATE_LIMIT="1 per day")
        statuses = [client.post("/api/v1/ask", json={"question": "hi"}).status_code
                    for _ in range(2)]  # fmt: skip
        assert statuses == [200, 429]
        return client

    def no_redis(self) -> FlaskClient:
        return self.site(RATE_LIMIT="1 per day", REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")

    def limits_raise(self) -> FlaskClient:
        self.patch.setattr(Limits, "wait", fail)
        return self.site()

    def index_raises(self) -> FlaskClient:
        client = self.site()
        self.patch.setattr(Assistant, "reply", fail)
        return client


FAULTS = sorted(name for name in vars(World) if name not in ("site", "database") and name[0] != "_")


@pytest.fixture
def world(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    return World(make_app, monkeypatch, tmp_path)


def help_in(body: dict[str, Any]) -> dict[str, Any]:
    """What must not depend on anything that can break."""
    return {name: body[name] for name in ("outcome", "message", "safety", "resources",
                                          "passages", "citations", "options")}  # fmt: skip


def said(count: int) -> tuple[str, ...]:
    """Messages spread evenly over those that say outright that somebody is in danger."""
    found = emergencies()
    return found[:: max(1, len(found) // count)][:count]


class Sound:
    """A site on which nothing is broken, for comparison."""

    def __init__(self, folder: Path) -> None:
        for path, content in FOLDER.items():
            (folder / "knowledge" / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / "knowledge" / path).write_text(content)
        given = {"KNOWLEDGE": folder / "knowledge", "INSTANCE": folder / "instance"}
        self._client = create_app(given | {"RATE_LIMIT": "off"}, background=False).test_client()
        self._known: dict[tuple[str, str], dict[str, Any]] = {}

    def help(self, name: str, text: str) -> dict[str, Any]:
        """The help that this request gets here."""
        if (name, text) not in self._known:
            body, headers = REQUESTS[name][0](text)
            reply = self._client.post("/api/v1/ask", data=body, headers=headers)
            self._known[name, text] = help_in(reply.get_json())
        return self._known[name, text]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Sound:
    return Sound(tmp_path_factory.mktemp("sound"))


def matrix(client: FlaskClient, messages: tuple[str, ...], sound: Sound) -> list[float]:
    """Processor seconds of each message in each request, both ways; the help must be the same."""
    times: list[float] = []
    for name, (by_json, by_form) in REQUESTS.items():
        for text in messages:
            expected = sound.help(name, text)
            assert expected["outcome"] == "crisis"
            body, headers = by_json(text)
            ask = partial(client.post, "/api/v1/ask", data=body, headers=headers)
            took, reply = timed(ask, SLOW)
            times.append(took)
            assert reply.status_code == 200, name
            assert help_in(reply.get_json()) == expected, name

            body, headers = by_form(text)
            took, page = timed(partial(client.post, "/chat", data=body, headers=headers), SLOW)
            times.append(took)
            assert page.status_code == 200, name
            shown = unescape(page.get_data(as_text=True))
            assert 'role="alert"' in shown
            assert [r["label"] for r in expected["resources"] if r["label"] not in shown] == []
    return times


@pytest.mark.parametrize("fault", FAULTS)
def test_help_is_the_same_under(fault: str, world: World, sound: Sound, tried: Tried) -> None:
    times = matrix(getattr(world, fault)(), said(2), sound)
    p99 = quantile(times, 0.99)
    assert p99 <= SLOW
    tried(len(times), f"p99 {p99 * 1000:.0f} ms of processor time")


@pytest.mark.faults
@pytest.mark.parametrize("fault", FAULTS)
def test_ten_messages_get_the_same_help_under(
    fault: str, world: World, sound: Sound, tried: Tried
) -> None:
    times = matrix(getattr(world, fault)(), said(10), sound)
    p99 = quantile(times, 0.99)
    assert p99 <= SLOW
    tried(len(times), f"p99 {p99 * 1000:.0f} ms of processor time")


def test_a_detector_that_fails_shows_help_to_everybody(world: World, tried: Tried) -> None:
    client, messages = world.site(), said(3)
    world.patch.setattr(Detector, "assess", fail)
    count = 0
    for text in (*messages, QUESTION, "hello"):
        for by_json, by_form in REQUESTS.values():
            body, headers = by_json(text)
            reply = client.post("/api/v1/ask", data=body, headers=headers)
            assert reply.get_json()["outcome"] == "crisis"
            assert reply.get_json()["resources"]
            body, headers = by_form(text)
            assert 'role="alert"' in client.post("/chat", data=body, headers=headers).text
            count += 2
    tried(count)


def limited(client: FlaskClient, tried: Tried, before: int) -> None:
    statuses = [client.post("/api/v1/ask", json={"question": "hi"}).status_code
                for _ in range(before)]  # fmt: skip
    assert statuses.count(200) == 60
    assert set(statuses) == {200, 429}
    messages = said(100)
    for number in range(100):
        text = messages[number % len(messages)]
        reply = client.post("/api/v1/ask", json={"question": text})
        assert reply.status_code == 200
        assert reply.get_json()["outcome"] == "crisis"
        assert reply.get_json()["resources"]
    tried(100, f"after {before} questions, {statuses.count(429)} of them refused")


def test_danger_is_answered_after_the_limit(make_app: MakeApp, tried: Tried) -> None:
    limited(make_app(RATE_LIMIT="60 per hour").test_client(), tried, 100)


@pytest.mark.faults
def test_danger_is_answered_after_a_thousand_questions(make_app: MakeApp, tried: Tried) -> None:
    limited(make_app(RATE_LIMIT="60 per hour").test_client(), tried, 1000)


def test_one_endless_word_takes_no_longer_than_many(client: FlaskClient) -> None:
    """The crisis check comes before every limit, so nobody may make it expensive."""
    client.post("/api/v1/ask", json={"question": "warm"})
    ask = partial(client.post, "/api/v1/ask", json={"question": "y" * 60_000})
    assert timed(ask, 0.1)[0] <= 0.1


@pytest.mark.parametrize("path", ["/", "/chat", "/chat?embed=1", "/handoff", "/nowhere"])
def test_numbers_to_call_are_in_the_page_itself(client: FlaskClient, path: str) -> None:
    """A page once loaded needs neither the server nor a script to show where help is."""
    page = client.get(path).get_data(as_text=True)
    assert 'href="tel:988"' in page
    assert 'href="tel:911"' in page


def test_the_frame_on_another_site_shows_the_same_help(client: FlaskClient, tried: Tried) -> None:
    for text in said(3):
        page = client.post("/chat?embed=1", data={"question": text})
        assert page.status_code == 200
        assert 'role="alert"' in page.text
        assert 'href="tel:988"' in page.text
        assert 'href="tel:911"' in page.text
    tried(3)
