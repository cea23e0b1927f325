"""What a message says of danger. Runs before everything else, on this machine, by rule.

It looks for what a message is about and never tries to tell how grave it is: whoever might be in
danger sees help first. A message is an emergency when a rule finds one in it that nothing in the
message takes back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from chatbot.safety.model import Danger, Safety
from chatbot.safety.normalising import Reading
from chatbot.safety.notation import Pattern
from chatbot.safety.rules import Counters, Rule, RuleBook, builtin
from chatbot.safety.scorer import Scorer

UNCLEAR = "unclear"  # the category where only the score speaks: every resource is shown
JOINED = 2  # earlier questions that are read together with the present one
_ENDED = re.compile(r"[.!?\s]+$")


class Detector:
    """Assesses messages by a rule book. Building one takes a while; it never changes after."""

    def __init__(self, book: RuleBook, scorer: Scorer | None = None) -> None:
        self._book = book
        self._scorer = scorer
        cost: dict[str, int] = {}
        for rule in book.rules:
            for word in rule.pattern.vocabulary():
                cost[word] = cost.get(word, 0) + 1
        self._index: dict[str, list[Rule]] = {}
        for rule in book.rules:
            for word in rule.pattern.keys(cost):
                self._index.setdefault(word, []).append(rule)

    @classmethod
    def builtin(cls, extra_phrases: Iterable[tuple[str, str, str, str | None]] = ()) -> Detector:
        """With the built-in rules and the clinic's (category, tier, match, counter), if usable."""
        return cls(builtin(extra_phrases), _scorer())

    def assess(self, text: str, earlier: Sequence[str] = ()) -> Danger:
        """The danger in `text`, given the questions before it, oldest first.

        An emergency may be spread over the question and the last two before it; one that was in an
        earlier question alone leaves at least a concern.
        """
        now = self._look(text)
        if now.safety is Safety.EMERGENCY or not earlier:
            return now
        before = [self._look(question) for question in earlier]
        past = [danger for danger in before if danger.safety is Safety.EMERGENCY]
        if past:
            categories = tuple(dict.fromkeys((*now.categories, *past[-1].categories)))
            spoken = past[-1] if now.safety is Safety.NONE else now
            grave = max(now.safety, Safety.CONCERN, key=lambda safety: safety.gravity)
            return replace(spoken, safety=grave, categories=categories)
        parts = [_ENDED.sub("", part) for part in (*earlier[-JOINED:], text)]
        together = self._look(" ".join(parts))
        return together if together.safety is Safety.EMERGENCY else now

    def _look(self, text: str) -> Danger:
        reading = self._book.reader.read(text)
        found: dict[Rule, Safety] = {}
        covered: dict[tuple[str, str], int] = {}
        for rule in self._candidates(reading):
            ends = rule.pattern.ends(reading)
            if ends:
                tier = self._weighed(rule, ends, reading, covered)
                if tier is not Safety.NONE:
                    found[rule] = tier
        if not found:
            return self._second_opinion(reading)
        order = sorted(found, key=lambda rule: -found[rule].gravity)
        top = [rule for rule in order if found[rule] is found[order[0]]]
        return Danger(
            found[order[0]],
            tuple(dict.fromkeys(rule.category.partition(":")[0] for rule in order)),
            tuple(rule.name for rule in order),
            "en" if any(rule.language == "en" for rule in top) else top[0].language,
            any(pattern.ends(reading) for pattern in self._book.helper),
        )

    def _second_opinion(self, reading: Reading) -> Danger:
        """What the score makes of a message in which no rule found anything."""
        safety = self._scorer.assess(reading.rows) if self._scorer else Safety.NONE
        if safety is Safety.NONE:
            return Danger(safety)
        return Danger(safety, (UNCLEAR,), ("score",))

    def _candidates(self, reading: Reading) -> Iterable[Rule]:
        """The rules whose rarest word is in the message, in the order of the book."""
        seen: dict[int, Rule] = {}
        for word in reading.places:
            for rule in self._index.get(word, ()):
                seen[id(rule)] = rule
        return seen.values()

    def _weighed(
        self, rule: Rule, ends: int, reading: Reading, covered: dict[tuple[str, str], int]
    ) -> Safety:
        """The tier that is left of a match after what stands around it."""
        if rule.firm:
            return rule.tier
        ends &= ~self._covered("idioms", rule, reading, covered)
        if not ends:
            return Safety.NONE
        if rule.tier is not Safety.CONCERN:
            ends &= ~self._covered("softened", rule, reading, covered)
            ends &= ~self._covered("softened_by_sentence", rule, reading, covered)
        negated = self._negated(reading, covered)
        if ends and negated:
            ends &= rule.pattern.ends(reading, reading.everywhere & ~negated)
        if ends:
            return rule.tier
        return Safety.NONE if rule.tier is Safety.URGENT else Safety.CONCERN

    def _negated(self, reading: Reading, covered: dict[tuple[str, str], int]) -> int:
        """The positions right behind a "not", with light words between: "not going to …"."""
        if ("", "negated") not in covered:
            total = 0
            for pattern in self._book.negations:
                total |= pattern.ends(reading)
            covered["", "negated"] = total
        return covered["", "negated"]

    def _covered(
        self, kind: str, rule: Rule, reading: Reading, covered: dict[tuple[str, str], int]
    ) -> int:
        total = 0
        for name in ("", rule.category):
            if (kind, name) not in covered:
                counters = self._book.counters.get(name, Counters())
                covered[kind, name] = _reach(kind, getattr(counters, kind), reading)
            total |= covered[kind, name]
        return total


def _reach(kind: str, patterns: Iterable[Pattern], reading: Reading) -> int:
    """The positions in which `patterns` take a match back."""
    if kind != "softened_by_sentence":
        total = 0
        for pattern in patterns:
            total |= pattern.covers(reading)
        return total
    ends = 0
    for pattern in patterns:
        ends |= pattern.ends(reading)
    return sum(sentence for sentence in reading.sentences if ends & sentence)


def _scorer() -> Scorer | None:
    try:
        return Scorer.builtin()
    except Exception:  # without the file of weights the rules alone must do
        return None


def assess_safely(detector: Detector, text: str, earlier: Sequence[str] = ()) -> Danger:
    """`detector.assess`, and an emergency if that fails for whatever reason."""
    try:
        return detector.assess(text, earlier)
    except Exception:  # an error in here must not cost anybody the help they need
        return Danger(Safety.EMERGENCY, matched=("the check failed",))
