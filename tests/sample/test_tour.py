"""The curator's part of the tour in README, done to the letter on a copy of the sample folder."""

from __future__ import annotations

import re
import shlex
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from chatbot.commands import main

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = " ".join((ROOT / "README.md").read_text("utf-8").split())


def test_an_edited_answer_is_withheld_until_it_is_approved_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(ROOT / "knowledge", tmp_path / "knowledge")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHATBOT_SEMANTICS", "off")
    edit = re.search(r"open `(\S+)`, write \*(.+?)\* instead of \*(.+?)\* in the answer", PAGE)
    assert edit
    path, new, old = Path(edit[1]), edit[2], edit[3]
    text = path.read_text("utf-8")
    begin = text.index("id: infusion-length")
    path.write_text(text[:begin] + text[begin:].replace(old, new, 1), "utf-8")
    tour = (ROOT / "README.md").read_text("utf-8").partition("**As a curator**")[2]
    said = []
    later = str(date.today() + timedelta(days=200))
    for line in re.findall(r"^python -m chatbot (.*)$", tour.partition("**As a site")[0], re.M):
        typed = shlex.split(re.sub(r"  +#.*", "", line))
        assert main([later if re.fullmatch(r"20\d\d-\d\d-\d\d", w) else w for w in typed]) == 0
        said.append(capsys.readouterr().out)
    check, withheld, approved, live = said
    assert "1 text changed: infusion-length" in check
    assert withheld.startswith("handoff:")
    assert "infusion-length, is withheld" in withheld
    assert "Approved until" in approved
    assert live.startswith("answered:")
    assert new in live
