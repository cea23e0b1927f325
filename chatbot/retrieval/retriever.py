"""From a question to a ranking of passages."""

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
from chatbot.retrieval.query import Reader

CANDIDATES = 30  # passages looked at word by word
DIGITS = 6  # scores are rounded to 1e-6 before they are compared
LOST = 100.0  # what a text that is left out loses
PAIR = 0.5  # likeness from which two words are named as a pair
OF_PASSAGE = ("body", "both")  # parts that belong to a passage, not to one of its rows
Places = NDArray[np.int64]
Shares = dict[str, Scores]


@dataclass(frozen=True, slots=True)
class _Found:
    """The candidates of one search: their numbers, their best rows, their shares and scores."""

    passages: Places
    rows: Places
    spread: Places  # the place of each best row among all the candidates' rows
    shares: Shares
    scores: Scores
    aligned: Alignment | None = None


class Retriever:
    """Searches one corpus. Building it takes a while; searching changes nothing in it."""

    def __init__(self, corpus: Corpus, semantics: bool = True) -> None:
        self.corpus = corpus
        self.index = Index(corpus, semantics=semantics)
        self.vocabulary = self.index.lexicon.vocabulary
        given = read_yaml("ranking.yaml")
        self.weights: dict[str, float] = dict(given["parts"])
        if not self.index.meaning:
            self.weights |= given["without_vectors"]
            for name in ("near", "forward", "backward", "both"):
                self.weights.pop(name)
        self._reader = Reader(self.index.lexicon, given["words"])

    def query(self, question: str, context: Sequence[str] = ()) -> Query:
        """The question made ready; `context` holds earlier questions, oldest first."""
        return self._reader.read(question, context)

    def search(
        self, query: Query, limit: int = 10, *, without: str = "", unasked: str = ""
    ) -> Ranking:
        """The best `limit` passages, best first, ties by passage id.

        `without` leaves a document out and `unasked` one phrasing of its own, to see what would
        happen if the folder had none; the statistics stay those of the whole folder.
        """
        askable = self.index.passages and query.terms
        found = self._candidates(query, without, unasked) if askable else None
        if found is None:
            return Ranking(query)
        order = np.lexsort((found.passages, -found.scores))[:limit]
        said = enumerate(zip(query.terms, query.weights, query.small, strict=True))
        masses = {n: w * self.index.rarity(term) for n, (term, w, small) in said if not small}
        hits = [self._hit(query, found, place, masses) for place in order.tolist()]
        return Ranking(query, tuple(hit for hit in hits if hit.score > 0))

    def _candidates(self, query: Query, without: str, unasked: str) -> _Found | None:
        index, weights = self.index, self.weights
        shares = index.lexical(query)
        if index.meaning:
            shares["near"] = index.meaning.nearness(query.meant)
        lexical = [weights[name] * shares[name] for name in shares if name not in OF_PASSAGE]
        rows: Scores = np.asarray(sum(lexical))
        if unasked:
            rows[index.rows_asking.get(unasked, [])] = -LOST
        totals = np.maximum.reduceat(rows, index.first[:-1]) + weights["body"] * shares["body"]
        if without:
            totals[index.passages_of.get(without, [])] = -LOST
        passages = _largest(totals.round(DIGITS), CANDIDATES)
        if not len(passages):
            return None
        spread = np.concatenate([np.arange(index.first[n], index.first[n + 1]) for n in passages])
        sizes = index.first[passages + 1] - index.first[passages]
        starts = np.cumsum(sizes) - sizes
        close = {name: v[passages if name in OF_PASSAGE else spread] for name, v in shares.items()}
        aligned = self._align(query, passages, spread, starts, close) if index.meaning else None
        named = [name for name in weights if name not in OF_PASSAGE]
        total = sum(weights[name] * close[name] for name in named) + np.minimum(rows[spread], 0.0)
        highest = np.maximum.reduceat(np.asarray(total).round(DIGITS), starts)
        first = np.flatnonzero(np.asarray(total).round(DIGITS) == np.repeat(highest, sizes))
        best = first[np.searchsorted(first, starts)]
        picked = {name: v if name in OF_PASSAGE else v[best] for name, v in close.items()}
        scores = sum(weights[name] * picked[name] for name in weights) / sum(weights.values())
        rounded: Scores = np.asarray(scores).round(DIGITS)
        return _Found(passages, spread[best], best, picked, rounded, aligned)

    def _align(
        self, query: Query, passages: Places, rows: Places, starts: Places, shares: Shares
    ) -> Alignment:
        """Adds the shares of words that find each other; the rows come before the texts."""
        index = self.index
        assert index.meaning
        said = zip(query.terms, query.weights, strict=True)
        counts = np.array([round(w * index.rarity(term) * RARITY) for term, w in said], np.int64)
        mass = float(max(1, int(counts.sum())) * WHOLE)
        texts = [*(index.row_ids[n] for n in rows), *(index.body_ids[n] for n in passages)]
        aligned = index.meaning.align(query, texts)
        short, text = aligned.best[: len(rows)], aligned.best[len(rows) :]
        shares["forward"] = short @ counts / mass
        shares["backward"] = aligned.backward[: len(rows)]
        shares |= index.meaning.alike(query.meant, rows)
        shares["both"] = np.maximum(np.maximum.reduceat(short, starts), text) @ counts / mass
        return aligned

    def _pairs(
        self, query: Query, found: _Found, place: int, matched: Sequence[bool]
    ) -> tuple[tuple[str, str, float], ...]:
        """The content words without their like in the passage, each with its nearest there."""
        aligned = found.aligned
        if not aligned:
            return ()
        texts = (int(found.spread[place]), len(aligned.best) - len(found.passages) + place)
        pairs = []
        for column, words in enumerate(query.surface):
            if matched[column] or query.small[column]:
                continue
            like, text = max((int(aligned.best[text, column]), text) for text in texts)
            if like >= PAIR * WHOLE:
                near = self.index.spoken[aligned.nearest(text, column)]
                pairs.append((" ".join(words), near, round(like / WHOLE, 2)))
        return tuple(pairs)

    def _hit(self, query: Query, found: _Found, place: int, masses: Mapping[int, float]) -> Hit:
        number, row = int(found.passages[place]), int(found.rows[place])
        matched = self.index.has(query.terms, number, row)
        scale = sum(self.weights.values())
        signals = {name: float(share[place]) for name, share in found.shares.items()}
        parts = {name: self.weights[name] * signals[name] / scale for name in self.weights}
        signals |= self._coverage(query, matched, masses)
        signals["kind"] = _agreement(query.kind, self.index.kinds[row])
        said = zip(query.surface, query.small, matched, strict=True)
        return Hit(
            passage=self.index.passages[number],
            score=float(found.scores[place]),
            asked=self.index.texts[row],
            matched=tuple(" ".join(words) for words, small, has in said if has and not small),
            pairs=self._pairs(query, found, place, matched),
            parts={name: round(value, DIGITS) for name, value in parts.items()},
            signals={name: round(value, DIGITS) for name, value in signals.items()},
        )

    def _coverage(
        self, query: Query, matched: Sequence[bool], masses: Mapping[int, float]
    ) -> dict[str, float]:
        """How much of what the question is about the passage has, and no passage has."""
        total = sum(masses.values()) or 1.0
        unknown = [mass for n, mass in masses.items() if not self.index.knows(query.terms[n])]
        covered = [mass for n, mass in masses.items() if matched[n]]
        return {"covered": sum(covered) / total, "unknown": sum(unknown) / total}


def _largest(totals: Scores, count: int) -> Places:
    """The numbers of the `count` largest totals above zero, the lower number first among equals."""
    least = 0.0
    if len(totals) > count:
        least = max(least, np.partition(totals, len(totals) - count)[len(totals) - count])
    places = np.flatnonzero(totals >= least)
    return places[np.lexsort((places, -totals[places]))][:count]


def _agreement(asked: str, offered: str) -> float:
    """1 when both want the same sort of answer, -1 when they differ, 0 when one does not say."""
    if not asked or not offered:
        return 0.0
    return 1.0 if asked == offered else -1.0
