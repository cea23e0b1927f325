"""The documents stay true: every command, setting and linked file they name exists."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from chatbot import commands
from chatbot.delivery.deadline import SECONDS
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


def _sample(begins: str) -> str:
    """The code block of the operating guide that holds these words."""
    blocks = TEXT[ROOT / "docs" / "operating.md"].split("\n```\n")[1::2]
    return next(block for block in blocks if begins in block)


@pytest.mark.parametrize("begins", ["server_name", "reverse_proxy"])
def test_no_sample_of_a_web_server_publishes_the_numbers(begins: str) -> None:
    lines = [line.split("#")[0].strip() for line in _sample(begins).splitlines()]
    assert {"location = /metrics { return 404; }", "respond /metrics 404"} & set(lines)


def test_a_service_is_given_the_time_that_stopping_takes() -> None:
    given = re.search(r"^TimeoutStopSec=(\d+)$", _sample("[Service]"), re.MULTILINE)
    assert given
    assert int(given[1]) >= 5 + 2 * SECONDS  # requests, then notices, one of which may just begin


def test_in_the_container_the_application_may_write_what_the_desk_writes() -> None:
    steps = _sample("FROM python").splitlines()
    given = steps.index("RUN mkdir -p instance && chown -R app knowledge instance")
    assert steps.index("COPY . .") < given < steps.index("USER app")
