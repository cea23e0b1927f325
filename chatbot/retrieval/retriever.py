"""From a question to a ranking of passages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from chatbot.builtin import read_yaml
from chatbot.knowledge.model import Corpus
from chatbot.retrieval.bm25 import Postings, Scores
from chatbot.retrieval.fields import entries
from chatbot.retrieval.lexicon import Lexicon
from chatbot.retrieval.model import Hit, Query, Ranking
from chatbot.retrieval.query import Reader, Weights, kind
from chatbot.text.terms import Analyzer, words

GRAM = 4  # letters
CANDIDATES = 50  # passages looked at closely
DIGITS = 6  # scores are rounded to 1e-6 before they are compared


class Retriever:
    """An index of one corpus. Building it takes a while; searching it does not change it."""

    def __init__(self, corpus: Corpus, semantics: bool = True) -> None:
        self.corpus = corpus
        self.semantics = semantics
        self.entries = entries(corpus)
        self._weights: dict[str, Any] = read_yaml("ranking.yaml")
        analyzer = Analyzer(corpus.clinic.language)
        asked = [text for entry in self.entries for text in entry.asked]
        said = [analyzer.words(text) for text in asked]
        body = [analyzer.words(entry.passage.text) for entry in self.entries]
        counts = Counter(word for text in (*said, *body) for word in text)
        self.lexicon = Lexicon.of(analyzer, corpus.synonyms, counts)
        self.vocabulary = self.lexicon.vocabulary
        weights = self._weights
        self._reader = Reader(
            self.lexicon,
            Weights(
                weights["small_words"], weights["other_sentences"], weights["earlier_question"]
            ),
        )
        folded = [self.lexicon.vocabulary.fold(text) for text in said]
        owners = [number for number, entry in enumerate(self.entries) for _ in entry.asked]
        self._owner = np.array(owners, np.int32)
        self._first = np.searchsorted(self._owner, np.arange(len(self.entries)))
        self._asked = Postings([[term.term for term in text] for text in folded])
        self._letters = Postings([grams(text) for text in asked])
        self._pairs = Postings([pairs([term.term for term in text]) for text in folded])
        self._kinds = [kind(text) for text in asked]
        self._body = Postings([self._content(text) for text in body])

    def query(self, question: str, context: Sequence[str] = ()) -> Query:
        """The question made ready; `context` holds earlier questions, oldest first."""
        return self._reader.read(question, context)

    def search(self, query: Query, limit: int = 10) -> Ranking:
        """The best `limit` passages that share at least one term with the query."""
        if not self.entries or not query.terms:
            return Ranking(query)
        parts = self._parts(query)
        rows = parts["question"] + parts["letters"] + parts["pairs"] + parts["reverse"]
        totals = np.maximum.reduceat(rows, self._first) + parts["body"]
        totals = totals.round(DIGITS)
        order = np.lexsort((np.arange(len(totals)), -totals))[:limit]
        hits = [self._hit(query, int(number), rows, parts, totals) for number in order]
        return Ranking(query, tuple(hit for hit in hits if hit.score > 0))

    def _parts(self, query: Query) -> dict[str, Scores]:
        weights = self._weights
        terms, each = query.terms, query.weights
        gram = tuple(dict.fromkeys(grams(query.read)))
        pair = tuple(dict.fromkeys(pairs(query.sequence)))
        content = [n for n, small in enumerate(query.small) if not small]
        with np.errstate(invalid="ignore", divide="ignore"):
            covered = self._asked.shared(terms) / self._asked.masses
        return {
            "question": weights["question"] * _share(self._asked, terms, each),
            "letters": weights["letters"] * _share(self._letters, gram),
            "pairs": weights["pairs"] * _share(self._pairs, pair),
            "reverse": weights["reverse"] * np.nan_to_num(covered),
            "body": weights["body"]
            * _share(self._body, [terms[n] for n in content], [each[n] for n in content]),
        }

    def _hit(
        self, query: Query, number: int, rows: Scores, parts: dict[str, Scores], totals: Scores
    ) -> Hit:
        entry = self.entries[number]
        first = int(self._first[number])
        row = first + int(np.argmax(rows[first : first + len(entry.asked)]))
        shown = {
            name: round(float(values[number if name == "body" else row]), DIGITS)
            for name, values in parts.items()
        }
        matched = [
            row in self._asked.having(term) or number in self._body.having(term)
            for term in query.terms
        ]
        signals = {name: value / self._weights[name] for name, value in shown.items()}
        signals |= self._coverage(query, matched)
        signals["kind"] = _agreement(query.kind, self._kinds[row])
        found = zip(query.surface, query.small, matched, strict=True)
        return Hit(
            passage=entry.passage,
            score=float(totals[number]),
            matched=tuple(" ".join(said) for said, small, has in found if has and not small),
            parts=shown,
            signals={name: round(value, DIGITS) for name, value in signals.items()},
        )

    def _coverage(self, query: Query, matched: Sequence[bool]) -> dict[str, float]:
        """How much of what the question is about the passage has, and no passage has."""
        total = covered = unknown = 0.0
        for term, weight, small, has in zip(
            query.terms, query.weights, query.small, matched, strict=True
        ):
            if small:
                continue
            asked = self._asked.idf.get(term)
            body = self._body.idf.get(term)
            rarity = max(asked or 0.0, body or 0.0) or self._body.rarest
            total += weight * rarity
            covered += weight * rarity * has
            unknown += weight * rarity * (asked is None and body is None)
        if not total:
            return {"covered": 0.0, "unknown": 0.0, "mass": 0.0}
        return {"covered": covered / total, "unknown": unknown / total, "mass": total}

    def _content(self, said: Sequence[str]) -> list[str]:
        folded = self.lexicon.vocabulary.fold(said)
        return [entry.term for entry in folded if not self.lexicon.is_small(entry)]


def _share(field: Postings, terms: Sequence[str], weights: Sequence[float] | None = None) -> Scores:
    weights = [1.0] * len(terms) if weights is None else weights
    ideal = field.ideal(terms, weights)
    return field.scores(terms, weights) / ideal if ideal else np.zeros(field.size)


def _agreement(asked: str, offered: str) -> float:
    """1 when both want the same sort of answer, -1 when they differ, 0 when one does not say."""
    if not asked or not offered:
        return 0.0
    return 1.0 if asked == offered else -1.0


def grams(text: str) -> list[str]:
    """The runs of four letters in a text, word ends included."""
    line = f" {' '.join(words(text))} "
    return [line[place : place + GRAM] for place in range(len(line) - GRAM + 1)]


def pairs(terms: Sequence[str]) -> list[str]:
    """Each two terms that stand next to each other."""
    return [f"{one} {two}" for one, two in pairwise(terms)]
