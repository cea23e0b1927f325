"""`test`: the expected questions, and never a word that all is well when they could not be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.folder import FAQS, run
from tests.conftest import KnowledgeFolder

RIGHT = "- {ask: how long does an infusion take, expect: length}\n"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATBOT_SEMANTICS", "off")


@pytest.mark.parametrize(
    ("questions", "code", "told"),
    [
        (RIGHT, 0, "1 of 1 question get what is expected."),
        (RIGHT + "- {ask: hello, expect: length}\n", 1, "questions.yaml:2: “hello”"),
        (None, 0, "There are no expected questions."),
        ("- {ask: [", 1, "questions.yaml:"),
        ("- {ask: how long, expects: length}\n", 1, "questions.yaml:1: "),
        ("ask: how long\n", 1, "questions.yaml:1: "),
    ],
)
def test_what_is_expected_is_asked_or_it_is_said_why_not(
    knowledge_folder: KnowledgeFolder, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], questions: str | None, code: int, told: str,
) -> None:  # fmt: skip
    files = {"faqs/f.yaml": FAQS} | ({} if questions is None else {"questions.yaml": questions})
    assert run(knowledge_folder(files), monkeypatch, "test") == code
    assert told in "".join(capsys.readouterr())


def test_a_folder_that_is_not_there_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path / "nowhere", monkeypatch, "test") == 1
    assert "there is no such folder" in capsys.readouterr().err
