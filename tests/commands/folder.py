"""Running a command on a folder as a person would."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatbot.commands import main

FAQS = """\
status: approved
approved_by: Dr X
approved_on: 2026-01-15
review_by: 2999-01-15
faqs:
  - {id: length, question: How long does an infusion take?, answer: About two hours.}
"""


def run(folder: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setenv("CHATBOT_KNOWLEDGE", str(folder))
    return main(arguments)
