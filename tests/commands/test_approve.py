from __future__ import annotations

import os
import stat
from datetime import date
from pathlib import Path

import pytest

from chatbot.knowledge.documents import UNWRITTEN
from chatbot.knowledge.folder import read
from chatbot.knowledge.loading import load
from chatbot.knowledge.model import Document, State
from tests.commands.folder import run
from tests.conftest import KnowledgeFolder

ARTICLE = "---\ntitle: T # c\nstatus: draft   # not yet\n# note\ntags: [a]\n---\nText.\n"
FAQS = (
    "# top\nfaqs:\n  - id: a   # id\n    question: |\n      Q?\n    answer: |\n      x\n\n"
    "  - question: Q2\n    id: b\n    status: retired\n    answer: 'y'"
)
LIST = (
    "- id: a\n  question: Q?\n  answer: x\n  status: draft\n"
    "- id: b\n  question: P?\n  answer: y\n  status: draft\n"
)
HOW = ("--by", 'Dr. "X": y', "--until", "2999-01-15")


def documents(folder: Path) -> dict[str, Document]:
    return {document.id: document for document in load(read(folder)).corpus.documents}


def test_an_article_is_approved_and_nothing_else_changes(
    knowledge_folder: KnowledgeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = knowledge_folder({"articles/x.md": "\ufeff" + ARTICLE.replace("\n", "\r\n")})
    path = folder / "articles/x.md"
    path.chmod(0o640)
    assert run(folder, monkeypatch, "approve", "articles/x.md", *HOW) == 0
    digest = documents(folder)["x"].text_digest
    today = documents(folder)["x"].approved_on
    assert path.read_bytes().decode() == (
        "\ufeff---\ntitle: T # c\nstatus: approved   # not yet\n"
        f'approved_by: "Dr. \\"X\\": y"\napproved_on: {today}\nreview_by: 2999-01-15\n'
        f'approved_text: "{digest}"\n# note\ntags: [a]\n---\nText.\n'
    ).replace("\n", "\r\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [entry.name for entry in path.parent.iterdir()] == ["x.md"]
    assert documents(folder)["x"].approved_by == 'Dr. "X": y'


def test_a_changed_text_is_withheld_until_it_is_approved_again(
    knowledge_folder: KnowledgeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = knowledge_folder({"articles/x.md": ARTICLE})
    path = folder / "articles/x.md"
    run(folder, monkeypatch, "approve", str(path), *HOW)
    path.write_text(path.read_text().replace("Text.", "Other text."))
    assert documents(folder)["x"].state(date.today()) is State.TEXT_CHANGED
    assert run(folder, monkeypatch, "approve", str(path), *HOW) == 0
    assert documents(folder)["x"].state(date.today()) is State.LIVE


def test_one_entry_is_approved_alone(
    knowledge_folder: KnowledgeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = knowledge_folder({"faqs/f.yaml": FAQS})
    monkeypatch.chdir(folder / "faqs")
    assert run(folder, monkeypatch, "approve", "f.yaml#b", *HOW) == 0
    assert documents(folder)["b"].state(date.today()) is State.LIVE
    assert documents(folder)["a"].state(date.today()) is State.DRAFT
    assert (folder / "faqs/f.yaml").read_text().startswith(FAQS[: FAQS.index("    status")])


def test_a_whole_faq_file_is_approved_but_for_entries_that_say_otherwise(
    knowledge_folder: KnowledgeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = knowledge_folder({"faqs/f.yaml": FAQS})
    assert run(folder, monkeypatch, "approve", "faqs/f.yaml", *HOW) == 0
    found = documents(folder)
    assert found["a"].state(date.today(), require_approved_text=True) is State.LIVE
    assert found["b"].state(date.today()) is State.RETIRED


def test_an_entry_of_a_file_that_is_a_bare_list_is_approved(
    knowledge_folder: KnowledgeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = knowledge_folder({"faqs/f.yaml": LIST})
    assert run(folder, monkeypatch, "approve", "faqs/f.yaml#b", *HOW) == 0
    found = documents(folder)
    assert found["b"].state(date.today(), require_approved_text=True) is State.LIVE
    assert found["a"].state(date.today()) is State.DRAFT
    assert (folder / "faqs/f.yaml").read_text().startswith(LIST[: LIST.rindex("draft")])


@pytest.mark.parametrize(
    ("files", "arguments", "said"),
    [
        ({"articles/x.md": ARTICLE}, ("articles/y.md", *HOW), "is no article"),
        ({"articles/x.md": ARTICLE}, ("clinic.yaml", *HOW), "is no article"),
        ({"articles/x.md": ARTICLE}, ("articles/x.md", *HOW[:3], "2020-01-01"), "not before today"),
        ({"articles/x.md": ARTICLE}, ("articles/x.md", "--by", " ", *HOW[2:]), "Name who"),
        ({"faqs/f.yaml": FAQS}, ("faqs/f.yaml#zz", *HOW), "no 'zz' here"),
        (
            {"articles/x.md": ARTICLE + "[x](javascript:y)"},
            ("articles/x.md", *HOW),
            "cannot be followed",
        ),
        (
            {"faqs/f.yaml": FAQS.replace("      x\n", f"      {UNWRITTEN}\n")},
            ("faqs/f.yaml", *HOW),
            "The answer is not written yet",
        ),
        ({"faqs/f.yaml": LIST}, ("faqs/f.yaml", *HOW), "name one: faqs/f.yaml#a, faqs/f.yaml#b."),
        (
            {"faqs/f.yaml": "faqs:\n" + LIST},
            ("faqs/f.yaml", *HOW),
            "Every entry has an approval of its own; name one",
        ),
        (
            {"faqs/f.yaml": "- id: a\n  question: Q?\n  answer: x\n"},
            ("faqs/f.yaml", *HOW),
            "name an entry",
        ),
        ({"articles/x.md": "no front matter"}, ("articles/x.md", *HOW), "front matter"),
        (
            {"faqs/f.yaml": "faqs:\n- {id: a, question: q, answer: x}\n"},
            ("faqs/f.yaml#a", *HOW),
            "in braces",
        ),
    ],
)
def test_what_cannot_be_approved_is_refused_and_left_alone(
    knowledge_folder: KnowledgeFolder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    files: dict[str, str],
    arguments: tuple[str, ...],
    said: str,
) -> None:
    folder = knowledge_folder(files)
    assert run(folder, monkeypatch, "approve", *arguments) == 1
    assert said in capsys.readouterr().err
    assert {path: (folder / path).read_text() for path in files} == files


def test_a_full_disk_leaves_the_old_file_and_is_named(
    knowledge_folder: KnowledgeFolder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = knowledge_folder({"articles/x.md": ARTICLE})

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert run(folder, monkeypatch, "approve", "articles/x.md", *HOW) == 1
    assert "No space" in capsys.readouterr().err
    assert (folder / "articles/x.md").read_text() == ARTICLE
    assert [entry.name for entry in (folder / "articles").iterdir()] == ["x.md"]
