"""The details that decide whether a passage may answer: another drug, age, body part, dose."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from chatbot.builtin import read_yaml
from chatbot.knowledge.model import Document, Passage
from chatbot.retrieval.model import Query
from chatbot.retrieval.retriever import Retriever
from chatbot.retrieval.vocabulary import Folded, Vocabulary
from chatbot.text.normalise import normalise

COMMON = 0.2  # share of the documents from which a detail tells nothing: the clinic is about it
Amounts = Mapping[str, set[str]]  # by unit
_AMOUNT = re.compile(
    r"(?P<before>\b(?:type|stage|grade|phase)\s+)?(?P<number>\d+(?:[.,]\d+)?|\b[ivx]{1,3}\b)"
    r"(?(before)|\s*(?P<unit>mg|mcg|µg|g|ml|mls|milligrams?|grams?|units?|percent|%)(?![^\W\d_]))"
)


@dataclass(frozen=True, slots=True)
class Difference:
    """How a question and a passage differ: the question's details that the passage lacks.

    `strong` ones are reason enough not to answer; `mild` ones and those only the passage's own
    question has (`extra`) make it less sure, unless the passage has a strong one of the question: a
    list of medicines is about each of them. Each is the word as written.
    """

    strong: tuple[str, ...] = ()
    mild: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()


class Details:
    """Finds details in questions and passages of one corpus."""

    def __init__(self, retriever: Retriever) -> None:
        self._strength: dict[str, str] = {}
        analyzer = retriever.index.lexicon.analyzer
        classes = read_yaml("discriminating.yaml") if analyzer.language == "en" else {}
        listed = [
            (line, entry["strength"]) for entry in classes.values() for line in entry["members"]
        ]
        lines = [[*line, *retriever.vocabulary.likes(line)] for line, _ in listed]
        self._analyzer = analyzer
        self._lines = Vocabulary(analyzer, (), lines)
        self._details = lru_cache(maxsize=4096)(self._find)
        for line, strength in listed:
            self._strength.setdefault(self._lines.same(line[0])[0], strength)
        self._of_passage: dict[str, frozenset[str]] = {}
        counts: Counter[str] = Counter()
        for document in retriever.corpus.documents:
            named = self._named(_about(document))
            for passage in document.passages:
                own = named | self._named([passage.text, *passage.headings])
                self._of_passage[passage.id] = frozenset(own)
                named = named | own
            counts.update(named)
        most = max(1.0, COMMON * len(retriever.corpus.documents))
        self._common = {term for term, count in counts.items() if count > most}
        strong = {term for term, strength in self._strength.items() if strength == "strong"}
        self._telling = strong - self._common

    def differences(
        self, query: Query, found: Iterable[tuple[Passage, str]]
    ) -> tuple[Difference, ...]:
        """What keeps each passage, found by the short text with it, from answering the query."""
        # Only what the folder says is remembered, never what a visitor asked.
        wanted = {entry.term: " ".join(entry.words) for entry in self._find(query.read)}
        amounts = _amounts(query.text)
        return tuple(self._difference(wanted, amounts, *one) for one in found)

    def _difference(
        self, wanted: Mapping[str, str], amounts: Amounts, passage: Passage, asked: str
    ) -> Difference:
        own = {entry.term: " ".join(entry.words) for entry in self._details(asked)}
        has, telling = self._of_passage[passage.id], self._telling
        lacking = [term for term in wanted if term not in has and term not in self._common]
        strong = [wanted[term] for term in lacking if term in telling]
        mild = [wanted[term] for term in lacking if term not in telling]
        known = any(term in has and term in telling for term in wanted)
        extra = [own[term] for term in own if term in telling and term not in wanted]
        amiss = _other_amounts(amounts, passage.text, asked)
        return Difference((*strong, *amiss), tuple(mild), () if known else tuple(extra))

    def _find(self, text: str) -> list[Folded]:
        folded = self._lines.fold(self._analyzer.words(text))
        return [entry for entry in folded if entry.term in self._strength]

    def _named(self, texts: Iterable[str]) -> set[str]:
        return {entry.term for text in texts for entry in self._details(text)}


def _about(document: Document) -> tuple[str, ...]:
    return (document.title, *document.also_asked, *document.tags)


def _amounts(text: str) -> Amounts:
    found: dict[str, set[str]] = {}
    for match in _AMOUNT.finditer(normalise(text)):
        kind = (match["before"] or match["unit"]).strip().rstrip("s")
        kind = {"milligram": "mg", "gram": "g", "percent": "%"}.get(kind, kind)
        found.setdefault(kind, set()).add(match["number"])
    return found


_told = lru_cache(maxsize=4096)(_amounts)  # of the folder's texts


def _other_amounts(asked: Amounts, *texts: str) -> tuple[str, ...]:
    """Amounts of the question in a unit of which the texts hold only other amounts."""
    found = []
    for kind, numbers in asked.items():
        told = set().union(*(_told(text).get(kind, ()) for text in texts))
        found += [f"{number} {kind}" for number in sorted(numbers) if told and number not in told]
    return tuple(found)
