"""What the detector must find among messages that nobody looked at when writing its rules.

`MUST` is what going live asks for. `python -m benchmarks.safety` prints it, by category and style.
"""

from __future__ import annotations

from functools import cache

import pytest

from benchmarks.safety import MUST, Judged, Rate, groups, judge, rate, rows, table
from chatbot.safety.detector import Detector
from chatbot.safety.identifiers import redact
from chatbot.safety.personal import is_personal


@cache
def judged(name: str) -> list[Judged]:
    return judge(name, "held-out", Detector.builtin())


@pytest.mark.parametrize("row", MUST)
def test_unseen_messages_are_judged_as_going_live_asks(row: str) -> None:
    least, most = MUST[row]
    reached = table(judged("positives"), judged("negatives"))[row]
    assert least <= reached.share <= most, f"{row}: {reached}"


@pytest.mark.parametrize("key", ["category", "style"])
def test_no_category_and_no_style_is_left_behind(key: str) -> None:
    for name, some in groups(judged("positives"), key).items():
        reached = rate(some, lambda one: one.shown)
        least = 0.92 if key == "style" else 0.85
        assert reached.share >= least, f"{name}: {reached}"


def test_personal_questions_are_known_in_unseen_words() -> None:
    unseen = rows("personal", "held-out")
    found = [is_personal(row["text"]) for row in unseen if row["personal"]]
    wrong = [is_personal(row["text"]) for row in unseen if not row["personal"]]
    assert Rate(sum(found), len(found)).share >= 0.92
    assert Rate(sum(wrong), len(wrong)).share <= 0.05


def test_every_introduced_identifier_is_redacted_and_nothing_else() -> None:
    for row in rows("identifiers", "held-out"):
        redacted = redact(row["text"])
        for span in row["spans"]:
            assert span["kind"] == "name-bare" or span["value"] not in redacted, row["id"]
        if not row["spans"]:
            assert redacted == row["text"], row["id"]


def test_the_interval_is_wilsons() -> None:
    low, high = Rate(95, 100).interval
    assert (round(low, 3), round(high, 3)) == (0.888, 0.978)
