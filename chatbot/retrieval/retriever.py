"""From a question to a ranking of passages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chatbot.builtin import read_yaml
from chatbot.knowledge.model import Corpus
from chatbot.retrieval.bm25 import Scores
from chatbot.retrieval.index import RARITY, Index
from chatbot.retrieval.meaning import WHOLE, Alignment
from chatbot.retrieval.model import Hit, Query, Ranking
from chatbot.retrieval.query import Reader, Weights

CANDIDATES = 50  # passages looked at word by word
DIGITS = 6  # scores are rounded to 1e-6 before they are compared
PAIR = 0.5  # likeness from which two words are named as a pair
OF_PASSAGE = ("body", "both", "missing")  # parts that belong to a passage, not to one of its rows


@dataclass(frozen=True, slots=True)
class _Found:
    """The candidates of one search: their numbers, their best rows, their shares and scores."""

    passages: NDArray[np.int64]
    rows: NDArray[np.int64]
    spread: NDArray[np.int64]  # the place of each best row among all the candidates' rows
    shares: Mapping[str, Scores]
    scores: Scores
    aligned: tuple[Alignment, Alignment] | None = None  # with the rows, with the passages' texts


class Retriever:
    """Searches one corpus. Building it takes a while; searching changes nothing in it."""

    def __init__(self, corpus: Corpus, semantics: bool = True) -> None:
        self.corpus = corpus
        self.index = Index(corpus, semantics=semantics)
        self.vocabulary = self.index.lexicon.vocabulary
        given = read_yaml("ranking.yaml")
        self.weights: dict[str, float] = dict(given["parts"])
        if not self.index.meaning:
            for name in ("near", "forward", "backward", "both"):
                self.weights.pop(name)
        self._reader = Reader(self.index.lexicon, Weights(**given["words"]))

    def query(self, question: str, context: Sequence[str] = ()) -> Query:
        """The question made ready; `context` holds earlier questions, oldest first."""
        return self._reader.read(question, context)

    def search(
        self,
        query: Query,
        limit: int = 10,
        *,
        without: str | None = None,
        unasked: str | None = None,
    ) -> Ranking:
        """The best `limit` passages, best first, ties by passage id.

        `without` leaves a document out and `unasked` one phrasing of its own, to see what would
        happen if the folder had none; the statistics stay those of the whole folder.
        """
        if not self.index.entries or not query.terms:
            return Ranking(query)
        found = self._candidates(query, without, unasked)
        if found is None:
            return Ranking(query)
        order = np.lexsort((found.passages, -found.scores))[:limit]
        hits = [self._hit(query, found, place) for place in order.tolist()]
        return Ranking(query, tuple(hit for hit in hits if hit.score > 0))

    def _candidates(self, query: Query, without: str | None, unasked: str | None) -> _Found | None:
        index, weights = self.index, self.weights
        shares = index.lexical(query)
        if index.meaning:
            shares["near"] = index.meaning.nearness(query.meant)
        rows = sum(weights[name] * shares[name] for name in shares if name not in OF_PASSAGE)
        rows = np.asarray(rows)
        if unasked is not None:
            rows[index.rows_asking(unasked)] = -1.0
        totals = np.maximum.reduceat(rows, index.first[:-1]) + weights["body"] * shares["body"]
        if without is not None:
            totals[index.passages_of(without)] = -1.0
        passages = _largest(totals.round(DIGITS), CANDIDATES)
        if not len(passages):
            return None
        bounds = [(int(index.first[n]), int(index.first[n + 1])) for n in passages]
        spread = np.array([row for start, end in bounds for row in range(start, end)], np.int64)
        starts = np.cumsum([0, *(end - start for start, end in bounds[:-1])])
        close = {name: v[passages if name in OF_PASSAGE else spread] for name, v in shares.items()}
        aligned = self._align(query, passages, spread, starts, close) if index.meaning else None
        total = sum(weights[name] * close[name] for name in close if name not in OF_PASSAGE)
        if unasked is not None:
            total = np.where(rows[spread] < 0, -1.0, total)
        total = np.asarray(total).round(DIGITS)
        ends = [*starts[1:].tolist(), len(spread)]
        best = np.array(
            [
                start + int(total[start:end].argmax())
                for start, end in zip(starts, ends, strict=True)
            ],
            np.int64,
        )
        picked = {name: v if name in OF_PASSAGE else v[best] for name, v in close.items()}
        scores = sum(weights[name] * picked[name] for name in weights) / sum(weights.values())
        return _Found(
            passages, spread[best], best, picked, np.asarray(scores).round(DIGITS), aligned
        )

    def _align(
        self,
        query: Query,
        passages: NDArray[np.int64],
        rows: NDArray[np.int64],
        starts: NDArray[np.int64],
        shares: dict[str, Scores],
    ) -> tuple[Alignment, Alignment]:
        index = self.index
        assert index.meaning
        weights = np.array(
            [
                round(weight * index.rarity(term) * RARITY)
                for term, weight in zip(query.terms, query.weights, strict=True)
            ],
            np.int64,
        )
        mass = float(max(1, int(weights.sum())) * WHOLE)
        short = index.meaning.align(query, [index.row_ids[n] for n in rows], index.counted)
        text = index.meaning.align(query, [index.body_ids[n] for n in passages], index.counted)
        shares["forward"] = short.best @ weights / mass
        shares["backward"] = short.backward
        together = np.maximum(np.maximum.reduceat(short.best, starts), text.best)
        shares["both"] = together @ weights / mass
        content = np.array([not small for small in query.small])
        lost = ((WHOLE - together) * weights)[:, content]
        shares["missing"] = lost.max(axis=1) / mass if content.any() else np.zeros(len(passages))
        return short, text

    def _pairs(
        self, query: Query, found: _Found, place: int, matched: Sequence[bool]
    ) -> tuple[tuple[str, str, float], ...]:
        """The content words without their like in the passage, each with its nearest there."""
        if not found.aligned or not self.index.meaning:
            return ()
        short, text = found.aligned
        row = int(found.spread[place])
        pairs = []
        for column, words in enumerate(query.surface):
            if matched[column] or query.small[column]:
                continue
            like, near = max(
                (int(short.best[row, column]), int(short.nearest[row, column])),
                (int(text.best[place, column]), int(text.nearest[place, column])),
            )
            if like >= PAIR * WHOLE:
                spoken = self.index.meaning.spoken[near]
                pairs.append((" ".join(words), spoken, round(like / WHOLE, 2)))
        return tuple(pairs)

    def _hit(self, query: Query, found: _Found, place: int) -> Hit:
        number, row = int(found.passages[place]), int(found.rows[place])
        matched = [self.index.has(term, number, row) for term in query.terms]
        scale = sum(self.weights.values())
        signals = {name: float(share[place]) for name, share in found.shares.items()}
        parts = {name: self.weights[name] * signals[name] / scale for name in self.weights}
        signals |= self._coverage(query, matched)
        signals["kind"] = _agreement(query.kind, self.index.kinds[row])
        said = zip(query.surface, query.small, matched, strict=True)
        return Hit(
            passage=self.index.entries[number].passage,
            score=float(found.scores[place]),
            asked=self.index.texts[row],
            matched=tuple(" ".join(words) for words, small, has in said if has and not small),
            pairs=self._pairs(query, found, place, matched),
            parts={name: round(value, DIGITS) for name, value in parts.items()},
            signals={name: round(value, DIGITS) for name, value in signals.items()},
        )

    def _coverage(self, query: Query, matched: Sequence[bool]) -> dict[str, float]:
        """How much of what the question is about the passage has, and no passage has."""
        total = covered = unknown = 0.0
        for number, term in enumerate(query.terms):
            if query.small[number]:
                continue
            mass = query.weights[number] * self.index.rarity(term)
            total += mass
            covered += mass * matched[number]
            unknown += mass * (not self.index.knows(term))
        if not total:
            return {"covered": 0.0, "unknown": 0.0, "mass": 0.0}
        return {"covered": covered / total, "unknown": unknown / total, "mass": total}


def _largest(totals: Scores, count: int) -> NDArray[np.int64]:
    """The numbers of the `count` largest totals above zero, the lower number first among equals."""
    if len(totals) > count:
        least = np.partition(totals, len(totals) - count)[len(totals) - count]
        places = np.flatnonzero(totals >= max(least, 0.0))
    else:
        places = np.flatnonzero(totals >= 0.0)
    return places[np.lexsort((places, -totals[places]))][:count]


def _agreement(asked: str, offered: str) -> float:
    """1 when both want the same sort of answer, -1 when they differ, 0 when one does not say."""
    if not asked or not offered:
        return 0.0
    return 1.0 if asked == offered else -1.0
