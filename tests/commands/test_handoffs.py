"""Hand-offs can be read, exported and erased without the web pages, and that is in the trail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chatbot.commands import main
from chatbot.handoff.model import Submission
from chatbot.settings import Settings
from chatbot.storage.store import Store

ASKED = Submission("Does it hurt?", name="Kim", email="kim@example.org", urgent=True)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("CHATBOT_INSTANCE", str(tmp_path))
    opened = Store(Settings(instance=tmp_path), b"s")
    opened.prepare()
    yield opened
    opened.database.engine.dispose()


@pytest.fixture
def reference(store: Store) -> str:
    return store.handoffs.submit(ASKED, key="k", now=datetime.now(UTC), due_at=None).reference


def test_the_list_shows_what_is_open_and_nobodys_words(
    reference: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["handoffs", "list"]) == 0
    printed = capsys.readouterr().out
    assert reference in printed
    assert "URGENT" in printed
    for private in ("hurt", "Kim", "kim@"):
        assert private not in printed


def test_without_an_action_they_are_listed(
    store: Store, reference: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["handoffs"]) == 0
    assert reference in capsys.readouterr().out
    main(["handoffs", "erase", reference])
    capsys.readouterr()
    assert main(["handoffs", "--all"]) == 0
    assert reference in capsys.readouterr().out


def test_export_is_json_and_is_recorded(
    store: Store, reference: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["handoffs", "export", reference.lower()]) == 0
    (entry,) = json.loads(capsys.readouterr().out)
    assert entry["item"]["question"] == "Does it hurt?"
    assert store.audit.history(reference)[-1].event == "export"


def test_erase_removes_the_words(
    store: Store, reference: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["handoffs", "erase", reference]) == 0
    assert store.inbox.thread(reference).item.question == ""
    main(["handoffs", "list"])
    assert reference not in capsys.readouterr().out.splitlines()[-1]
    main(["handoffs", "list", "--all"])
    assert reference in capsys.readouterr().out
    assert main(["handoffs", "erase", reference]) == 1
    assert "it is erased" in capsys.readouterr().err


def test_an_unknown_reference_is_said_plainly(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["handoffs", "export", "H-3333-3333"]) == 1
    assert "There is no hand-off H-3333-3333." in capsys.readouterr().err


@pytest.mark.parametrize("line", ["handoffs", "staff add Anna", "staff list", "purge", "gaps"])
def test_the_tables_of_a_fresh_instance_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    monkeypatch.setenv("CHATBOT_INSTANCE", str(tmp_path / "empty"))
    monkeypatch.setenv("CHATBOT_SEMANTICS", "off")
    assert main(line.split()) == 0
    assert (tmp_path / "empty" / "chatbot.db").stat().st_mode & 0o777 == 0o600


def test_for_outdated_tables_the_command_to_change_them_is_named(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    with store.database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    assert main(["handoffs"]) == 1
    assert "db upgrade" in capsys.readouterr().err
