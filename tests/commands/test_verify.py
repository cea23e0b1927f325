from __future__ import annotations

from pathlib import Path

import pytest

from chatbot.commands import folder as commands
from chatbot.knowledge import folder as disk
from tests.commands.folder import run
from tests.conftest import KnowledgeFolder
from tests.knowledge.world import article, entry, faq


def test_every_live_passage_is_proven(
    knowledge_folder: KnowledgeFolder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    files = {
        "articles/a.md": article("One.\n\n# Two\n\nTwo."),
        "faqs/f.yaml": faq(entry(">\n      x")),
    }
    texts = {path: text.replace("2027", "2999") for path, text in files.items()}
    assert run(knowledge_folder(texts), monkeypatch, "verify") == 0
    assert "3 of 3 live passages in 2 documents proven" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (None, "there is no such folder"),
        ({"clinic.yaml": None}, "clinic.yaml: "),
        ({}, "holds no article and no FAQ entry"),
        ({"articles/a.md": "---\ntitle: [\n---\nText."}, "articles/a.md:"),
    ],
)
def test_where_nothing_could_be_loaded_it_says_why(
    knowledge_folder: KnowledgeFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
    capsys: pytest.CaptureFixture[str], files: dict[str, str] | None, told: str,
) -> None:  # fmt: skip
    folder = tmp_path / "nowhere" if files is None else knowledge_folder(files)
    assert run(folder, monkeypatch, "verify") == 1
    assert told in capsys.readouterr().err


def test_a_file_that_says_something_else_by_now_fails(
    knowledge_folder: KnowledgeFolder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = knowledge_folder({"articles/a.md": article("One.").replace("2027", "2999")})
    readings = iter([disk.read(folder), disk.Files({"articles/a.md": b"Another text"})])
    monkeypatch.setattr(commands, "read", lambda path: next(readings))
    assert run(folder, monkeypatch, "verify") == 1
    assert "the file holds other text" in capsys.readouterr().err
