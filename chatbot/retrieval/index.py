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
from chatbot.knowledge.model import Corpus, Document, Kind, Passage
from chatbot.retrieval.bm25 import Postings, Scores
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
        documents = {document.id: document for document in corpus.documents}
        self.passages = sorted(corpus.passages, key=lambda passage: passage.id)
        offered = [_asking(documents[passage.document], passage) for passage in self.passages]
        analyzer = Analyzer(corpus.clinic.language)
        self.texts = asked = tuple(chain.from_iterable(offered))
        said = [analyzer.words(text) for text in asked]
        told = [analyzer.words(passage.text) for passage in self.passages]
        counts = Counter(word for text in (*said, *told) for word in text)
        self.lexicon = Lexicon(analyzer, corpus.synonyms, counts)
        fold = self.lexicon.vocabulary.fold
        rows, texts = [fold(text) for text in said], [fold(text) for text in told]
        sizes = np.array([len(texts) for texts in offered], np.int64)
        self.owner = np.repeat(np.arange(len(offered), dtype=np.int32), sizes)
        self.first = np.cumsum([0, *sizes])
        self.kinds = [kind(text) for text in asked]
        self.asked = Postings([[entry.term for entry in row] for row in rows])
        self.letters = Postings([grams(text) for text in asked])
        self.pairs = Postings([pairs([entry.term for entry in row]) for row in rows])
        content = [[e.term for e in text if not self.lexicon.is_small(e)] for text in texts]
        self.body = Postings(content)
        self.passages_of = _places(passage.document for passage in self.passages)  # by document
        self.rows_asking = _places(asked)  # the rows that are exactly this text
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
        told = [[word for e in text for word in e.spoken] for text in texts]
        asked = [[word for e in row for word in e.spoken] for row in rows]
        fold, said = self.lexicon.vocabulary.fold, self.lexicon.analyzer.words
        everyday = [
            [word for entry in fold(said(text)) for word in entry.spoken]
            for text in read_lines("offtopic.txt")
        ]
        texts_of = [told[owner] for owner in self.owner.tolist()]
        terms = tuple(spoken.values())
        return Meaning(held, self.numbers, terms, rarity, asked, texts_of, everyday)

    def has(self, terms: Sequence[str], passage: int, row: int) -> list[bool]:
        """Which of the terms a row, or the text of its passage, has."""
        present = {*self.row_ids[row].tolist(), *self.body_ids[passage].tolist()}
        return [self.numbers.get(term) in present for term in terms]

    def rarity(self, term: str) -> float:
        """How much a term tells: its idf, where it is rarer of the two fields."""
        found = max(self.asked.idf.get(term, 0.0), self.body.idf.get(term, 0.0))
        return found or max(self.asked.rarest, self.body.rarest)

    def knows(self, term: str) -> bool:
        """Whether any passage has the term."""
        return term in self.asked.idf or term in self.body.idf

    def lexical(self, query: Query) -> dict[str, Scores]:
        """The shares of every row in the query's words, letters, pairs; of every passage's text."""
        content = query.content
        with np.errstate(invalid="ignore", divide="ignore"):
            reverse = self.asked.shared(query.terms) / self.asked.masses
        return {
            "question": _share(self.asked, query.terms, query.weights),
            "letters": _share(self.letters, *_once(grams(query.read))),
            "pairs": _share(self.pairs, *_once(pairs(query.sequence))),
            "reverse": np.nan_to_num(reverse),
            "body": _share(self.body, tuple(content), tuple(content.values())),
        }


def _asking(document: Document, passage: Passage) -> tuple[str, ...]:
    """The short texts that ask for a passage, never none: the question and its other phrasings, or
    the title and headings."""
    if document.kind is Kind.FAQ:
        return tuple(dict.fromkeys((document.title, *document.also_asked)))
    headings = [heading for heading in passage.headings if heading != document.title]
    return tuple(dict.fromkeys((" ".join((document.title, *headings)), *headings[-1:])))


def _places(texts: Iterable[str]) -> dict[str, list[int]]:
    """By text, the numbers of the places at which it stands."""
    found: dict[str, list[int]] = {}
    for number, text in enumerate(texts):
        found.setdefault(text, []).append(number)
    return found


def _once(terms: Iterable[str]) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Each term once, all of the same weight."""
    distinct = tuple(dict.fromkeys(terms))
    return distinct, (1.0,) * len(distinct)


def _share(field: Postings, terms: Sequence[str], weights: Sequence[float]) -> Scores:
    ideal = field.ideal(terms, weights)
    return field.scores(terms, weights) / ideal if ideal else np.zeros(field.size)


def grams(text: str) -> list[str]:
    """The runs of four letters in a text, word ends included."""
    line = f" {' '.join(words(text))} "
    return [line[place : place + GRAM] for place in range(len(line) - GRAM + 1)]


def pairs(terms: Sequence[str]) -> list[str]:
    """Each two terms that stand next to each other."""
    return [f"{one} {two}" for one, two in pairwise(terms)]
