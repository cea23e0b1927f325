"""How sure it is that a passage answers, and how sure is sure enough."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from chatbot.answering.details import Details, Difference
from chatbot.builtin import read_yaml
from chatbot.retrieval.model import Hit, Ranking
from chatbot.retrieval.retriever import Retriever
from chatbot.text.terms import words

NEIGHBOURS = 5  # hits whose evenness says how undecided the ranking is
OPTIONS = 4  # hits that may be offered
FEWEST = 2  # that are offered however far the second is behind
CHANCE = 0.3  # score of a chance neighbour; a folder too small for neighbours is judged by it
SERIOUS = 0.5  # share of the best score from which another hit is worth offering


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the gate thinks of a ranking, hit by hit.

    `confidences` are probabilities that the hit answers; one at or above `answer_at` without a veto
    may be quoted, one at or above `option_at` may be offered. Whether to offer is decided for the
    ranking as a whole: its best few are then raised to `option_at`, else held below it. A veto is
    the detail that the question has and the passage lacks. `steps` tell it in plain words.
    """

    confidences: tuple[float, ...]
    answer_at: float
    option_at: float
    vetoes: tuple[str | None, ...] = ()
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sure:
    """How sure each hit is, that one of the best few answers, and that the question is one for this
    folder at all, before any threshold."""

    hits: tuple[float, ...]
    any: float
    about: float
    differences: tuple[Difference, ...]

    @property
    def answer(self) -> float:
        """How sure the best hit is, nothing when a detail forbids it to answer."""
        return self.hits[0] if self.hits and not self.differences[0].strong else 0.0


@dataclass(frozen=True, slots=True)
class Gate:
    """Three small logistics over the signals of a ranking, with the thresholds of one folder.

    `answer_at` is for the best hit, `option_at` for the chance that one of the best few answers,
    `about_at` for the chance that the question is about the folder's subject at all: what tells a
    missing entry from one that is there is not what tells a clinic's question from any other.
    `hidden` says of wordings that were asked while hidden whose they are and if that was found.
    """

    details: Details
    answer: Mapping[str, float]
    offer: Mapping[str, float]
    about: Mapping[str, float]
    answer_at: float
    option_at: float
    about_at: float
    hidden: tuple[tuple[str, bool], ...] = ()

    @classmethod
    def carried_over(cls, retriever: Retriever, fitted: Mapping[str, Any] | None = None) -> Self:
        """The gate as fitted on other folders; `fitted` stands in for `gate.yaml`."""
        name = "with_vectors" if retriever.index.meaning else "without_vectors"
        held = (fitted or read_yaml("gate.yaml"))[name]
        return cls(details=Details(retriever), **held)

    def judge(self, ranking: Ranking) -> Judgement:
        """How sure each hit is, and whether that is enough."""
        sure = self.sure(ranking)
        asked = words(ranking.query.text)
        said = [hit for hit in ranking.hits if words(hit.asked) == asked]  # the approved wording
        option_at = min(self.option_at, self.answer_at / 2)
        fit = OPTIONS if self._offers(ranking, sure) else 0
        least = SERIOUS * ranking.hits[0].score if ranking.hits else 0.0
        confidences = tuple(
            max(confidence, self.answer_at)
            if hit in said
            else max(confidence, option_at)
            if place < fit and (place < FEWEST or hit.score >= least)
            else confidence
            if confidence >= self.answer_at
            else min(confidence, option_at - 1e-6)
            for place, (hit, confidence) in enumerate(zip(ranking.hits, sure.hits, strict=True))
        )
        vetoes = tuple(
            None if hit in said else difference.strong[0] if difference.strong else _ungrounded(hit)
            for hit, difference in zip(ranking.hits, sure.differences, strict=True)
        )
        steps = _told(ranking, sure, vetoes, self)
        return Judgement(confidences, self.answer_at, option_at, vetoes, steps)

    def sure(self, ranking: Ranking) -> Sure:
        """The numbers that the thresholds are held against."""
        found = ((hit.passage, hit.asked) for hit in ranking.hits)
        differences = self.details.differences(ranking.query, found)
        seen = signals(ranking)
        hits = tuple(
            _logistic(self.answer, {**one, "details": min(2.0, len(unlike.mild + unlike.extra))})
            for one, unlike in zip(seen, differences, strict=True)
        )
        any_of, about = (
            _logistic(weights, seen[0]) if seen else 0.0 for weights in (self.offer, self.about)
        )
        return Sure(hits, any_of, about, differences)

    def _offers(self, ranking: Ranking, sure: Sure) -> bool:
        """Whether the best few may be offered; to one bare word that they have, they always may."""
        if all(_ungrounded(hit) for hit in ranking.hits[:OPTIONS]):
            return False  # they are alike only in how it is asked: "how long until …"
        asked = ranking.query.words
        has_all = [bool(asked) and set(asked) <= set(hit.matched) for hit in ranking.hits]
        if has_all[0] and ranking.hits[0].passage.headings and sum(has_all) <= FEWEST:
            return True  # a passage of an article says more than its heading does
        wide = len(asked) == 1 and has_all[0]
        return (wide or sure.any >= self.option_at) and sure.about >= self.about_at


