"""Running a command on a folder as a person would."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatbot.commands import main


def run(folder: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setenv("CHATBOT_KNOWLEDGE", str(folder))
    return main(arguments)
