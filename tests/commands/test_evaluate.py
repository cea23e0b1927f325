"""`evaluate`: what the folder no longer has is a miss and not an error; no question is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.folder import run
from tests.commands.test_ask import FAQS
from tests.conftest import KnowledgeFolder

ASKED = '{"question": "how long does an infusion take?", "targets": ["TARGET"]}\n'


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        (ASKED.replace("TARGET", "length"), 0, "1.000"),
        (ASKED.replace("TARGET", "gone"), 0, "No passage 'gone': counted as missed."),
        ("\n", 1, "it holds no question"),
        ("nonsense\n", 1, "this is not a question"),
    ],
)
def test_questions_are_counted_or_it_is_said_why_not(
    knowledge_folder: KnowledgeFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], text: str, code: int, told: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("CHATBOT_SEMANTICS", "off")
    (tmp_path / "q.jsonl").write_text(text)
    folder = knowledge_folder({"faqs/f.yaml": FAQS})
    assert run(folder, monkeypatch, "evaluate", "--questions", str(tmp_path / "q.jsonl")) == code
    assert told in "".join(capsys.readouterr())
