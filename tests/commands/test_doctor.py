"""`doctor` names what stands between this site and patients, each with what to do."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatbot.builtin import read_yaml
from chatbot.commands import doctor, main
from tests.conftest import KnowledgeFolder

SMTP = {"SMTP_URL": "smtp://127.0.0.1:{port}", "MAIL_FROM": "faq@clinic.example",
        "NOTIFY_EMAIL": "desk@clinic.example"}  # fmt: skip
SECRET = "a secret of more than thirty-two characters"
WEBHOOK = {"WEBHOOK_URL": "http://127.0.0.1:{port}/x", "WEBHOOK_SECRET": SECRET}


@pytest.fixture
def open_port() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that nobody else gets, and where nothing listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@pytest.fixture(autouse=True)
def instance(
    tmp_path: Path, knowledge_folder: KnowledgeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHATBOT_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("CHATBOT_KNOWLEDGE", str(knowledge_folder({})))


def told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], port: int = 0, **given: str
) -> str:
    for name, value in given.items():
        monkeypatch.setenv(f"CHATBOT_{name}", value.format(port=port))
    assert main(["doctor"]) == 1  # the folder of these tests is empty
    return capsys.readouterr().out


def test_an_empty_site_is_told_all_that_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = told(monkeypatch, capsys, SECRET_KEY="short", STAFF_MFA="off")
    for start in ("Nothing can be quoted", "Nobody is told", "without a second factor",
                  "There is no database yet", "PUBLIC_URL", "SECRET_KEY is short"):  # fmt: skip
        assert start in said
    assert "6 to mend." in said


def test_a_mail_server_or_webhook_where_nothing_listens_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], closed_port: int
) -> None:
    given = SMTP | WEBHOOK | {"WEBHOOK_PRIVATE": "on"}
    said = told(monkeypatch, capsys, closed_port, **given)
    refused = f"no connection to 127.0.0.1, port {closed_port}: Connection refused."
    assert f"CHATBOT_SMTP_URL: {refused}" in said
    assert f"CHATBOT_WEBHOOK_URL: {refused}" in said


def test_a_webhook_on_a_private_address_is_named_with_its_switch(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], open_port: int
) -> None:
    said = told(monkeypatch, capsys, open_port, **WEBHOOK)
    assert "CHATBOT_WEBHOOK_URL" in said
    assert "private address" in said
    assert "CHATBOT_WEBHOOK_PRIVATE=on" in said
    assert SECRET not in said


def test_receivers_that_listen_are_fine(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], open_port: int
) -> None:
    given = SMTP | WEBHOOK | {"WEBHOOK_PRIVATE": "on"}
    said = told(monkeypatch, capsys, open_port, **given)
    assert "SMTP" not in said
    assert "WEBHOOK" not in said


def test_a_short_webhook_secret_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], open_port: int
) -> None:
    said = told(monkeypatch, capsys, open_port, **WEBHOOK | {"WEBHOOK_SECRET": "sekret"})
    assert "CHATBOT_WEBHOOK_SECRET is short enough to be guessed" in said
    assert "sekret" not in said


def test_every_sentence_is_a_whole_one_and_used() -> None:
    source = Path(doctor.__file__).read_text("utf-8")
    for code, sentence in read_yaml("doctor.yaml").items():
        assert f'_say("{code}"' in source
        assert sentence.endswith((".", "{why}"))
