"""The folder changes under the running site: new text goes live, withdrawn text goes at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from chatbot.answering.assistant import Assistant
from chatbot.app import create_app
from chatbot.web.library import WAITING
from tests.web.conftest import FOLDER, NOW, VISITS

QUESTION = "how long does an infusion take?"
PROMISED = 2.0  # seconds until a change is live
SLACK = 6.0  # for a busy machine


def app_over(folder: Path, instance: Path) -> Flask:
    return create_app(
        {"KNOWLEDGE": folder, "INSTANCE": instance, "RATE_LIMIT": "off"}, now=lambda: NOW
    )


class Site:
    """A site over a folder that the test edits."""

    def __init__(self, folder: Path, instance: Path) -> None:
        self.folder = folder
        self.client: FlaskClient = app_over(folder, instance).test_client()

    def ask(self) -> dict[str, Any]:
        reply = self.client.post("/api/v1/ask", json={"question": QUESTION}).get_json()
        assert isinstance(reply, dict)
        return reply

    def write(self, path: str, text: str) -> None:
        (self.folder / path).write_text(text, encoding="utf-8")

    def soon(self, holds: Callable[[dict[str, Any]], bool]) -> float:
        """Seconds until a reply is as wanted; fails when that takes too long."""
        started = time.monotonic()
        while not holds(reply := self.ask()):
            assert time.monotonic() - started < PROMISED + SLACK, reply
            time.sleep(0.05)
        return time.monotonic() - started


@pytest.fixture
def site(tmp_path: Path, knowledge_folder: Callable[[dict[str, str]], Path]) -> Site:
    made = Site(knowledge_folder(FOLDER), tmp_path / "instance")
    assert made.ask()["outcome"] == "answered"
    return made


def text(reply: dict[str, Any]) -> str:
    return "".join(passage["text"] for passage in reply["passages"])


def test_new_text_goes_live_without_a_restart(site: Site) -> None:
    site.write("faqs/visits.yaml", VISITS.replace("two hours", "three hours"))
    site.soon(lambda reply: "three hours" in text(reply))


def test_a_broken_edit_leaves_the_last_good_text_serving(site: Site) -> None:
    site.write("faqs/visits.yaml", VISITS + "  - id: [broken\n")
    time.sleep(PROMISED)
    assert "two hours" in text(site.ask())
    ready = site.client.get("/readyz").get_json()
    assert ready["problems"] >= 1


def test_retiring_wins_while_another_file_is_broken(site: Site) -> None:
    site.write("articles/ms-fatigue.md", "---\ntitle: [broken\n---\nText.\n")
    site.write("faqs/visits.yaml", VISITS.replace("status: approved", "status: retired"))
    site.soon(lambda reply: reply["outcome"] == "handoff")


def test_a_deleted_file_is_not_quoted(site: Site) -> None:
    (site.folder / "faqs/visits.yaml").unlink()
    site.soon(lambda reply: reply["outcome"] == "handoff")


def test_the_kill_switch_closes_and_opens(site: Site) -> None:
    site.write("clinic.yaml", FOLDER["clinic.yaml"] + "closed: Moving\n")
    site.soon(lambda reply: reply["outcome"] == "closed")
    site.write("clinic.yaml", FOLDER["clinic.yaml"])
    site.soon(lambda reply: reply["outcome"] == "answered")


def test_a_folder_broken_at_start_opens_when_mended(
    tmp_path: Path, knowledge_folder: Callable[[dict[str, str]], Path]
) -> None:
    folder = knowledge_folder(FOLDER | {"faqs/visits.yaml": "faqs: [broken"})
    site = Site(folder, tmp_path / "instance")
    assert site.ask()["outcome"] == "closed"
    site.write("faqs/visits.yaml", VISITS)
    site.soon(lambda reply: reply["outcome"] == "answered")


class Slow:
    """Indexing that does not end before the test says so, or fails."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, fails: bool = False) -> None:
        self.go_on = threading.Event()
        usual = Assistant.prepare

        def prepare(assistant: Assistant) -> Assistant:
            self.go_on.wait(20)
            if fails:
                raise MemoryError("the index does not fit")
            return usual(assistant)

        monkeypatch.setattr(Assistant, "prepare", prepare)


def asked(app: Flask, question: str = QUESTION) -> dict[str, Any]:
    reply = app.test_client().post("/api/v1/ask", json={"question": question}).get_json()
    assert isinstance(reply, dict)
    return reply


def test_while_the_first_index_is_built_danger_is_answered_at_once_and_questions_wait(
    tmp_path: Path,
    knowledge_folder: Callable[[dict[str, str]], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow = Slow(monkeypatch)
    app = app_over(knowledge_folder(FOLDER), tmp_path / "instance")
    with ThreadPoolExecutor(2 * WAITING) as visitors:
        waiting = [visitors.submit(asked, app) for _ in range(WAITING)]
        time.sleep(0.3)
        assert asked(app, "i want to kill myself")["outcome"] == "crisis"
        assert not any(reply.done() for reply in waiting)
        assert asked(app)["outcome"] == "closed"  # no more may wait
        assert app.test_client().get("/readyz").status_code == 503
        slow.go_on.set()
        assert [reply.result()["outcome"] for reply in waiting] == ["answered"] * WAITING
    assert asked(app)["outcome"] == "answered"


def test_a_folder_that_cannot_be_indexed_is_served_closed(
    tmp_path: Path,
    knowledge_folder: Callable[[dict[str, str]], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Slow(monkeypatch, fails=True).go_on.set()
    app = app_over(knowledge_folder(FOLDER), tmp_path / "instance")
    assert asked(app)["outcome"] == "closed"
    assert asked(app, "i want to kill myself")["outcome"] == "crisis"
