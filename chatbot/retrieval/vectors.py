"""Word vectors: a static table that knows which words mean nearly the same.

All sums are of whole numbers small enough to be exact in the floats that carry them, so the order
in which a machine adds them up cannot change a result.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from chatbot.builtin import FOLDER

Vector = NDArray[np.float64]  # whole numbers
Vectors = NDArray[np.float32]  # whole numbers, one vector a row
SCALE = 2048  # the length of a vector; 2 * SCALE² < 2²⁴, so float32 products add up exactly
HELD = FOLDER / "vectors"
_FINE = 2.0**20


@dataclass(frozen=True, slots=True)
class Table:
    """Vectors of words and word pieces; `weights` say how much each counts in a text."""

    rows: Mapping[str, int]
    vectors: NDArray[np.int8]
    weights: NDArray[np.float64]

    def rows_of(self, words: Iterable[str]) -> list[int]:
        """The rows of words, an unknown word by its pieces."""
        found: list[int] = []
        for word in words:
            row = self.rows.get(word)
            found += self._pieces(word) if row is None else [row]
        return found

    def _pieces(self, word: str) -> list[int]:
        found: list[int] = []
        start = 0
        while start < len(word):
            mark = "##" if start else ""
            ends = range(len(word), start, -1)
            end = next((end for end in ends if mark + word[start:end] in self.rows), None)
            if end is None:
                return []
            found.append(self.rows[mark + word[start:end]])
            start = end
        return found

    def vector(self, words: Iterable[str]) -> Vector:
        """The direction of a text as a vector of length SCALE; zeros when no word is known."""
        rows = self.rows_of(words)
        if not rows:
            return np.zeros(self.vectors.shape[1])
        weighted = self.vectors[rows].astype(np.float64) * self.weights[rows][:, None]
        return scaled(weighted.sum(axis=0))


def scaled(vector: Vector, length: float = SCALE) -> Vector:
    """The same direction in whole numbers, `length` long."""
    largest = np.abs(vector).max()
    if not largest:
        return vector
    whole = np.rint(vector * (_FINE / largest))
    ratio = length / math.sqrt(float((whole * whole).sum()))
    result: Vector = np.rint(whole * ratio)
    return result


@cache
def table() -> Table | None:
    """The built-in table (its README tells the format), or None in a package without it."""
    if not (HELD / "vectors.npy").exists():
        return None
    entries = (HELD / "words.txt").read_text("ascii").splitlines()
    return Table(
        rows={entry: row for row, entry in enumerate(entries)},
        vectors=np.load(HELD / "vectors.npy", mmap_mode="r", allow_pickle=False),
        weights=np.load(HELD / "weights.npy", allow_pickle=False).astype(np.float64),
    )
