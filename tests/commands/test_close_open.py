from __future__ import annotations

import pytest

from chatbot.knowledge.folder import read
from chatbot.knowledge.loading import load
from chatbot.knowledge.model import Corpus
from chatbot.knowledge.reload import Reloader
from tests.commands.folder import run
from tests.conftest import KnowledgeFolder
from tests.knowledge.test_reload import TODAY
from tests.knowledge.world import article

CLINIC = "# ours\nname: X   # the name\nhours:\n  mon: '09:00-17:00'\n"


def test_closing_and_opening_leave_the_file_as_it_was(
    knowledge_folder: KnowledgeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = knowledge_folder({"clinic.yaml": CLINIC})
    assert run(folder, monkeypatch, "close", "Moving: new # texts") == 0
    assert load(read(folder)).corpus.clinic.closed == "Moving: new # texts"
    assert run(folder, monkeypatch, "close", "Another reason") == 0
    assert load(read(folder)).corpus.clinic.closed == "Another reason"
    assert run(folder, monkeypatch, "open") == 0
    assert (folder / "clinic.yaml").read_text() == CLINIC
    assert run(folder, monkeypatch, "open") == 0


@pytest.mark.parametrize("text", ["name: [", "- a list", "", b"name: \xff", None])
def test_closing_and_opening_work_whatever_the_file_holds(
    knowledge_folder: KnowledgeFolder, monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    folder = knowledge_folder({"articles/a.md": article("Text.")})

    def today(corpus: Corpus) -> object:
        return TODAY

    reloader = Reloader(folder, today)  # type: ignore[arg-type]
    path = folder / "clinic.yaml"
    path.unlink()
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert run(folder, monkeypatch, "close", "Stop") == 0
    reloader.tick()
    reloader.tick()
    assert reloader.snapshot.corpus.clinic.closed
    assert not reloader.snapshot.corpus.live(TODAY, reloader.snapshot.withdrawn)
    assert run(folder, monkeypatch, "open") == 0
    reloader.tick()
    reloader.tick()
    assert reloader.snapshot.corpus.clinic.closed is None
    assert reloader.snapshot.corpus.live(TODAY, reloader.snapshot.withdrawn)
    kept = text.encode() if isinstance(text, str) else text
    assert (path.read_bytes() if path.exists() else None) == (kept or None)


@pytest.mark.parametrize("text", ["{name: X, closed: yes}", '"closed": x\nname: [', "name: ["])
def test_what_opening_cannot_take_out_it_does_not_call_open(
    knowledge_folder: KnowledgeFolder, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    folder = knowledge_folder({"clinic.yaml": text})
    assert run(folder, monkeypatch, "open") == 1
    assert (folder / "clinic.yaml").read_text() == text


def test_closing_needs_a_reason(
    knowledge_folder: KnowledgeFolder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = knowledge_folder({"clinic.yaml": CLINIC})
    assert run(folder, monkeypatch, "close", " ") == 1
    assert "Say why" in capsys.readouterr().err
    assert (folder / "clinic.yaml").read_text() == CLINIC
