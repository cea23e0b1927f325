"""A second opinion: on messages in which no rule finds anything, and on broad rules.

A linear score over words and pairs of words, with the weights in `builtin/safety/weights.tsv` and
logistic regression behind them (fitted by tools/safety/fit.py on the tuning half of the test
messages and on examples.yaml, never on the held-out half).
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from math import exp, log, sqrt
from typing import Self

from chatbot.builtin import read_lines
from chatbot.safety.reading import STOP, Rows

LONGEST = 35  # words in a stretch; danger in the middle of a long sentence must not be diluted
SMALLEST = 8  # features a stretch counts as having at least: few known words are little evidence
DOUBT = 0.5  # what each further stretch takes from the score
STEM = 5


class Scorer:
    """Weighs what a message is made of; `levels` are what its chances are compared with."""

    def __init__(self, weights: Mapping[str, float], levels: Sequence[float]) -> None:
        self._weights = weights
        self._bias = weights.get("", 0.0)
        self.levels = tuple(levels)

    @classmethod
    def builtin(cls, name: str = "safety/weights.tsv") -> Self:
        """With the built-in weights, whose first line has the levels."""
        levels, *lines = read_lines(name)
        pairs = (line.partition("\t") for line in lines)
        weights = {feature: float(weight) for weight, _, feature in pairs}
        return cls(weights, [float(level) for level in levels.split()[1:]])

    def chance(self, rows: Rows) -> float:
        """How likely the message speaks of danger, 0 to 1."""
        return chance(self.log_odds(rows))

    def log_odds(self, rows: Rows) -> float:
        """The log-odds that the message speaks of danger, by its most dangerous stretch.

        The more stretches there are, the more dangerous one of them looks by chance.
        """
        scores: list[float] = []
        before, earlier = set[str](), 0.0
        for part in parts(rows, self._weights.keys()):
            total = self._sum(part)
            if scores:  # the part with the one before it; what is in both counts once
                shared = part & before
                size = len(part) + len(before) - len(shared)
                scores.append(self._score(total + earlier - self._sum(shared), size))
            scores.append(self._score(total, len(part)))
            before, earlier = part, total
        return max(scores) - DOUBT * log(len(scores)) if scores else -30.0

    def _sum(self, known: set[str]) -> float:
        return sum(map(self._weights.__getitem__, known))

    def _score(self, total: float, size: int) -> float:
        return self._bias + total / sqrt(max(size, SMALLEST))


def chance(log_odds: float) -> float:
    """Log-odds as a chance from 0 to 1."""
    return 1 / (1 + exp(-max(-30.0, min(30.0, log_odds))))


def stretches(rows: Rows) -> Iterator[set[str]]:
    """The features of each part of a message, and of each with the part before it."""
    before: set[str] | None = None
    for part in parts(rows):
        yield part
        if before is not None:
            yield before | part
        before = part


def parts(rows: Rows, known: Set[str] | None = None) -> Iterator[set[str]]:
    """The features of each sentence, and of overlapping parts of long ones.

    Where `known` is given, only the features in it.
    """
    seen: dict[tuple[str, ...], list[str]] = {}
    begin = 0
    for end in [*(p for p, row in enumerate(rows) if row[0] == STOP), len(rows)]:
        sentence, begin = rows[begin:end], end + 1
        steps = range(0, max(len(sentence) - 5, 1), LONGEST // 2)
        whole = len(sentence) <= LONGEST
        for part in [sentence] if whole else (sentence[at : at + LONGEST - 5] for at in steps):
            if part:
                found = features(part, seen)
                yield found if known is None else found & known


def features(part: Rows, seen: dict[tuple[str, ...], list[str]]) -> set[str]:
    """The words of a stretch, the beginnings of long ones, and each with what follows it."""
    found: set[str] = set()
    before: list[str] = []
    for row in part:
        names = seen.get(row)
        if names is None:
            stems = [word[:STEM] + "~" for word in row if len(word) > STEM]
            names = seen[row] = ["#" if word[0].isdigit() else word for word in row] + stems
        found.update(names)
        found.update([f"{a} {b}" for a in before for b in names])
        before = names
    return found
