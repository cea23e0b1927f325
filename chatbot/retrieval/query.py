"""Making a question ready for searching: what it asks, how it is spelt, what it means."""

import re
from collections.abc import Mapping, Sequence

from chatbot.builtin import read_yaml
from chatbot.retrieval.lexicon import Lexicon
from chatbot.retrieval.model import Query
from chatbot.retrieval.vocabulary import Folded
from chatbot.text.normalise import normalise
from chatbot.text.terms import words

_SENTENCE = re.compile(r"(?<=[.?!;])\s+|\n+")
_LISTS = read_yaml("languages.yaml")
_KINDS = {name: "|".join(phrases) for name, phrases in _LISTS["asking"].items()}
_OPENERS = {phrase.split()[0] for phrases in _LISTS["asking"].values() for phrase in phrases}
_LEANING = re.compile(rf"({'|'.join(_LISTS['leaning'])})\b")
_TURNS = re.compile(
    r"\b(?:wonder(?:ing)?|(?:want|like|need) to (?:know|ask)|question is|tell me|asking)\b[\s:,]*"
    rf"|(?:[,;:]|\s-|\b(?:and|but|so))\s+(?=(?:{'|'.join(sorted(_OPENERS))})\b)",
    re.IGNORECASE,
)
LONG, SHORT = 15, 4  # words of a sentence that is looked through, and of what may ask in it
TELLING = 0.5  # at most this share of the asking part's weight goes to all that is merely told
FEW = 2  # content words up to which a question with "it" or "and" leans on the one before


def kind(text: str) -> str:
    """What sort of answer a question wants, by its first question word; "" when it has none."""
    said = " ".join(words(text))
    found = ((re.search(rf"\b(?:{phrases})\b", said), name) for name, phrases in _KINDS.items())
    # Where two begin at the same place, "how long" says more than "how".
    places = [(match.start(), -match.end(), name) for match, name in found if match]
    return min(places)[2] if places else ""


class Reader:
    """Turns questions into queries for one corpus; `weights` say how much words count that stand
    outside the asking sentence."""

    def __init__(self, lexicon: Lexicon, weights: Mapping[str, float]) -> None:
        self._lexicon = lexicon
        self._weights = weights

    def read(self, question: str, context: Sequence[str] = ()) -> Query:
        """The query for a question; `context` are earlier questions, oldest first."""
        corrections: dict[str, str] = {}
        steps: list[str] = []
        asking, rest = (" ".join(part) for part in _sentences(question))
        asked, told = self._terms(asking, corrections), self._terms(rest, corrections)
        meant = list(asked)
        parts = [(asked, 1.0)]
        if told and self._leans(asking, asked):
            parts.append((told, 1.0))
            meant += self._content(told)
        elif told:
            most = TELLING * self._mass(asked) / max(self._mass(told), 0.1)
            parts.append((told, min(self._weights["other_sentences"], most)))
            steps.append(f"Most weight on the part that asks: “{asking}”.")
        if context and self._leans(question, (*asked, *told)):
            earlier = self._terms(context[-1], corrections)
            parts.append((earlier, self._weights["earlier_question"]))
            meant += self._content(earlier)
            steps.append(f"It cannot stand alone, so the question before counts: “{context[-1]}”.")
        steps += [f"Read “{written}” as “{meant}”." for written, meant in corrections.items()]
        weights, surface = dict[str, float](), dict[str, Folded]()
        for entries, factor in parts:
            for entry in entries:
                weight = factor * self._lexicon.weight(entry)
                weights[entry.term] = max(weight, weights.get(entry.term, 0.0))
                surface.setdefault(entry.term, entry)
                if entry.meaning and (step := _same(entry)) not in steps:
                    steps.append(step)
        content = [entry.words for entries, _ in parts for entry in self._content(entries)]
        typed = {meant: written for written, meant in corrections.items()}
        return Query(
            text=question,
            terms=tuple(weights),
            words=tuple(dict.fromkeys(map(" ".join, content))),
            written=tuple(dict.fromkeys(" ".join(typed.get(w, w) for w in c) for c in content)),
            steps=tuple(steps),
            weights=tuple(weights.values()),
            surface=tuple(surface[term].words for term in weights),
            small=tuple(self._lexicon.is_small(surface[term]) for term in weights),
            sequence=tuple(entry.term for entry in asked),
            read=" ".join(word for entry in meant for word in entry.words),
            spoken=tuple(surface[term].spoken for term in weights),
            meant=tuple(word for entry in meant for word in entry.spoken),
            kind=kind(asking),
        )

    def _content(self, entries: Sequence[Folded]) -> list[Folded]:
        return [entry for entry in entries if not self._lexicon.is_small(entry)]

    def _mass(self, entries: Sequence[Folded]) -> float:
        return sum(self._lexicon.weight(entry) for entry in entries)

    def _terms(self, text: str, corrections: dict[str, str]) -> tuple[Folded, ...]:
        said = []
        for word in self._lexicon.analyzer.words(text):
            meant = self._lexicon.spelling.repair(word)
            if meant:
                corrections[word] = meant
            said.append(meant or word)
        return self._lexicon.vocabulary.fold(said)

    def _leans(self, text: str, entries: Sequence[Folded]) -> bool:
        """Whether a text cannot be understood without what was said before it."""
        content = self._content(entries)
        said = normalise(text)
        points = (
            not set(words(said)).isdisjoint(_LISTS["pointing"]) or _LEANING.match(said) is not None
        )
        return not content or (len(content) <= FEW and points)


def _same(entry: Folded) -> str:
    return f"Took “{' '.join(entry.words)}” to mean “{entry.meaning}”."


def _sentences(question: str) -> tuple[list[str], list[str]]:
    """The sentences that ask, and the others; when none asks, the last one does."""
    sentences = [part.strip() for part in _SENTENCE.split(question.strip()) if part.strip()]
    marked = [sentence.endswith("?") for sentence in sentences]
    asks = marked if any(marked) else [_opens(sentence) for sentence in sentences]
    if sentences and not any(asks):
        asks[-1] = True
    asking, rest = [], []
    for sentence, ask in zip(sentences, asks, strict=True):
        start = _cut(sentence) if ask else len(sentence)
        asking += [sentence[start:]] if ask else []
        rest += [sentence[:start]] if start else []
    return asking, rest


def _cut(sentence: str) -> int:
    """Where a long sentence begins to ask, after telling what led to it."""
    if len(sentence.split()) < LONG:
        return 0
    cuts = [match.end() for match in _TURNS.finditer(sentence)]
    return next((cut for cut in reversed(cuts) if len(sentence[cut:].split()) >= SHORT), 0)


def _opens(sentence: str) -> bool:
    first = words(sentence[:40])[:1]
    return bool(first) and first[0] in _OPENERS
