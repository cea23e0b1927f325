"""`diff`: between folders and between Git revisions, and as a merge gate."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from chatbot import commands
from tests.web.conftest import FOLDER, VISITS

Folder = Callable[[dict[str, str]], Path]
RETIRED = FOLDER | {"faqs/visits.yaml": VISITS.replace("status: approved", "status: retired")}
ON = ["--on", "2026-06-01"]


def git(folder: Path, *words: str) -> None:
    identity = ["-c", "user.name=Curator", "-c", "user.email=curator@clinic.example"]
    subprocess.run(["git", "-C", str(folder), *identity, *words], check=True, capture_output=True)


def test_two_revisions_are_compared_without_a_checkout(
    knowledge_folder: Folder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = knowledge_folder(FOLDER)
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    (folder / "faqs/visits.yaml").write_text(
        VISITS.replace("two hours", "three hours"), encoding="utf-8"
    )
    monkeypatch.setenv("CHATBOT_KNOWLEDGE", str(folder))
    assert commands.main(["diff", "HEAD", *ON]) == 0
    told = capsys.readouterr().out
    assert "document infusion-length: changed: text" in told
    assert "+ Plan for about three hours in all." in told


@pytest.mark.parametrize(("gate", "code"), [([], 0), (["--fail-on", "vanishes"], 1)])
def test_it_can_stop_a_merge_that_loses_answers(
    tmp_path: Path,
    knowledge_folder: Folder,
    capsys: pytest.CaptureFixture[str],
    gate: list[str],
    code: int,
) -> None:
    old = knowledge_folder(FOLDER)
    new = tmp_path / "new"
    for path, text in RETIRED.items():
        (new / path).parent.mkdir(parents=True, exist_ok=True)
        (new / path).write_text(text, encoding="utf-8")
    assert commands.main(["diff", str(old), str(new), *ON, *gate]) == code
    assert "vanishes" in capsys.readouterr().out


def test_two_sides_that_are_the_same_are_said_to_be(
    knowledge_folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(knowledge_folder(FOLDER))
    assert commands.main(["diff", folder, folder, *ON, "--fail-on", "any"]) == 0
    assert capsys.readouterr().out == "The two do not differ.\n"


def test_a_side_that_is_nothing_is_said_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["diff", "no-such-revision"]) == 1
    assert "neither a folder nor a Git revision" in capsys.readouterr().err
