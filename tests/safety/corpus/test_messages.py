"""The message files must stay well formed, varied and large enough to judge the rules by."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
URGENT = {"ms-relapse", "bladder-fever-infection", "withdrawal"}
SIZES = {"positives": 1200, "negatives": 1500, "personal": 500, "identifiers": 200}
HELD_OUT = {"positives": 400, "negatives": 450, "personal": 150}


def messages(name: str) -> list[dict[str, Any]]:
    lines = (HERE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize(("name", "least"), SIZES.items())
def test_each_file_is_large_and_no_message_or_id_comes_twice(name: str, least: int) -> None:
    rows = messages(name)
    assert len(rows) >= least
    for field in ("id", "text"):
        repeated = [value for value, n in Counter(row[field] for row in rows).items() if n > 1]
        assert repeated == []


@pytest.mark.parametrize("name", ["positives", "negatives", "personal"])
def test_each_message_is_in_one_half_and_enough_of_them_are_held_out(name: str) -> None:
    halves = Counter(row["half"] for row in messages(name))
    assert set(halves) == {"tuning", "held-out"}
    # Messages looked at to change a rule move to tuning, so the held-out ones must be renewed.
    assert halves["held-out"] >= HELD_OUT[name]


def test_every_category_and_style_of_danger_has_enough_messages() -> None:
    rows = messages("positives")
    for half in ("tuning", "held-out"):
        categories = Counter(row["category"] for row in rows if row["half"] == half)
        styles = Counter(row["style"] for row in rows if row["half"] == half)
        assert len(categories) == 15
        assert min(categories.values()) >= 25
        assert len(styles) == 13
        assert min(styles.values()) >= 25


def test_the_tier_of_a_danger_follows_from_its_category() -> None:
    for row in messages("positives"):
        expected = "urgent" if row["category"] in URGENT else "emergency"
        assert row["tier"] == expected, row


def test_enough_look_alikes_and_enough_ordinary_questions() -> None:
    rows = messages("negatives")
    ordinary = [r for r in rows if r["kind"] in ("administrative", "clinical") and not r["hard"]]
    assert sum(row["hard"] for row in rows) >= 400
    assert len(ordinary) >= 300


def test_the_second_batch_is_for_tuning_alone_and_repeats_nothing() -> None:
    rows = messages("tuning-2")
    assert {row["half"] for row in rows} == {"tuning"}
    assert len({row["id"] for row in rows}) == len(rows)
    known = {
        row["text"] for name in ("positives", "negatives", "personal") for row in messages(name)
    }
    assert not known & {row["text"] for row in rows}
    assert sum("tier" in row for row in rows) >= 700
    assert sum("kind" in row for row in rows) >= 650
    assert len({row["category"] for row in rows if "tier" in row}) == 15


def test_each_identifier_occurs_in_its_message_as_written() -> None:
    for row in messages("identifiers"):
        for span in row["spans"]:
            assert span["value"] in row["text"], row
