"""A second opinion on messages in which no rule finds anything; it can only add.

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
    """Weighs what a message is made of. `levels` are the least chances of danger, 0 to 1."""

    def __init__(self, weights: Mapping[str, float], concern: float, emergency: float) -> None:
        self._weights = weights
        self._bias = weights.get("", 0.0)
        self._levels = ((emergency, Safety.EMERGENCY), (concern, Safety.CONCERN))

    @classmethod
    def builtin(cls) -> Scorer:
        """With the built-in weights; its first two lines are the levels."""
        concern, emergency, *lines = read_lines("safety/weights.tsv")
        pairs = (line.partition("\t") for line in lines)
        weights = {feature: float(weight) for weight, _, feature in pairs}
        return cls(weights, float(concern.split()[-1]), float(emergency.split()[-1]))

    def assess(self, rows: Rows) -> Safety:
        """What the most dangerous stretch of the message amounts to."""
        chance = self.chance(rows)
        return next((safety for least, safety in self._levels if chance >= least), Safety.NONE)

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
