"""Every rule can be read, every example holds, and nothing in the data makes the help disappear."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from chatbot.builtin import FOLDER, read_yaml
from chatbot.safety import rules
from chatbot.safety.detector import Detector
from chatbot.safety.model import Safety
from chatbot.safety.normalising import Reader
from chatbot.safety.notation import Compiler

FILES = sorted((FOLDER / "safety" / "rules").glob("*.yaml"))
URGENT = {"ms-relapse", "bladder-fever-infection", "withdrawal"}
KEYS = {*rules.TIERS, *rules.Counters.__dataclass_fields__}
DETECTOR = Detector.builtin()


def compiler() -> Compiler:
    words = read_yaml("safety/words.yaml")
    reader = Reader(words["expansions"], words["fillers"].split())
    return Compiler(reader.words, words["sets"])


def phrases(path: Path) -> Iterator[str]:
    for block in yaml.safe_load(path.read_text("utf-8")).values():
        assert set(block) <= KEYS, f"{path.stem}: {set(block) - KEYS}"
        for sources in block.values():
            yield from sources


def examples(kind: str) -> list[Any]:
    return [
        pytest.param(category, text, id=f"{category}: {text[:40]}")
        for category, block in read_yaml("safety/examples.yaml").items()
        for text in block[kind]
    ]


def test_there_is_a_file_of_rules_and_of_examples_for_every_category() -> None:
    assert {path.stem for path in FILES} == set(read_yaml("safety/examples.yaml")) - {"ordinary"}
    assert len(FILES) == 15


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_phrase_of_a_category_can_be_used(path: Path) -> None:
    notation = compiler()
    for source in phrases(path):
        assert isinstance(source, str), f"{path.stem}: {source!r} is not text; put it in quotes"
        notation.compile(source)


def test_every_common_phrase_can_be_used() -> None:
    words, notation = read_yaml("safety/words.yaml"), compiler()
    for sources in (words["helper"], *words["counters"].values()):
        for source in sources:
            notation.compile(source)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_category_with_an_emergency_knows_it_in_spanish(path: Path) -> None:
    spanish = yaml.safe_load(path.read_text("utf-8"))["es"]
    assert spanish.get("urgent" if path.stem in URGENT else "emergency")


def test_every_example_of_danger_gets_help() -> None:
    missed = []
    for param in examples("shown"):
        category, text = param.values
        if DETECTOR.assess(text).safety is Safety.NONE:
            missed.append(f"{category}: {text}")
    assert missed == []


def test_no_example_without_danger_is_an_emergency() -> None:
    alarms = []
    for param in examples("none"):
        category, text = param.values
        if DETECTOR.assess(text).safety is Safety.EMERGENCY:
            alarms.append(f"{category}: {text}")
    assert alarms == []


def test_unreadable_rules_leave_the_core(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> Any:
        raise yaml.YAMLError(name)

    monkeypatch.setattr(rules, "read_yaml", broken)
    detector = Detector(rules.builtin())
    for text in ("I want to die", "I took too many pills", "she can't breathe", "quiero morir"):
        assert detector.assess(text).safety is Safety.EMERGENCY, text
    assert detector.assess("How long does an infusion take?").safety is Safety.NONE


def test_one_broken_phrase_takes_no_other_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = read_yaml("safety/rules/suicide.yaml")
    broken = {**whole, "en": {**whole["en"], "emergency": ["(", *whole["en"]["emergency"]]}}

    def read(name: str) -> Any:
        return broken if name.endswith("suicide.yaml") else read_yaml(name)

    monkeypatch.setattr(rules, "read_yaml", read)
    assert Detector(rules.builtin()).assess("I want to die").safety is Safety.EMERGENCY


def test_a_clinic_can_add_a_phrase_with_its_counter() -> None:
    extra = [("overdose", "emergency", "had the green ones", "peas")]
    detector = Detector.builtin(extra)
    assert detector.assess("he had the green ones").categories == ("overdose",)
    counted = detector.assess("he had the green ones, peas I mean")
    assert counted.safety is not Safety.EMERGENCY


@pytest.mark.parametrize("tier", ["concern", "urgent", "emergency"])
@pytest.mark.parametrize("counter", [None, "sink"])
def test_a_phrase_of_the_clinic_and_what_counters_it_lower_nothing(
    tier: str, counter: str | None
) -> None:
    text = "he emptied the sprayer in the sink"  # the score alone speaks
    assert DETECTOR.assess(text).safety is Safety.EMERGENCY
    added = Detector.builtin([("overdose", tier, "emptied the sprayer", counter)])
    assert added.assess(text).safety is Safety.EMERGENCY


def test_a_counter_that_holds_its_phrase_takes_back_that_place_alone() -> None:
    phrase = ("overdose", "emergency", "chewed the gizmo", "chewed the gizmo in a cartoon")
    detector = Detector(rules.extended(rules.builtin(), [phrase]))  # the rules by themselves
    once = "he chewed the gizmo in a cartoon"
    assert detector.assess(once).safety is not Safety.EMERGENCY
    twice = "he chewed the gizmo and then later chewed the gizmo in a cartoon"
    assert detector.assess(twice).safety is Safety.EMERGENCY


def test_the_example_in_the_sample_folder_does_what_it_says() -> None:
    text = (FOLDER.parents[1] / "knowledge/safety.yaml").read_text("utf-8")
    [found] = re.findall(r"^#   - (\{category: .*\})$", text, re.M)
    category, tier, match, counter = yaml.safe_load(found).values()
    added = Detector.builtin([(category, tier, match, counter)])
    assert Detector.builtin().assess(f"I {match}").safety is Safety.NONE
    assert added.assess(f"I {match}").safety is Safety.EMERGENCY
    assert added.assess(f"I {counter}").safety is Safety.CONCERN


@pytest.mark.parametrize(
    "bad",
    [
        ("overdose", "emergency", "(never closed", None),
        ("overdose", "no such tier", "words", None),
        ("overdose", "emergency", "", None),
        ("overdose", "emergency", "<nothing>", None),
        ("overdose", "emergency", "fine", "(never closed"),
    ],
)
def test_an_unusable_phrase_of_the_clinic_is_dropped(bad: tuple[str, str, str, str]) -> None:
    assert Detector.builtin([bad]).assess("I want to die").safety is Safety.EMERGENCY


def test_a_counter_of_the_clinic_takes_back_no_built_in_rule() -> None:
    detector = Detector.builtin([("suicide", "emergency", "zzz", "I")])
    assert detector.assess("I want to die").safety is Safety.EMERGENCY
