"""docs/staff.md tells staff what really happens."""

from __future__ import annotations

import re
from pathlib import Path

from chatbot.storage.staff import IDLE, LONGEST, TRIES, WINDOW
from chatbot.web.limits import SIGN_INS

GUIDE = (Path(__file__).parents[3] / "docs" / "staff.md").read_text("utf-8")


def test_times_and_limits_are_those_of_the_program() -> None:
    words = " ".join(GUIDE.split())
    minutes, hours = IDLE.seconds // 60, LONGEST.seconds // 3600
    assert f"after {minutes} minutes without use, and after {hours} hours" in words
    assert TRIES == 10
    assert f"After ten wrong tries in {WINDOW.seconds // 60} minutes" in words
    tries, span = re.findall(r"\d+", SIGN_INS)
    assert f"try to sign in {tries} times in {span} minutes" in words
