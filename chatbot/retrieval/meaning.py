"""How near passages are to a question in meaning, by word vectors, where no word is the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chatbot.retrieval.model import Query
from chatbot.retrieval.vectors import SCALE, Table, Vector, Vectors, scaled

NEAR = 0.3  # likeness below which two words have nothing to do with each other
WHOLE = 10_000  # likenesses are counted in ten-thousandths, so that sums are exact
CENTRED = 0.8  # share of the corpus's mean direction taken off: what all its texts are about
ENOUGH = 20  # short texts from which that mean says anything

Ids = NDArray[np.int32]
_NOTHING = np.array([-1], np.int32)  # stands for the words of an empty text


@dataclass(frozen=True, slots=True)
class Alignment:
    """How well the words of a question and those of some texts find each other.

    `best` holds, per text (rows) and term of the question (columns), ten-thousandths of likeness of
    the nearest word, and `nearest` that word's number; `backward` is, per text, the weighted share
    of its words that have a like in the question.
    """

    best: NDArray[np.int64]
    nearest: NDArray[np.int64]
    backward: NDArray[np.float64]


class Meaning:
    """The vectors of one corpus: of every short text that asks for a passage, and of every term."""

    def __init__(self, table: Table, spoken: Mapping[str, Sequence[str]]) -> None:
        """`spoken` gives the words behind every term of the corpus."""
        self._table = table
        self.spoken = tuple(" ".join(said) for said in spoken.values())
        self.number = {term: number for number, term in enumerate(spoken)}
        self._vectors = _matrix([table.vector(said) for said in spoken.values()])
        self._rows: Vectors = np.zeros((0, 0), np.float32)
        self._centre: Vector = np.zeros(table.vectors.shape[1])

    def place(self, asked: Sequence[Sequence[str]], texts: Sequence[Sequence[str]]) -> None:
        """Give every short text its place, given its words and those of its passage's text."""
        alone = [self._table.vector(said) for said in asked]
        known: dict[int, Vector] = {id(text): self._table.vector(text) for text in texts}
        if len(alone) >= ENOUGH:
            self._centre = np.rint(sum(alone) * (CENTRED / len(alone)))
        placed = [
            scaled(vector - self._centre) + scaled(vector + known[id(text)] - 2 * self._centre)
            for vector, text in zip(alone, texts, strict=True)
        ]
        self._rows = _matrix(placed)

    def nearness(self, words: Sequence[str]) -> Vector:
        """The cosine of a question to every short text, half of it with the passage's text."""
        vector = scaled(self._table.vector(words) - self._centre).astype(np.float32)
        return (self._rows @ vector).astype(np.float64) / (2.0 * SCALE * SCALE)

    def ids(self, terms: Sequence[str]) -> Ids:
        """The numbers of a text's distinct terms."""
        return np.array(list(dict.fromkeys(self.number[term] for term in terms)), np.int32)

    def align(self, query: Query, texts: Sequence[Ids], rarity: NDArray[np.int64]) -> Alignment:
        """Align a question with texts given by their terms' numbers; `rarity` weighs each term."""
        sizes = np.array([max(1, len(text)) for text in texts])
        starts = np.cumsum(sizes) - sizes
        flat = np.concatenate([text if len(text) else _NOTHING for text in texts])
        distinct, place = np.unique(flat, return_inverse=True)
        like = self._likeness(query, distinct)[place]
        counted = np.where(flat >= 0, rarity[flat], 0)
        found = np.add.reduceat(counted * like.max(axis=1), starts)
        mass = np.maximum(1, np.add.reduceat(counted, starts))
        # The first of equals: likeness and place packed in one number, the largest wins.
        packed = like * len(flat) + np.arange(len(flat))[::-1, None]
        best = np.maximum.reduceat(packed, starts)
        nearest = flat[len(flat) - 1 - best % len(flat)].astype(np.int64)
        return Alignment(best // len(flat), nearest, found / (mass * float(WHOLE)))

    def _likeness(self, query: Query, distinct: NDArray[np.int32]) -> NDArray[np.int64]:
        """Ten-thousandths of likeness of terms of the corpus (rows) to those of the question."""
        asked = _matrix([self._table.vector(said) for said in query.spoken])
        cosines = (self._vectors[distinct] @ asked.T).astype(np.float64) / (SCALE * SCALE)
        whole: NDArray[np.int64] = np.rint(cosines * WHOLE).astype(np.int64)
        whole[whole < NEAR * WHOLE] = 0
        for column, term in enumerate(query.terms):
            whole[distinct == self.number.get(term, -2), column] = WHOLE
        whole[distinct < 0] = 0
        return whole


def _matrix(vectors: Sequence[NDArray[np.float64]]) -> Vectors:
    return np.array(vectors, np.float32) if vectors else np.zeros((0, 1), np.float32)
