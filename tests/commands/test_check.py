from __future__ import annotations

import os
import subprocess
import sys
from datetime import date, timedelta

import pytest

from tests.commands.folder import run
from tests.conftest import KnowledgeFolder
from tests.knowledge.world import APPROVED, article, entry, faq


def far(text: str) -> str:
    """The text as if approved today, for long enough not to be told of its end."""
    today = date.today()
    end = today + timedelta(days=300)
    return text.replace("2026-01-15", str(today)).replace("2027-01-15", str(end))


def test_a_sound_folder_is_counted_and_passes(
    knowledge_folder: KnowledgeFolder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = knowledge_folder(
        {
            "articles/a.md": far(article("One.\n\n# Two\n\nTwo.")),
            "articles/b.md": far(article("Draft.")).replace(": approved", ": draft"),
            "faqs/f.yaml": far(faq(entry("x", "x"))).replace("Medical director", "Sample"),
        }
    )
    assert run(folder, monkeypatch, "check", "--strict") == 0
    said = capsys.readouterr().out
    assert "2 articles, 1 FAQ entry, 4 passages" in said
    assert "2 live\n1 draft: b\n" in said
    assert "1 live, but approved only as a sample; a clinician must approve: x" in said


def test_all_problems_are_printed_in_order_and_errors_fail(
    knowledge_folder: KnowledgeFolder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = knowledge_folder({"articles/b.md": "x", "articles/a.md": "---\ntitle: [\n---\n"})
    assert run(folder, monkeypatch, "check") == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("articles/a.md:2: This is not valid YAML: ")
    assert lines[0].endswith("in quotes. [error: bad-yaml]")
    assert lines[1].startswith("articles/b.md:1: ")
    assert lines[-1] == "2 errors, 0 warnings"


def test_warnings_fail_only_when_strict(
    knowledge_folder: KnowledgeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = knowledge_folder({"articles/a.md": far(article("<b>x</b>"))})
    assert run(folder, monkeypatch, "check") == 0
    assert run(folder, monkeypatch, "check", "--strict") == 1


def test_what_is_about_to_expire_and_what_has_is_named(
    knowledge_folder: KnowledgeFolder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    soon = date.today() + timedelta(days=20)
    past = date.today() - timedelta(days=2)
    texts = [article("x").replace("2027-01-15", str(day)) for day in (soon, past)]
    texts = [text.replace("2026-01-15", "2020-01-15") for text in texts]
    changed = far(article("x", "approved_text: '000000000000'\n"))
    run(
        knowledge_folder(
            {"articles/a.md": texts[0], "articles/b.md": texts[1], "articles/c.md": changed}
        ),
        monkeypatch,
        "check",
    )
    said = capsys.readouterr().out
    assert f"Soon out of date: a (articles/a.md), last day {soon}" in said
    assert "1 out of date: b" in said
    assert "1 text changed: c" in said


def test_a_missing_folder_is_an_error_not_a_crash(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path / "gone", monkeypatch, "check") == 1  # type: ignore[operator]
    assert "there is no such folder" in capsys.readouterr().out


def test_it_needs_neither_the_web_nor_the_index(knowledge_folder: KnowledgeFolder) -> None:
    code = (
        "import sys; from chatbot.commands import main; main(['check']);"
        "print(sorted({'flask','numpy','nltk','sqlalchemy'} & set(sys.modules)))"
    )
    folder = knowledge_folder({"faqs/f.yaml": faq(entry("x"), APPROVED)})
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "CHATBOT_KNOWLEDGE": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_lint_says_where_more_wordings_would_help(
    knowledge_folder: KnowledgeFolder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = far(faq(entry("x", "x", "    also_asked: [when does my ride come]\n")))
    assert run(knowledge_folder({"faqs/f.yaml": text}), monkeypatch, "check", "--lint") == 0
    assert "would help most in: x." in capsys.readouterr().out
