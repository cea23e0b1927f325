"""Making a question ready for searching: what it asks, how it is spelt, what it means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from chatbot.retrieval.lexicon import Lexicon
from chatbot.retrieval.model import Correction, Query
from chatbot.retrieval.vocabulary import Folded
from chatbot.text.normalise import normalise
from chatbot.text.terms import words

_SENTENCE = re.compile(r"(?<=[.?!;])\s+|\n+")
_KINDS = (
    ("how much", "number"), ("how many", "number"), ("how long", "time"), ("how often", "time"),
    ("how soon", "time"), ("how old", "number"), ("what time", "time"), ("when", "time"),
    ("where", "place"), ("who", "person"), ("why", "reason"), ("how", "way"), ("which", "thing"),
    ("what", "thing"),
    *((word, "whether") for word in ("can", "could", "may", "is", "are", "am", "do", "does", "did",
      "will", "would", "should", "has", "have", "must")),
)  # fmt: skip
_LEANING = re.compile(r"^(and|but|or|also|so|then|what about|how about|what if)\b")
_POINTING = frozenset(
    ("it", "its", "that", "this", "they", "them", "those", "these", "there", "one", "ones")
)
FEW = 2  # content words up to which a question with "it" or "and" leans on the one before


def kind(text: str) -> str:
    """What sort of answer a question wants, by its first question word; "" when it has none."""
    said = " ".join(words(text))
    places = [
        (match.start(), order, name)
        for order, (phrase, name) in enumerate(_KINDS)
        if (match := re.search(rf"\b{phrase}\b", said))
    ]
    return min(places)[2] if places else ""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much words count that stand outside the asking sentence."""

    other_sentences: float
    earlier_question: float


class Reader:
    """Turns questions into queries for one corpus."""

    def __init__(self, lexicon: Lexicon, weights: Weights) -> None:
        self._lexicon = lexicon
        self._weights = weights

    def read(self, question: str, context: Sequence[str] = ()) -> Query:
        """The query for a question; `context` are earlier questions, oldest first."""
        corrections: dict[str, Correction] = {}
        steps: list[str] = []
        asking, rest = _sentences(question)
        if rest:
            steps.append(f"Most weight on the part that asks: “{' '.join(asking)}”.")
        parts = [(self._terms(" ".join(asking), corrections), 1.0)]
        parts.append((self._terms(" ".join(rest), corrections), self._weights.other_sentences))
        if context and self._leans(question, [entry for entry, _ in parts]):
            parts.append((self._terms(context[-1], corrections), self._weights.earlier_question))
            steps.append(f"It cannot stand alone, so the question before counts: “{context[-1]}”.")
        steps += [f"Read “{c.written}” as “{c.read}”." for c in corrections.values()]
        weights: dict[str, float] = {}
        surface: dict[str, Folded] = {}
        for entries, factor in parts:
            for entry in entries:
                weight = factor * self._lexicon.weight(entry)
                weights[entry.term] = max(weight, weights.get(entry.term, 0.0))
                surface.setdefault(entry.term, entry)
                if entry.meaning and (step := _same(entry)) not in steps:
                    steps.append(step)
        content = tuple(
            " ".join(entry.words) for entries, _ in parts for entry in entries
            if not self._lexicon.is_small(entry)
        )  # fmt: skip
        asked = list(parts[0][0])
        for entries, _ in parts[2:]:
            asked += [entry for entry in entries if not self._lexicon.is_small(entry)]
        return Query(
            text=question,
            terms=tuple(weights),
            words=tuple(dict.fromkeys(content)),
            corrections=tuple(corrections.values()),
            steps=tuple(steps),
            weights=tuple(weights.values()),
            surface=tuple(surface[term].words for term in weights),
            small=tuple(self._lexicon.is_small(surface[term]) for term in weights),
            sequence=tuple(entry.term for entry in parts[0][0]),
            read=" ".join(word for entry in asked for word in entry.words),
            spoken=tuple(surface[term].spoken for term in weights),
            meant=tuple(word for entry in asked for word in entry.spoken),
            kind=kind(" ".join(asking)),
        )

    def _terms(self, text: str, corrections: dict[str, Correction]) -> tuple[Folded, ...]:
        said = []
        for word in self._lexicon.analyzer.words(text):
            meant = self._lexicon.spelling.repair(word)
            if meant:
                corrections[word] = Correction(word, meant)
            said.append(meant or word)
        return self._lexicon.vocabulary.fold(said)

    def _leans(self, question: str, parts: Sequence[Sequence[Folded]]) -> bool:
        content = sum(not self._lexicon.is_small(entry) for entries in parts for entry in entries)
        if content == 0:
            return True
        said = normalise(question)
        points = not _POINTING.isdisjoint(words(said))
        return content <= FEW and (points or _LEANING.match(said) is not None)


def _same(entry: Folded) -> str:
    return f"Took “{' '.join(entry.words)}” to mean “{entry.meaning}”."


def _sentences(question: str) -> tuple[list[str], list[str]]:
    """The sentences that ask, and the others; when none asks, the last one does."""
    sentences = [part.strip() for part in _SENTENCE.split(question.strip()) if part.strip()]
    if len(sentences) < 2:
        return sentences, []
    asks = [sentence.endswith("?") or _opens(sentence) for sentence in sentences]
    if not any(asks):
        asks[-1] = True
    asking = [sentence for sentence, ask in zip(sentences, asks, strict=True) if ask]
    return asking, [sentence for sentence, ask in zip(sentences, asks, strict=True) if not ask]


def _opens(sentence: str) -> bool:
    first = words(sentence[:40])[:1]
    return bool(first) and any(first[0] == phrase.split()[0] for phrase, _ in _KINDS)
