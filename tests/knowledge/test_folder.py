from __future__ import annotations

import os
from pathlib import Path

import pytest

from chatbot.knowledge import folder as disk
from chatbot.knowledge.loading import load
from tests.conftest import KnowledgeFolder
from tests.knowledge.world import article


def found(folder: Path) -> list[tuple[str, str]]:
    return [(problem.path, problem.code) for problem in load(disk.read(folder)).problems]


def test_only_what_counts_is_read_and_scanned(knowledge_folder: KnowledgeFolder) -> None:
    files = {"articles/a.md": article("A."), "faqs/f.yaml": "faqs: []", "synonyms.yaml": ""}
    folder = knowledge_folder(
        {**files, "README.md": "x", ".git/x": "x", "articles/.a.md.swp": "x", "articles/a.md~": "x",
         "articles/#a.md#": "x", "photo.png": "x", "articles/README.md": "x", "~$a.docx": "x",
         "instance/x.yaml": "x", "README.txt": "x", "faqs/~$f.yaml": "x"}
    )  # fmt: skip
    assert found(folder) == []
    expected = {"clinic.yaml", *files}
    assert set(disk.read(folder).contents) == set(disk.scan(folder)) == expected
    assert set(disk.read(folder, {"clinic.yaml"}).contents) == {"clinic.yaml"}


def test_what_is_in_the_wrong_place_is_named(knowledge_folder: KnowledgeFolder) -> None:
    folder = knowledge_folder(
        {"articles/a.txt": "x", "articles/sub/b.md": "x", "faqs/f.yml": "x", "synonym.yaml": "x",
         "articles/odd.md/b.md": "x"}
    )  # fmt: skip
    assert found(folder) == [
        ("articles/a.txt", "stray-file"),
        ("articles/odd.md", "subfolder"),
        ("articles/sub", "subfolder"),
        ("faqs/f.yml", "stray-file"),
        ("synonym.yaml", "stray-file"),
    ]
    assert "synonyms.yaml" in load(disk.read(folder)).problems[-1].fix


@pytest.mark.parametrize(
    ("path", "meant"),
    [("article/x.md", "articles/?"), ("faq/y.yaml", "faqs/?"), ("Articles/x.md", "articles/?"),
     ("clinics.yaml", "clinic.yaml?"), ("foo.json", "clinic.yaml,"), ("old/x.md", "clinic.yaml,")],
)  # fmt: skip
def test_what_has_a_name_that_is_not_read_is_told_the_nearest_that_is(
    knowledge_folder: KnowledgeFolder, path: str, meant: str
) -> None:
    (only,) = load(disk.read(knowledge_folder({path: "x"}))).problems
    assert (only.path, only.code, only.level) == (path.partition("/")[0], "stray-file", "warning")
    assert meant in only.fix


def test_links_out_of_the_folder_are_refused_and_links_within_it_are_not(
    knowledge_folder: KnowledgeFolder, tmp_path: Path
) -> None:
    folder = knowledge_folder({"articles/a.md": article("A."), "..data/b.md": article("B.")})
    (tmp_path / "secret.md").write_text("secret")
    (folder / "articles/out.md").symlink_to(tmp_path / "secret.md")
    (folder / "articles/in.md").symlink_to("../..data/b.md")
    (folder / "articles/nowhere.md").symlink_to("nowhere")
    (folder / "articles/loop.md").symlink_to("loop.md")
    (tmp_path / "faqs").mkdir()
    (tmp_path / "faqs/f.yaml").write_text("faqs: []")
    (folder / "faqs").symlink_to(tmp_path / "faqs")
    assert found(folder) == [
        ("articles/loop.md", "unreadable"),
        ("articles/nowhere.md", "unreadable"),
        ("articles/out.md", "symlink-outside"),
        ("faqs", "symlink-outside"),
    ]
    assert set(disk.read(folder).contents) == {"clinic.yaml", "articles/a.md", "articles/in.md"}
    assert "articles/nowhere.md" not in disk.scan(folder)


def test_the_folder_itself_may_be_a_link(knowledge_folder: KnowledgeFolder, tmp_path: Path) -> None:
    folder = knowledge_folder({"articles/a.md": article("A.")})
    (tmp_path / "link").symlink_to(folder)
    assert found(tmp_path / "link") == []


def test_a_pipe_is_not_opened(knowledge_folder: KnowledgeFolder) -> None:
    folder = knowledge_folder({"articles/a.md": article("A.")})
    os.mkfifo(folder / "articles/pipe.md")
    assert found(folder) == [("articles/pipe.md", "not-a-file")]


@pytest.mark.parametrize(
    ("path", "size", "code"),
    [("articles/a.md", (1 << 20) + 1, "oversized"), ("faqs/f.yaml", (20 << 20) + 1, "oversized")],
)
def test_a_huge_file_is_named_and_not_read_whole(
    knowledge_folder: KnowledgeFolder, path: str, size: int, code: str
) -> None:
    folder = knowledge_folder({path: ""})
    with (folder / path).open("wb") as file:
        file.truncate(size * 3)
    assert found(folder) == [(path, code)]
    assert len(disk.read(folder).contents[path]) == size


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (b"---\ntitle: x\n\xff\xfe", "not-utf8", 3),
        (article("One.\n\nTwo\x00.").encode(), "control-character", 10),
        (article("Bell\x07").encode(), "control-character", 8),
        ("a\n".encode("utf-16"), "not-utf8", 1),
    ],
)
def test_text_that_is_none_is_named_with_its_line(
    knowledge_folder: KnowledgeFolder, content: bytes, code: str, line: int
) -> None:
    (problem,) = load(disk.read(knowledge_folder({"articles/a.md": content}))).problems
    assert (problem.code, problem.line) == (code, line)


def test_a_folder_that_is_not_there_has_no_files_and_says_so(tmp_path: Path) -> None:
    assert disk.scan(tmp_path / "gone") == {}
    assert (
        found(tmp_path / "gone")
        == [("clinic.yaml", "missing-clinic"), (str(tmp_path / "gone"), "unreadable")][::-1]
    )


def test_a_disk_that_fails_is_an_error_for_the_scan_and_a_problem_for_the_reading(
    knowledge_folder: KnowledgeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = knowledge_folder({})

    def fail(path: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "scandir", fail)
    with pytest.raises(OSError, match="Input/output"):
        disk.scan(folder)
    assert disk.read(folder).problems[0].code == "unreadable"
