"""The guide for curators stays true."""

from __future__ import annotations

import re
from pathlib import Path

from chatbot.builtin import read_yaml

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs/curating.md").read_text("utf-8")


def test_the_table_has_every_code_with_its_level_and_meaning() -> None:
    problems = read_yaml("problems.yaml")
    expected = [
        (code, level.removesuffix("s"), entry["means"].replace("|", "\\|"))
        for level, entries in problems.items()
        for code, entry in entries.items()
    ]
    assert re.findall(r"^\| `([a-z0-9-]+)` \| (error|warning) \| (.+) \|$", GUIDE, re.M) == expected


def test_its_pictures_are_there_and_small() -> None:
    pictures = re.findall(r"\]\((images/[^)]+)\)", GUIDE)
    assert pictures
    assert [p for p in pictures if (ROOT / "docs" / p).stat().st_size > 60 * 1024] == []
