"""Fitting the gate's thresholds to one folder, by the folder's own questions.

Every other phrasing of an entry is asked twice: with only that phrasing taken out (the entry must
answer) and with the whole entry taken out (nothing may). Off-topic questions say how much a match
by chance reaches. Deterministic: the entries are taken in the order of their ids' hashes.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from chatbot.answering.confidence import Gate
from chatbot.builtin import read_lines, read_yaml
from chatbot.knowledge.model import Kind
from chatbot.retrieval.retriever import Retriever

ENTRIES = 100  # at most this many entries are asked
PHRASINGS = 2  # of each
ENOUGH = 60  # phrasings from which the folder's own thresholds are trusted
OWN, LOWER = 0.75, 0.4  # how much they count beside the threshold carried over, above and below it
FEW = 20  # titles that count as much as the threshold carried over
HIGHEST = 0.9  # no folder is so strange that a surer answer would still be wrong


@dataclass(frozen=True, slots=True)
class _Asked:
    """How sure the gate was of the best hit, of the best few and of the subject, and whether the
    best hit was right."""

    answer: float
    option: float
    about: float
    right: bool
    target: str


def calibrate(retriever: Retriever, gate: Gate | None = None) -> Gate:
    """The gate with the folder's own thresholds; takes some milliseconds for each phrasing.

    An entry's own title, with the entry out, stands in for a near-miss: it says how often chance
    neighbours are offered. To answer, with phrasings enough the threshold is mostly the
    folder's own; without, titles only ever raise it. Off-topic questions set floors.
    """
    gate = gate or Gate.carried_over(retriever)
    aims: Mapping[str, float] = read_yaml("gate.yaml")["aims"]
    english = retriever.index.lexicon.analyzer.language == "en"
    off = [_ask(retriever, gate, text) for text in read_lines("offtopic.txt")] if english else []
    own, near, titles = _own(retriever, gate)
    trust = len(titles) / (len(titles) + FEW)
    reached = [asked.option for asked in titles] or [0.0]
    usual = float(np.quantile(reached, 1 - aims["titles_offered"]).round(6))
    option = trust * usual + (1 - trust) * gate.option_at
    if len(own) >= ENOUGH:
        apart = _lowest(own, near, off, aims) - gate.answer_at
        answer = gate.answer_at + (OWN if apart > 0 else LOWER) * apart
    else:
        apart = _quantile([asked.answer for asked in titles], 1 - aims["titles_answered"])
        answer = max(gate.answer_at, (gate.answer_at + apart) / 2)
    least = _quantile([asked.answer for asked in off], 1 - aims["off_topic_answered"])
    shown = [asked.about if asked.option >= option else 0.0 for asked in off]
    about = max(gate.about_at, _quantile(shown, 1 - aims["off_topic_offered"]))
    # Entries on wifi or parking must not raise the bar for all others above what folders need.
    limits = (max(answer, min(least, gate.answer_at)), option, about)
    answer, option, about = (round(min(HIGHEST, limit), 6) for limit in limits)
    hidden = ((a.target, a.right and (a.answer >= answer or a.option >= option)) for a in own)
    return replace(gate, answer_at=answer, option_at=option, about_at=about, hidden=tuple(hidden))


def _own(retriever: Retriever, gate: Gate) -> tuple[list[_Asked], list[_Asked], list[_Asked]]:
    """The folder's phrasings with themselves out, where enough with their entry out, titles so."""
    faqs = [document for document in retriever.corpus.documents if document.kind is Kind.FAQ]
    chosen = sorted(faqs, key=lambda document: _hash(document.id))[:ENTRIES]
    phrasings = [
        (document.id, text)
        for document in chosen
        for text in sorted(document.also_asked, key=_hash)[:PHRASINGS]
    ]
    own = [_ask(retriever, gate, text, name, unasked=text) for name, text in phrasings]
    titles = [_ask(retriever, gate, entry.title, without=entry.id) for entry in chosen]
    asked = phrasings if len(own) >= ENOUGH else ()
    return own, [_ask(retriever, gate, text, without=name) for name, text in asked], titles


def _ask(retriever: Retriever, gate: Gate, text: str, target: str = "", **left: str) -> _Asked:
    """Ask one question; what is `left` out is `without` or `unasked`, as `search` has them."""
    ranking = retriever.search(retriever.query(text), 5, **left)
    sure = gate.sure(ranking)
    best = ranking.hits[0].passage.document if ranking.hits else ""
    return _Asked(sure.answer, sure.any, sure.about, best == target, target)


def _lowest(
    own: Sequence[_Asked], near: Sequence[_Asked], off: Sequence[_Asked], aims: Mapping[str, float]
) -> float:
    """The lowest threshold with at most the wrong answers that `aims` allow.

    Of near-misses, and of a mix of one half answerable, a quarter near-misses and a quarter
    off-topic questions.
    """
    for hundredth in range(5, 100):
        limit = hundredth / 100
        wrong = 0.5 * (sum(a.answer >= limit and not a.right for a in own) / len(own))
        missed, strayed = (
            sum(a.answer >= limit for a in group) / max(1, len(group)) for group in (near, off)
        )
        wrong += 0.25 * (missed + strayed)
        if wrong <= aims["wrong"] and missed <= aims["near_answered"]:
            return limit
    return 0.99


def _quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed; 0 of nothing."""
    return float(np.quantile(values, share, method="inverted_cdf")) + 1e-6 if values else 0.0


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