def signals(ranking: Ranking) -> tuple[dict[str, float], ...]:
    """What the gate looks at, for each hit: its own signals and how it stands among the others."""
    scores = [hit.score for hit in ranking.hits]
    scores += [min([CHANCE, *scores])] * (NEIGHBOURS - len(scores)) if scores else []
    evenness = _evenness(scores[:NEIGHBOURS])
    spread = scores[0] - scores[NEIGHBOURS - 1] if scores else 0.0
    nearest = max((hit.signals.get("alike", 0.0) for hit in ranking.hits), default=0.0)
    found = []
    for place, hit in enumerate(ranking.hits):
        rival = scores[0] if place else scores[1]
        own = {"score": hit.score, "margin": hit.score - rival, "evenness": evenness}
        shared = {"spread": spread, "nearest": nearest}
        found.append({**hit.signals, **own, **shared, "common": math.log1p(len(hit.matched))})
    return tuple(found)


def _evenness(scores: Sequence[float]) -> float:
    """Entropy of the scores' shares over its maximum: 1 when all hits score alike."""
    total = sum(scores)
    if not total:
        return 0.0
    shares = [score / total for score in scores]
    return -sum(share * math.log(share) for share in shares if share) / math.log(len(scores))


def _logistic(weights: Mapping[str, float], seen: Mapping[str, float]) -> float:
    total = sum(weight * seen.get(name, 1.0) for name, weight in weights.items())
    return round(1 / (1 + math.exp(-max(-30.0, min(30.0, total)))), 6)


def _ungrounded(hit: Hit) -> str | None:
    """Nothing is quoted on likeness alone: a word, or a named pair of words, must be shared."""
    return None if hit.matched or hit.pairs else "any word of the question"


def _told(
    ranking: Ranking, sure: Sure, vetoes: Sequence[str | None], limit: Gate
) -> tuple[str, ...]:
    if not ranking.hits:
        return ("Nothing in the folder has anything to do with it.",)
    steps = [
        f"{place}. {hit.passage.document} by “{hit.asked}”: score {hit.score:.3f} "
        f"({', '.join(f'{name} {value:.3f}' for name, value in hit.parts.items() if value)})"
        f"{''.join(f', {a} ≈ {b} {like:.2f}' for a, b, like in hit.pairs)}, sure {confidence:.2f}."
        for place, (hit, confidence) in enumerate(zip(ranking.hits, sure.hits, strict=True), 1)
        if place <= OPTIONS
    ]
    if vetoes[0]:
        steps.append(f"The best passage lacks “{vetoes[0]}”, so it must not answer.")
    doubts = (*sure.differences[0].mild, *sure.differences[0].extra)
    if doubts:
        steps.append(f"Less sure for differing in: {', '.join(doubts)}.")
    verdict = "enough" if sure.answer >= limit.answer_at else "not enough"
    steps.append(f"Sure {sure.answer:.2f}, {limit.answer_at:.2f} needed to quote: {verdict}.")
    steps.append(
        f"One of the best {OPTIONS} answers: {sure.any:.2f}, {limit.option_at:.2f} needed to offer "
        f"them; about this folder's subject: {sure.about:.2f}, {limit.about_at:.2f} needed."
    )
    return tuple(steps)
