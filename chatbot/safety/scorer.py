"""A second opinion: on messages in which no rule finds anything, and on broad rules.

A linear score over words and pairs of words, with the weights in `builtin/safety/weights.tsv` and
logistic regression behind them (fitted by tools/safety/fit.py on the tuning half of the test
messages and on examples.yaml, never on the held-out half).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import exp, sqrt

from chatbot.builtin import read_lines
from chatbot.safety.model import Safety
from chatbot.safety.normalising import STOP

Rows = Sequence[tuple[str, ...]]
LONGEST = 35  # words in a stretch; danger in the middle of a long sentence must not be diluted
SMALLEST = 8  # features a stretch counts as having at least: few known words are little evidence
STEM = 5


class Scorer:
    """Weighs what a message is made of.

    `levels` are four chances of danger, from 0 to 1: below the first a broad rule counts for
    nothing, from the second on in full; from the third on the score alone is a concern, from the
    fourth on an emergency.
    """

    def __init__(self, weights: Mapping[str, float], levels: Sequence[float]) -> None:
        self._weights = weights
        self._bias = weights.get("", 0.0)
        self._doubted, self._agreed, self._concern, self._emergency = levels

    @classmethod
    def builtin(cls) -> Scorer:
        """With the built-in weights, whose first line has the levels."""
        levels, *lines = read_lines("safety/weights.tsv")
        pairs = (line.partition("\t") for line in lines)
        weights = {feature: float(weight) for weight, _, feature in pairs}
        return cls(weights, [float(level) for level in levels.split()[1:]])

    def level(self, chance: float) -> Safety:
        """What a chance of danger amounts to by itself."""
        if chance >= self._emergency:
            return Safety.EMERGENCY
        return Safety.CONCERN if chance >= self._concern else Safety.NONE

    def agreed(self, tier: Safety, chance: float) -> Safety:
        """What is left of the tier of a broad rule, one that words far apart can meet by chance."""
        if chance >= self._agreed:
            return tier
        wanted = tier is Safety.EMERGENCY and chance >= self._doubted
        return Safety.CONCERN if wanted else Safety.NONE

    def chance(self, rows: Rows) -> float:
        """How likely the message speaks of danger, 0 to 1."""
        return max((self._chance(part) for part in stretches(rows)), default=0.0)

    def _chance(self, part: Rows) -> float:
        known = [self._weights[f] for f in features(part) if f in self._weights]
        score = self._bias + sum(known) / sqrt(max(len(known), SMALLEST))
        return 1 / (1 + exp(-max(-30.0, min(30.0, score))))


def stretches(rows: Rows) -> Iterator[Rows]:
    """The sentences of a message, long ones in overlapping parts, and neighbours together."""
    parts: list[Rows] = []
    begin = 0
    for end in [*(p for p, row in enumerate(rows) if row[0] == STOP), len(rows)]:
        sentence = rows[begin:end]
        begin = end + 1
        if len(sentence) <= LONGEST:
            parts += [sentence] if sentence else []
        else:
            steps = range(0, len(sentence) - 5, LONGEST // 2)
            parts += [sentence[at : at + LONGEST - 5] for at in steps]
    yield from parts
    for one, other in pairwise(parts):
        yield (*one, *other)


def features(part: Rows) -> set[str]:
    """The words of a stretch, the beginnings of long ones, and each with what follows it."""
    kinds: list[set[str]] = []
    for row in part:
        names: set[str] = set()
        for word in row:
            names.add("#" if word[0].isdigit() else word)
            if len(word) > STEM:
                names.add(word[:STEM] + "~")
        kinds.append(names)
    found = set().union(*kinds) if kinds else set()
    for one, other in pairwise(kinds):
        found.update(f"{a} {b}" for a in one for b in other)
    return found
