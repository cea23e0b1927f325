"""The database is made, copied and put back from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatbot.commands import main


@pytest.fixture(autouse=True)
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CHATBOT_INSTANCE", str(tmp_path / "instance"))
    return tmp_path / "instance"


def test_upgrade_makes_the_tables_and_says_from_where_to_where(
    instance: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["db", "upgrade"]) == 0
    assert "was at version none and is at 0001" in capsys.readouterr().out
    assert (instance / "chatbot.db").exists()
    assert main(["db", "upgrade"]) == 0


def test_backup_and_restore_go_both_ways(
    instance: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["db", "upgrade"])
    assert main(["db", "backup", str(tmp_path / "copy.db")]) == 0
    assert main(["db", "restore", str(tmp_path / "copy.db")]) == 0
    assert "The old database is" in capsys.readouterr().out


def test_what_goes_wrong_is_said_plainly_with_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.db").write_text("no database")
    assert main(["db", "restore", str(tmp_path / "x.db")]) == 1
    assert "is not a database of this program" in capsys.readouterr().err


def test_on_postgresql_the_servers_own_tools_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("psycopg")
    monkeypatch.setenv("CHATBOT_DATABASE_URL", "postgresql://127.0.0.1:1/chatbot")
    monkeypatch.setenv("CHATBOT_SECRET_KEY", "secret")
    assert main(["db", "backup", str(tmp_path / "copy.db")]) == 1
    assert "pg_dump" in capsys.readouterr().err
