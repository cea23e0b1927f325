"""docs/staff.md tells staff what really happens."""

from __future__ import annotations

import re
from pathlib import Path

from chatbot.builtin import read_yaml
from chatbot.handoff.states import RULES
from chatbot.storage.staff import IDLE, LONGEST, TRIES, WINDOW
from chatbot.web.limits import SIGN_INS

GUIDE = (Path(__file__).parents[3] / "docs" / "staff.md").read_text("utf-8")
SAYS_MORE = {"note": "nothing: notes are for staff", "correct": "the new address"}


def test_the_table_of_states_is_that_of_the_program() -> None:
    sentences = read_yaml("handoff.yaml")["visitor"]
    expected = []
    for rule in RULES:
        after = rule.after.value if rule.after else "(stays)"
        seen = sentences["overdue"] if rule.event == "overdue" else sentences.get(after)
        seen = seen or SAYS_MORE.get(rule.event, "their words under the question")
        cells = (rule.event, ", ".join(rule.before) or "–", after, ", ".join(rule.who), seen)
        expected.append(f"| {' | '.join(cells)} |")
    rows = re.findall(r"^\| .*\|$", GUIDE, re.M)
    assert rows[1:] == expected


def test_times_and_limits_are_those_of_the_program() -> None:
    words = " ".join(GUIDE.split())
    minutes, hours = IDLE.seconds // 60, LONGEST.seconds // 3600
    assert f"after {minutes} minutes without use, and after {hours} hours" in words
    assert TRIES == 10
    assert f"After ten wrong tries in {WINDOW.seconds // 60} minutes" in words
    tries, span = re.findall(r"\d+", SIGN_INS)
    assert f"try to sign in {tries} times in {span} minutes" in words
