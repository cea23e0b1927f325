"""Putting it together: the secret, the proxies, and a database that does not answer."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from chatbot.app import create_app
from chatbot.errors import SettingsError
from chatbot.knowledge.model import Corpus
from chatbot.web import library
from chatbot.web.services import EXTENSION
from tests.web.conftest import MakeApp


def test_the_secret_is_made_once_and_is_readable_by_this_user_only(
    make_app: MakeApp, tmp_path: Path
) -> None:
    first = make_app().extensions[EXTENSION].secret
    second = make_app().extensions[EXTENSION].secret
    assert first == second
    assert len(first) >= 32
    assert stat.S_IMODE((tmp_path / "instance" / "secret_key").stat().st_mode) == 0o600


def test_a_given_secret_is_used_and_none_is_written(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app(SECRET_KEY="given")
    assert app.extensions[EXTENSION].secret == b"given"
    assert not (tmp_path / "instance" / "secret_key").exists()


def test_without_a_mapping_the_environment_is_read(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHATBOT_INSTANCE", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("CHATBOT_RETENTION_DAYS", "30")
    settings = create_app(background=False).extensions[EXTENSION].settings
    assert (settings.instance, settings.retention_days) == (tmp_path / "elsewhere", 30)
    assert make_app().extensions[EXTENSION].settings.retention_days == 90


def test_an_address_in_a_forged_header_counts_only_behind_a_trusted_proxy(
    make_app: MakeApp,
) -> None:
    def statuses(proxies: str) -> list[int]:
        client = make_app(RATE_LIMIT="2 per minute", TRUSTED_PROXIES=proxies).test_client()
        return [
            client.post(
                "/api/v1/ask",
                json={"question": "hi"},
                headers={"X-Forwarded-For": f"203.0.113.{number}"},
            ).status_code
            for number in range(4)
        ]

    assert statuses("0") == [200, 200, 429, 429]
    assert statuses("1") == [200, 200, 200, 200]


def test_a_database_that_cannot_be_opened_leaves_answers_and_help(
    make_app: MakeApp, tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    client = make_app(DATABASE_URL=f"sqlite:///{blocked}/chatbot.db").test_client()
    reply = client.post("/api/v1/ask", json={"question": "how long does an infusion take?"})
    assert reply.get_json()["outcome"] == "answered"
    ready = client.get("/readyz")
    assert (ready.status_code, ready.get_json()["status"]) == (200, "degraded")
    handoff = client.post(
        "/api/v1/handoffs",
        json={"question": "hello", "email": "a@b.example", "consent": True},
        headers={"Idempotency-Key": "0123456789abcdef"},
    )
    assert handoff.status_code == 503
    problem = handoff.get_json()
    assert "not sent" in problem["detail"]
    assert "555-0100" in problem["detail"]
    assert problem["resources"]


def test_an_index_that_cannot_be_built_serves_closed_with_help(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = library.Assistant

    def fail(corpus: Corpus, **settings: Any) -> Any:
        if corpus.documents:
            raise RuntimeError("cannot index")
        return index(corpus, **settings)

    monkeypatch.setattr(library, "Assistant", fail)
    client = make_app().test_client()
    for question, outcome in (("how long is it?", "closed"), ("I want to die", "crisis")):
        reply = client.post("/api/v1/ask", json={"question": question}).get_json()
        assert reply["outcome"] == outcome


def test_a_secret_that_cannot_be_kept_is_asked_for(make_app: MakeApp, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="CHATBOT_SECRET_KEY"):
        make_app(INSTANCE=tmp_path / "file" / "instance")
    app = make_app(INSTANCE=tmp_path / "file" / "instance", SECRET_KEY="given")
    reply = app.test_client().post("/api/v1/ask", json={"question": "I want to die"})
    assert reply.get_json()["outcome"] == "crisis"
