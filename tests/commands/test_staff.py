"""An account made on the command line can sign in, and one that is disabled cannot."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest

from chatbot.commands import main
from chatbot.settings import Settings
from chatbot.storage.store import Store


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("CHATBOT_INSTANCE", str(tmp_path))
    opened = Store(Settings(instance=tmp_path), b"s")
    opened.prepare()
    return opened


def test_what_is_printed_opens_the_inbox(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["staff", "add", "Anna"]) == 0
    printed = capsys.readouterr().out
    password = re.search(r"Password \(shown only now\): (\S+)", printed)
    secret = re.search(r"type ([A-Z2-7]{32}) into it", printed)
    assert password
    assert secret
    assert "█" in printed or "▀" in printed  # the QR code
    now = datetime.now(UTC)
    assert store.staff.sign_in("Anna", password[1], pyotp.TOTP(secret[1]).at(now), now)


def test_accounts_are_listed_and_disabled(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    main(["staff", "add", "Anna"])
    assert main(["staff", "disable", "Anna"]) == 0
    assert main(["staff", "disable", "Nobody"]) == 1
    capsys.readouterr()
    assert main(["staff", "list"]) == 0
    assert re.search(r"^Anna +disabled", capsys.readouterr().out, re.MULTILINE)


@pytest.mark.parametrize("name", ["", "  ", "Anna\nBen"])
def test_a_name_nobody_could_type_is_refused(
    store: Store, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert main(["staff", "add", name]) == 1
    assert "Give a name" in capsys.readouterr().err
    assert not list(store.staff.accounts())


def test_an_account_made_anew_is_said_to_be(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["staff", "list"]) == 0
    assert "no account yet" in capsys.readouterr().out
    main(["staff", "add", "Anna"])
    assert "had an account" not in capsys.readouterr().out
    main(["staff", "add", "anna"])
    assert "Anna had an account" in capsys.readouterr().out
    assert [account.name for account in store.staff.accounts()] == ["Anna"]
