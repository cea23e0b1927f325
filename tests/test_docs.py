"""The documents stay true: every command, setting and linked file they name exists."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from chatbot import commands
from chatbot.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
TEXT = {page: page.read_text("utf-8") for page in PAGES}


def test_every_setting_is_in_the_table_for_whoever_runs_it() -> None:
    table = TEXT[ROOT / "docs" / "operating.md"]
    assert [f.name for f in fields(Settings) if f"| `{f.name.upper()}` |" not in table] == []


def test_every_command_is_documented_somewhere() -> None:
    everything = "\n".join(TEXT.values())
    shown = set(re.findall(r"python -m chatbot ([a-z]+)|^\| `([a-z]+)[ `]", everything, re.M))
    named = {name for pair in shown for name in pair if name}
    assert set(commands.COMMANDS) - named == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_shown_exist(page: Path) -> None:
    shown = set(re.findall(r"python -m chatbot ([a-z]+)", TEXT[page]))
    assert shown - set(commands.COMMANDS) == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_files_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", TEXT[page])
    local = [target for target in targets if "://" not in target and "mailto:" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_make_targets_shown_exist(page: Path) -> None:
    targets = set(re.findall(r"\bmake ([a-z][a-z-]+)\b", TEXT[page]))
    prose = {"it", "sure", "up", "this", "them", "the", "run"}
    known = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    shown = {target for target in targets if f"make {target}`" in TEXT[page]}
    assert shown - known - prose == set()
