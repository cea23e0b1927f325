from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chatbot.answering.model import Outcome, Reply
from chatbot.handoff.model import Submission
from chatbot.settings import Settings
from chatbot.storage.store import Store
from tests.commands.folder import FAQS, run
from tests.conftest import KnowledgeFolder

TWO = FAQS + "  - {id: food, question: Can I eat before?, answer: Follow your letter.}\n"


@pytest.fixture
def folder(knowledge_folder: KnowledgeFolder, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = knowledge_folder({"faqs/f.yaml": TWO})
    monkeypatch.setenv("CHATBOT_DATABASE_URL", f"sqlite:///{folder.parent / 'x.db'}")
    monkeypatch.setenv("CHATBOT_SEMANTICS", "off")
    monkeypatch.setenv("CHATBOT_QUESTION_LOG", "on")
    return folder


def store(folder: Path) -> Store:
    settings = Settings(database_url=f"sqlite:///{folder.parent / 'x.db'}", question_log=True)
    opened = Store(settings, b"secret")
    opened.prepare()
    return opened


def test_what_was_not_answered_is_printed_with_why_and_what_is_near(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened, now = store(folder), datetime.now(UTC)
    for number in range(2):
        reply = Reply(Outcome.HANDOFF, "", "", "")
        opened.exchanges.note(f"r{number}", reply, "infusion of gold for tinnitus", now)
    opened.exchanges.flush()
    asked = Submission("Infusion of gold for my tinnitus? I am at 555-0199.", email="a@b.example")
    opened.handoffs.submit(asked, key="k" * 20, now=now, due_at=None)
    assert run(folder, monkeypatch, "gaps") == 0
    said = capsys.readouterr().out
    assert "3× “infusion of gold for tinnitus” (not answered 2×, sent to the staff 1×)" in said
    assert "near length (faqs/f.yaml)" in said
    assert "555-0199" not in said
    assert "1 gap." in said


def test_old_questions_do_not_count(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened = store(folder)
    reply, then = Reply(Outcome.HANDOFF, "", "", ""), datetime(2020, 1, 1, tzinfo=UTC)
    opened.exchanges.note("r", reply, "gold?", then)
    opened.exchanges.flush()
    assert run(folder, monkeypatch, "gaps") == 0
    assert "0 gaps." in capsys.readouterr().out


def test_without_the_log_that_is_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store(folder)
    monkeypatch.setenv("CHATBOT_QUESTION_LOG", "off")
    assert run(folder, monkeypatch, "gaps") == 0
    assert "CHATBOT_QUESTION_LOG is off" in capsys.readouterr().out


def test_diff_asks_what_visitors_asked(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened = store(folder)
    question = "how long does the infusion take"
    opened.exchanges.note("r", Reply(Outcome.ANSWERED, "", "", ""), question, datetime.now(UTC))
    opened.exchanges.flush()
    new = folder.parent / "new"
    shutil.copytree(folder, new)
    (new / "faqs/f.yaml").write_text(TWO.replace("two hours", "three hours"))
    assert run(folder, monkeypatch, "diff", str(folder), str(new)) == 0
    assert f"“{question}” changes" in capsys.readouterr().out
