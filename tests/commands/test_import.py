from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest

from chatbot.knowledge.folder import read
from chatbot.knowledge.loading import load
from chatbot.knowledge.model import State
from tests.commands.folder import run
from tests.conftest import KnowledgeFolder

CSV = "question,answer\nMay I drink wine?,Not on that day.\n"
PAGE = "<html><head><title>Rest</title></head><body><p>Rest.</p><img alt='A bed'></body></html>"


def test_questions_become_drafts_and_nothing_is_live(
    knowledge_folder: KnowledgeFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    folder = knowledge_folder({})
    (tmp_path / "our.csv").write_text(CSV)
    assert run(folder, monkeypatch, "import", str(tmp_path / "our.csv")) == 0
    (document,) = load(read(folder)).corpus.documents
    assert (document.id, document.state(date.today())) == ("may-i-drink-wine", State.DRAFT)
    assert "draft faqs/our.yaml" in capsys.readouterr().out


def test_a_second_import_writes_over_nothing_and_nothing_twice(
    knowledge_folder: KnowledgeFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    folder, source = knowledge_folder({}), tmp_path / "our.csv"
    source.write_text(CSV)
    run(folder, monkeypatch, "import", str(source))
    first = (folder / "faqs/our.yaml").read_bytes()
    capsys.readouterr()
    assert run(folder, monkeypatch, "import", str(source)) == 0
    assert (folder / "faqs/our.yaml").read_bytes() == first
    assert [file.name for file in (folder / "faqs").iterdir()] == ["our.yaml"]
    said = capsys.readouterr().out
    assert "faqs/our.yaml has “May I drink wine?” already" in said
    assert "our.csv: nothing new in it." in said
    source.write_text(CSV + "May I drive?,No.\n")
    assert run(folder, monkeypatch, "import", str(source)) == 0
    loaded = load(read(folder))
    assert {d.id for d in loaded.corpus.documents} == {"may-i-drink-wine", "may-i-drive"}
    assert loaded.errors == ()


def test_pages_are_imported_and_what_is_lost_is_printed(
    knowledge_folder: KnowledgeFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    pytest.importorskip("markdownify", reason="pip install -r requirements-import.txt")
    folder = knowledge_folder({})
    (tmp_path / "rest.html").write_text(PAGE)
    assert run(folder, monkeypatch, "import", str(tmp_path / "rest.html")) == 0
    said = capsys.readouterr().out
    assert "draft articles/rest.md" in said
    assert "articles/rest.md:9: An image “A bed” is left out." in said
    assert "Nothing" not in said


def test_files_that_cannot_be_read_fail_and_the_others_are_imported(
    knowledge_folder: KnowledgeFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    folder = knowledge_folder({})
    (tmp_path / "our.csv").write_text(CSV)
    (tmp_path / "x.pdf").write_text("%PDF")
    names = [str(tmp_path / name) for name in ("gone.csv", "x.pdf", "our.csv")]
    assert run(folder, monkeypatch, "import", *names) == 1
    said = capsys.readouterr()
    assert "gone.csv: No such file" in said.err
    assert "x.pdf: This cannot be imported" in said.out
    assert (folder / "faqs/our.yaml").exists()


def test_a_missing_library_is_named_with_the_file_that_holds_it(
    knowledge_folder: KnowledgeFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setitem(sys.modules, "bs4", None)
    (tmp_path / "rest.html").write_text(PAGE)
    assert run(knowledge_folder({}), monkeypatch, "import", str(tmp_path / "rest.html")) == 1
    assert "pip install -r requirements-import.txt" in capsys.readouterr().out
