"""How near passages are to a question in meaning, by word vectors, where no word is the same."""

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
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Alignment:
    """How well the words of a question and those of some texts find each other.

    `like` holds, for every word of every text (rows) and term of the question (columns),
    ten-thousandths of likeness; the words are numbered by `flat`, and each text's begin at one of
    `starts`. `best` is the greatest likeness by text, `backward` the weighted share of a text's
    words that have a like in the question.
    """

    like: Counts
    flat: Ids
    starts: Counts
    best: Counts
    backward: Vector

    def nearest(self, text: int, column: int) -> int:
        """The number of the word of a text that is nearest to a term of the question."""
        end = int(self.starts[text + 1]) if text + 1 < len(self.starts) else len(self.flat)
        place = int(self.starts[text])
        return int(self.flat[place + int(self.like[place:end, column].argmax())])


class Meaning:
    """The vectors of one corpus: of every short text that asks for a passage, and of every term.

    `spoken` gives the words behind every term, in the order of the terms' numbers, and `rarity` how
    much each counts; `asked` the words of every short text, `texts` those of its passage's text.
    `everyday` questions, which no clinic answers, show what the folder is not about.
    """

    def __init__(
        self,
        table: Table,
        numbers: Mapping[str, int],
        spoken: Sequence[Sequence[str]],
        rarity: Counts,
        asked: Sequence[Sequence[str]],
        texts: Sequence[Sequence[str]],
        everyday: Sequence[Sequence[str]],
    ) -> None:
        self._table = table
        self._numbers = numbers
        self._rarity = rarity
        self._vectors = _matrix([table.vector(tuple(said)) for said in spoken])
        self._centre: Vector = np.zeros(table.vectors.shape[1])
        self._subject = self._centre
        alone = [table.vector(said) for said in asked]
        self._alone = np.array(alone, np.int16)
        others = [table.vector(said) for said in everyday]
        if alone and others:
            self._subject = scaled(np.sum(alone, axis=0)) - scaled(np.sum(others, axis=0))
        known: dict[int, Vector] = {id(text): table.vector(text) for text in texts}
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

    def alike(self, words: Sequence[str], rows: NDArray[np.int64]) -> dict[str, Vector]:
        """Whether a question is one for this folder at all, for some of its short texts.

        `alike` is the plain cosine to each; `subject`, the same for all, how much more it is about
        what the whole folder is about than about everyday matters.
        """
        vector, square = self._table.vector(words), float(SCALE * SCALE)
        subject = float(self._subject @ vector) / square
        alike: Vector = self._alone[rows].astype(np.float64) @ vector / square
        return {"alike": alike, "subject": np.full(len(rows), subject)}

    def align(self, query: Query, texts: Sequence[Ids]) -> Alignment:
        """Align a question with texts given by the numbers of their terms; none may be empty."""
        sizes = np.array([len(text) for text in texts])
        starts: Counts = np.cumsum(sizes) - sizes
        flat = np.concatenate(texts)
        present = np.zeros(len(self._numbers), bool)
        present[flat] = True
        distinct = np.flatnonzero(present)
        place = np.cumsum(present)[flat] - 1
        like = self._likeness(query, distinct)[place]
        counted = self._rarity[flat]
        found = np.add.reduceat(counted * like.max(axis=1), starts)
        mass = np.maximum(1, np.add.reduceat(counted, starts))
        best = np.maximum.reduceat(like, starts)
        return Alignment(like, flat, starts, best, found / (mass * float(WHOLE)))

    def _likeness(self, query: Query, distinct: NDArray[np.intp]) -> Counts:
        """Ten-thousandths of likeness of terms of the corpus (rows) to those of the question."""
        asked = _matrix([self._table.word(said) for said in query.spoken])
        cosines = (self._vectors[distinct] @ asked.T).astype(np.float64)
        whole: Counts = np.rint(cosines * (WHOLE / (SCALE * SCALE))).astype(np.int64)
        whole[whole < NEAR * WHOLE] = 0
        for column, term in enumerate(query.terms):
            number = self._numbers.get(term, -1)
            row = int(distinct.searchsorted(number))
            if row < len(distinct) and distinct[row] == number:
                whole[row, column] = WHOLE
        return whole


def _matrix(vectors: Sequence[Vector]) -> Vectors:
    return np.array(vectors, np.float32) if vectors else np.zeros((0, 1), np.float32)
