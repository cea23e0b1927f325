"""A clinic with two members of staff, a clock that tests move, and a desk to work from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.security import generate_password_hash
from werkzeug.test import TestResponse

import chatbot.storage.staff
from chatbot.answering.assistant import Assistant
from chatbot.app import create_app
from chatbot.handoff.model import Actor, Event, Handoff, Party, Submission
from chatbot.knowledge.model import Corpus
from chatbot.storage.handoffs import Receipt
from chatbot.storage.store import Store
from chatbot.web.services import EXTENSION
from tests.web.conftest import FOLDER

START = datetime(2026, 6, 1, 18, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"
ANNA, BEN = Actor(Party.STAFF, "Anna"), Actor(Party.STAFF, "Ben")


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Desk:
    """The site as the staff use it."""

    app: Flask
    store: Store
    clock: Clock
    folder: Path
    secrets: dict[str, str]
    numbers: list[int] = field(default_factory=list)

    def browser(self, **options: Any) -> FlaskClient:
        return self.app.test_client(**options)

    def code(self, name: str = "Anna") -> str:
        return pyotp.TOTP(self.secrets[name]).at(self.clock.now)

    def sign_in(self, client: FlaskClient, name: str = "Anna", **more: Any) -> TestResponse:
        """Try to sign in; a new code each time, since each works once."""
        self.clock.pass_(seconds=30)
        environ = more.pop("environ", {})
        fields = {"name": name, "password": PASSWORD}
        fields["code"] = self.code(name) if name in self.secrets else "123456"
        return client.post("/staff/sign-in", data=fields | more, **environ)

    def enter(self, name: str = "Anna") -> FlaskClient:
        client = self.browser()
        assert self.sign_in(client, name).status_code == 303
        return client

    def ask(self, question: str = "Does it hurt?", **more: Any) -> Receipt:
        self.numbers.append(0)
        fields = {"name": "Kim", "email": "kim@example.org", **more}
        due = fields.pop("due_at", None)
        key = f"a key that is unique {len(self.numbers)}"
        asked = Submission(question, **fields)
        return self.store.handoffs.submit(asked, key=key, now=self.clock.now, due_at=due)

    def do(self, reference: str, event: Event, by: Actor = ANNA, **more: Any) -> Handoff:
        return self.store.handoffs.apply(reference, None, event, by, self.clock.now, **more)

    def events(self, subject: str) -> list[str]:
        return [record.event for record in self.store.audit.history(subject)]


def seal(client: FlaskClient) -> str:
    found = re.search(r'name="seal" value="([0-9a-f]{64})"', client.get("/staff/").text)
    assert found
    return found[1]


def send(client: FlaskClient, path: str, **fields: Any) -> TestResponse:
    """Post a form as the page would; hyphenated names such as passages come as `extra`."""
    extra = fields.pop("extra", {})
    return client.post(path, data={"seal": seal(client), **fields, **extra})


def on(receipt: Receipt) -> str:
    return f"/staff/handoffs/{receipt.reference}"


MakeDesk = Callable[..., Desk]


ASSISTANTS: dict[str, Assistant] = {}


def shared(corpus: Corpus, **options: Any) -> Assistant:
    """The assistant of a corpus, which never changes, built once for all tests."""
    key = repr((corpus, options))
    if key not in ASSISTANTS:
        ASSISTANTS[key] = Assistant(corpus, **options)
    return ASSISTANTS[key]


@pytest.fixture
def make_desk(
    tmp_path: Path,
    knowledge_folder: Callable[[dict[str, str]], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[MakeDesk]:
    # The same function with less work: how slow a guess is made has tests of its own.
    quick = partial(generate_password_hash, method="scrypt:1024:8:1")
    monkeypatch.setattr("chatbot.storage.staff.generate_password_hash", quick)
    monkeypatch.setattr("chatbot.web.library.Assistant", shared)
    chatbot.storage.staff._decoy.cache_clear()

    def make(files: dict[str, str] | None = None, **settings: Any) -> Desk:
        clock = Clock()
        folder = knowledge_folder(FOLDER if files is None else files)
        given = {"KNOWLEDGE": folder, "INSTANCE": tmp_path / "instance", "RATE_LIMIT": "off",
                 "SEMANTICS": "off"}  # fmt: skip
        app = create_app(given | settings, now=clock, background=False)
        store = app.extensions[EXTENSION].store
        secrets = {name: store.staff.add(name, PASSWORD, START) for name in ("Anna", "Ben")}
        return Desk(app, store, clock, folder, secrets)

    yield make
    chatbot.storage.staff._decoy.cache_clear()


@pytest.fixture
def desk(make_desk: MakeDesk) -> Desk:
    return make_desk()
