"""One corpus laid out for searching: short texts, passages, and what they share with a query.

A *row* is a short text that asks for a passage (a question, another phrasing, a heading path); the
rows of a passage stand next to each other. Each field is scored apart and divided by what the query
could reach at best, so that a share means the same for every question.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, pairwise

import numpy as np

from chatbot.builtin import read_lines
from chatbot.knowledge.model import Corpus
from chatbot.retrieval.bm25 import Postings, Scores
from chatbot.retrieval.fields import entries
from chatbot.retrieval.lexicon import Lexicon
from chatbot.retrieval.meaning import Ids, Meaning
from chatbot.retrieval.model import Query
from chatbot.retrieval.query import kind
from chatbot.retrieval.vectors import Table, table
from chatbot.retrieval.vocabulary import Folded
from chatbot.text.terms import Analyzer, words

GRAM = 4  # letters
NOTHING = ""  # stands for the terms of a text that has none
RARITY = 1000  # idf is counted in thousandths where sums must be exact


class Index:
    """Built once for a corpus, then only read."""

    def __init__(self, corpus: Corpus, *, semantics: bool) -> None:
        self.entries = entries(corpus)
        analyzer = Analyzer(corpus.clinic.language)
        self.texts = tuple(text for entry in self.entries for text in entry.asked)
        asked = self.texts
        said = [analyzer.words(text) for text in asked]
        told = [analyzer.words(entry.passage.text) for entry in self.entries]
        counts = Counter(word for text in (*said, *told) for word in text)
        self.lexicon = Lexicon.of(analyzer, corpus.synonyms, counts)
        fold = self.lexicon.vocabulary.fold
        rows, texts = [fold(text) for text in said], [fold(text) for text in told]
        self.owner = np.array(
            [number for number, entry in enumerate(self.entries) for _ in entry.asked], np.int32
        )
        self.first = np.searchsorted(self.owner, np.arange(len(self.entries) + 1))
        self.kinds = [kind(text) for text in asked]
        self.asked = Postings([[entry.term for entry in row] for row in rows])
        self.letters = Postings([grams(text) for text in asked])
        self.pairs = Postings([pairs([entry.term for entry in row]) for row in rows])
        content = [[e.term for e in text if not self.lexicon.is_small(e)] for text in texts]
        self.body = Postings(content)
        self._passages: dict[str, list[int]] = {}
        for number, owner in enumerate(self.entries):
            self._passages.setdefault(owner.document.id, []).append(number)
        self._asking: dict[str, list[int]] = {}
        for number, text in enumerate(asked):
            self._asking.setdefault(text, []).append(number)
        self.numbers = {NOTHING: 0}
        for entry in chain.from_iterable((*rows, *texts)):
            self.numbers.setdefault(entry.term, len(self.numbers))
        self.row_ids = [self._ids(e.term for e in row) for row in rows]
        self.body_ids = [self._ids(terms) for terms in content]
        held = table() if semantics and analyzer.language == "en" else None
        self.meaning = self._lay_out(held, rows, texts) if held else None

    def _ids(self, terms: Iterable[str]) -> Ids:
        numbers = list(dict.fromkeys(self.numbers[term] for term in terms))
        return np.array(numbers or [self.numbers[NOTHING]], np.int32)

    def _lay_out(
        self, held: Table, rows: Sequence[Sequence[Folded]], texts: Sequence[Sequence[Folded]]
    ) -> Meaning:
        spoken: dict[str, tuple[str, ...]] = {NOTHING: ()}
        for entry in chain.from_iterable((*rows, *texts)):
            spoken.setdefault(entry.term, entry.spoken)
        self.spoken = tuple(" ".join(said) for said in spoken.values())
        rarity = np.array([round(self.rarity(term) * RARITY) for term in spoken], np.int64)
        rarity[0] = 0
        meaning = Meaning(held, self.numbers, tuple(spoken.values()), rarity)
        told = [[word for e in text for word in e.spoken] for text in texts]
        asked = [[word for e in row for word in e.spoken] for row in rows]
        fold, said = self.lexicon.vocabulary.fold, self.lexicon.analyzer.words
        everyday = [
            [word for entry in fold(said(text)) for word in entry.spoken]
            for text in read_lines("offtopic.txt")
        ]
        meaning.place(asked, [told[owner] for owner in self.owner.tolist()], everyday)
        return meaning

    def rows_asking(self, text: str) -> list[int]:
        """The rows that are exactly this text."""
        return self._asking.get(text, [])

    def passages_of(self, document: str) -> list[int]:
        """The numbers of a document's passages."""
        return self._passages.get(document, [])

    def has(self, terms: Sequence[str], passage: int, row: int) -> list[bool]:
        """Which of the terms a row, or the text of its passage, has."""
        present = {*self.row_ids[row].tolist(), *self.body_ids[passage].tolist()}
        return [self.numbers.get(term) in present for term in terms]

    def rarity(self, term: str) -> float:
        """How much a term tells: its idf, where it is rarer of the two fields."""
        return max(self.asked.idf.get(term, 0.0), self.body.idf.get(term, 0.0)) or max(
            self.asked.rarest, self.body.rarest
        )

    def knows(self, term: str) -> bool:
        """Whether any passage has the term."""
        return term in self.asked.idf or term in self.body.idf

    def lexical(self, query: Query) -> dict[str, Scores]:
        """The shares of every row in the query's words, letters, pairs; of every passage's text."""
        content = [n for n, small in enumerate(query.small) if not small]
        with np.errstate(invalid="ignore", divide="ignore"):
            reverse = self.asked.shared(query.terms) / self.asked.masses
        return {
            "question": _share(self.asked, query.terms, query.weights),
            "letters": _share(self.letters, tuple(dict.fromkeys(grams(query.read)))),
            "pairs": _share(self.pairs, tuple(dict.fromkeys(pairs(query.sequence)))),
            "reverse": np.nan_to_num(reverse),
            "body": _share(
                self.body,
                [query.terms[n] for n in content],
                [query.weights[n] for n in content],
            ),
        }


def _share(field: Postings, terms: Sequence[str], weights: Sequence[float] | None = None) -> Scores:
    weights = [1.0] * len(terms) if weights is None else weights
    ideal = field.ideal(terms, weights)
    return field.scores(terms, weights) / ideal if ideal else np.zeros(field.size)


def grams(text: str) -> list[str]:
    """The runs of four letters in a text, word ends included."""
    line = f" {' '.join(words(text))} "
    return [line[place : place + GRAM] for place in range(len(line) - GRAM + 1)]


def pairs(terms: Sequence[str]) -> list[str]:
    """Each two terms that stand next to each other."""
    return [f"{one} {two}" for one, two in pairwise(terms)]
