"""How sure it is that a passage answers, and how sure is sure enough."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from chatbot.builtin import read_yaml
from chatbot.retrieval.model import Hit, Ranking
from chatbot.retrieval.retriever import Retriever

NEIGHBOURS = 5  # hits whose evenness says how undecided the ranking is


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the gate thinks of a ranking, hit by hit.

    `confidences` are probabilities that the hit answers; a hit at or above `answer_at` without a
    veto may be quoted, one at or above `option_at` may be offered. A veto names the word that the
    question has and the passage lacks. `steps` tell it in plain words.
    """

    confidences: tuple[float, ...]
    answer_at: float
    option_at: float
    vetoes: tuple[str | None, ...] = ()
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gate:
    """A small logistic over the signals of a hit, with the two thresholds of one folder."""

    weights: Mapping[str, float]
    answer_at: float
    option_at: float

    @classmethod
    def for_retriever(cls, retriever: Retriever) -> Gate:
        """The gate for the folder that the retriever indexes."""
        name = "with_vectors" if retriever.index.meaning else "without_vectors"
        fitted = read_yaml("gate.yaml")[name]
        return cls(fitted["weights"], fitted["answer_at"], fitted["option_at"])

    def judge(self, ranking: Ranking) -> Judgement:
        """How sure each hit is, and whether that is enough."""
        sure = tuple(self._confidence(signals) for signals in signals_of(ranking))
        return Judgement(sure, self.answer_at, self.option_at, (None,) * len(sure))

    def _confidence(self, signals: Mapping[str, float]) -> float:
        total = sum(weight * signals.get(name, 1.0) for name, weight in self.weights.items())
        return round(1 / (1 + math.exp(-total)), 6)


def signals_of(ranking: Ranking) -> tuple[dict[str, float], ...]:
    """What the gate looks at, for each hit: its own signals and how it stands among the others."""
    evenness = _evenness(ranking.hits[:NEIGHBOURS])
    found = []
    for number, hit in enumerate(ranking.hits):
        others = ranking.hits[1].score if number == 0 and len(ranking.hits) > 1 else 0.0
        best = others if number == 0 else ranking.hits[0].score
        found.append(
            {**hit.signals, "score": hit.score, "margin": hit.score - best, "evenness": evenness}
        )
    return tuple(found)


def _evenness(hits: tuple[Hit, ...]) -> float:
    """Entropy of the scores' shares over its maximum: 1 when all hits score alike."""
    total = sum(hit.score for hit in hits)
    if len(hits) < 2 or not total:
        return 0.0
    shares = [hit.score / total for hit in hits]
    return -sum(share * math.log(share) for share in shares if share) / math.log(len(hits))
