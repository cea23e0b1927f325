"""What a search is asked and what it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chatbot.knowledge.model import Passage


@dataclass(frozen=True, slots=True)
class Query:
    """A question made ready for searching.

    `terms` are folded stems in order; `words` the words behind the content terms and `written` the
    same as the visitor wrote them, for showing what was looked for. `steps` tell in plain words how
    the terms came about. Parallel to `terms` run `weights`, `surface` (the words written), `spoken`
    (the words compared by) and `small` (whether it is a small word). Of the asking part, `sequence`
    holds the terms in order with repeats, `read` the words as read and `meant` the words compared
    by; `kind` is the sort of answer wanted.
    """

    text: str
    terms: tuple[str, ...]
    words: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()
    surface: tuple[tuple[str, ...], ...] = ()
    small: tuple[bool, ...] = ()
    sequence: tuple[str, ...] = ()
    read: str = ""
    spoken: tuple[tuple[str, ...], ...] = ()
    meant: tuple[str, ...] = ()
    kind: str = ""

    @property
    def content(self) -> dict[str, float]:
        """The terms that are no small words, with their weights."""
        said = zip(self.terms, self.weights, self.small, strict=True)
        return {term: weight for term, weight, small in said if not small}


@dataclass(frozen=True, slots=True)
class Hit:
    """One passage in a ranking. `score` is in [0, ~1], rounded to 1e-6, comparable over questions.

    `asked` is the question, phrasing or heading it was found by. `parts` are the weighted
    contributions that add up to the score, by name; `signals` what the gate looks at; `pairs` the
    question-word ≈ passage-word pairs that matched.
    """

    passage: Passage
    score: float
    asked: str = ""
    matched: tuple[str, ...] = ()
    parts: Mapping[str, float] = field(default_factory=dict)
    signals: Mapping[str, float] = field(default_factory=dict)
    pairs: tuple[tuple[str, str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Ranking:
    """Hits best first; ties by passage id. Withheld passages are ranked like any other."""

    query: Query
    hits: tuple[Hit, ...] = ()
