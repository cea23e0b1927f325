"""The guide for curators stays true."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from chatbot.answering.assistant import Assistant
from chatbot.builtin import read_yaml
from chatbot.knowledge.folder import Files
from chatbot.knowledge.loading import load

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


def test_the_first_answer_of_the_guide_is_given_once_it_is_approved() -> None:
    text = re.findall(r"^status: draft\nfaqs:\n.*?(?=^```)", GUIDE, re.M | re.S)[0]
    approval = "approved_by: X\napproved_on: 2026-01-15\nreview_by: 2027-01-15\n"
    text = text.replace("status: draft\n", "status: approved\n" + approval)
    files = Files({"clinic.yaml": b"name: Harbor Clinic\n", "faqs/visits.yaml": text.encode()})
    assistant = Assistant(load(files).corpus)
    [question] = set(re.findall(r'chatbot ask "(.+)"', GUIDE))
    assert assistant.reply(question, today=date(2026, 6, 1)).outcome == "answered"
    assert assistant.reply("where can i park", today=date(2026, 6, 1)).outcome == "handoff"
