"""Word vectors: a static table that knows which words mean nearly the same.

All sums are of whole numbers small enough to be exact in the floats that carry them, so the order
in which a machine adds them up cannot change a result.
"""

import math
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from chatbot.builtin import FOLDER
from chatbot.text.pieces import pieces
from chatbot.text.terms import unaccented

Vector = NDArray[np.float64]  # whole numbers
Vectors = NDArray[np.float32]  # whole numbers, one vector a row
SCALE = 2000  # the length of a vector; 2 * SCALE² < 2²⁴, so float32 products add up exactly
HELD = FOLDER / "vectors"  # its README tells the format
_FINE = 2.0**20


class Table:
    """Vectors of words and word pieces; `weights` say how much each counts in a text."""

    def __init__(
        self, rows: Mapping[str, int], vectors: NDArray[np.int8], weights: NDArray[np.uint8]
    ) -> None:
        self.vectors = vectors
        self._rows = rows
        self._weights = weights.astype(np.float64)[:, None]
        self.word = lru_cache(maxsize=8192)(self.vector)

    def rows_of(self, words: Iterable[str]) -> list[int]:
        """The rows of words, an unknown word by its pieces."""
        found: list[int] = []
        for word in words:
            row = self._rows.get(word)
            found += pieces(unaccented(word), self._rows) if row is None else [row]
        return found

    def vector(self, words: Iterable[str]) -> Vector:
        """The direction of a text as a vector of length SCALE; zeros when no word is known."""
        rows = self.rows_of(words)
        if not rows:
            return np.zeros(self.vectors.shape[1])
        return scaled((self.vectors[rows] * self._weights[rows]).sum(axis=0))


def scaled(vector: Vector) -> Vector:
    """The same direction in whole numbers, SCALE long."""
    largest = np.abs(vector).max()
    if not largest:
        return vector
    whole = np.rint(vector * (_FINE / largest))
    result: Vector = np.rint(whole * (SCALE / math.sqrt(float((whole * whole).sum()))))
    return result


@cache
def table() -> Table | None:
    """The built-in table, or None in a package that comes without it."""
    if not (HELD / "vectors.npy").exists():
        return None
    entries = (HELD / "words.txt").read_text("ascii").splitlines()
    paths = (HELD / f"{name}.npy" for name in ("vectors", "weights"))
    vectors, weights = (np.load(path, allow_pickle=False) for path in paths)
    return Table({entry: row for row, entry in enumerate(entries)}, vectors, weights)
