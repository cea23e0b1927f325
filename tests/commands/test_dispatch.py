"""`python -m chatbot`: finding the command, plain errors, exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatbot import commands
from tests.commands.folder import run
from tests.conftest import KnowledgeFolder

CONTRACT = {
    "serve", "ask", "check", "test", "evaluate", "diff", "approve", "close", "open", "import",
    "gaps", "verify", "handoffs", "staff", "db", "purge", "deliver", "doctor",
}  # fmt: skip


def test_all_promised_commands_are_there() -> None:
    assert set(commands.COMMANDS) >= CONTRACT


def test_no_command_shows_them_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main([]) == 2
    assert "check" in capsys.readouterr().out


def test_an_unknown_command_is_named_and_the_others_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as left:
        commands.main(["chekc"])
    assert left.value.code == 2
    told = capsys.readouterr().err
    assert "chekc" in told
    assert "check" in told


def test_bad_settings_are_told_plainly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHATBOT_METRICS", "maybe")
    assert commands.main(["check"]) == 1
    told = capsys.readouterr().err
    assert "CHATBOT_METRICS" in told
    assert "Traceback" not in told


def test_a_missing_folder_is_told_plainly(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHATBOT_KNOWLEDGE", str(tmp_path / "nowhere"))
    assert commands.main(["check"]) == 1
    assert "nowhere" in "".join(capsys.readouterr())


def test_a_group_without_an_action_shows_its_actions(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["db"]) == 2
    told = capsys.readouterr().out
    assert all(action in told for action in ("upgrade", "backup", "restore"))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (["ask", "hi", "--on", "2026-13-40"], "no date such as"),
        (["serve", "--port", "99999"], "no port"),
        (["serve", "--port", "-5"], "no port"),
        (["serve", "--port", "abc"], "no port"),
    ],
)
def test_a_value_that_cannot_be_is_told_plainly(
    line: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        commands.main(line)
    assert left.value.code == 2
    assert told in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_told_plainly(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHATBOT_INSTANCE", str(tmp_path / "instance"))
    assert commands.main(["db", "upgrade"]) == 0
    assert commands.main(["db", "backup", str(tmp_path / "nowhere" / "x.db")]) == 1
    assert "nowhere" in capsys.readouterr().err
    monkeypatch.setenv("CHATBOT_INSTANCE", "/proc/nope")
    assert commands.main(["serve"]) == 1
    assert "/proc/nope" in capsys.readouterr().err


def test_a_question_that_is_too_long_is_refused_but_never_a_cry_for_help(
    knowledge_folder: KnowledgeFolder, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    folder = knowledge_folder({"clinic.yaml": "name: X"})
    assert run(folder, monkeypatch, "ask", "x " * 2001) == 1
    assert "at most 4,000 characters" in capsys.readouterr().err
    assert run(folder, monkeypatch, "ask", "x " * 2001 + "I want to kill myself") == 0
    assert "988" in capsys.readouterr().out
