"""Fits the gate: `python -m tools.gate.fit NAME=FOLDER,QUESTIONS … --off OFF [--write]`.

Every set is a knowledge folder with questions whose answers are known. Prints, for each set, what a
gate fitted on the *other* families of sets does on it (a name up to its first "-" is its family),
with the thresholds of those others and with the folder's own calibration; `--write` then fits on
all of them and writes `chatbot/builtin/gate.yaml`. Ridge logistic regression by Newton's method.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from chatbot.answering.calibration import calibrate
from chatbot.answering.confidence import OPTIONS, Gate, signals
from chatbot.answering.details import Details
from chatbot.builtin import FOLDER, read_yaml
from chatbot.curation.evaluation import Question, read_questions
from chatbot.knowledge.folder import read
from chatbot.knowledge.loading import load
from chatbot.knowledge.model import Corpus
from chatbot.retrieval.model import Ranking
from chatbot.retrieval.retriever import Retriever

Floats = NDArray[np.float64]
Weights = dict[str, float]
Fitted = dict[str, Any]
ANSWER = {
    True: ("bias", "score", "margin", "near", "evenness", "spread", "common", "kind"),
    False: ("bias", "score", "margin", "reverse", "spread", "common", "kind"),
}
OFFER = {
    True: ("bias", "spread", "near", "backward", "unknown"),
    False: ("bias", "score", "spread", "reverse"),
}
ABOUT = {
    True: ("bias", "score", "nearest", "subject"),
    False: ("bias", "score", "common", "unknown"),
}
DETAILS = -0.7  # each doubt halves the odds; set by hand, since few sets have such questions
RIDGE = 1e-3
MOST = 500  # questions taken of a set
LATER = 0.25  # what a hit after the first counts in the fit


@dataclass(frozen=True)
class Case:
    """One question as the gate sees it: signals and doubts of each hit, and which are right."""

    signals: tuple[Weights, ...]
    right: tuple[bool, ...]
    vetoed: bool
    doubts: int


@dataclass(frozen=True)
class Cases:
    """One set: answerable questions, the same with their own entry out, off-topic ones."""

    answerable: list[Case]
    near: list[Case]
    off: list[Case]

    def groups(self) -> tuple[tuple[float, list[Case]], ...]:
        """The groups with their share of the mix that everything is measured on."""
        return (0.5, self.answerable), (0.25, self.near), (0.25, self.off)


def cases(retriever: Retriever, questions: Sequence[Question], off: Sequence[str]) -> Cases:
    """What the ranking gives for every question of a set."""
    details = Details(retriever)
    chosen = random.Random(1).sample(list(questions), min(MOST, len(questions)))

    def case(question: Question, **left_out: Any) -> Case:
        ranking: Ranking = retriever.search(retriever.query(question.question), 5, **left_out)
        differences = details.differences(
            ranking.query, ((hit.passage, hit.asked) for hit in ranking.hits)
        )
        first = differences[0] if differences else None
        bare = bool(first) and not (ranking.hits[0].matched or ranking.hits[0].pairs)
        return Case(
            signals(ranking),
            tuple(question.wants(hit.passage) for hit in ranking.hits),
            bare or bool(first and first.strong),
            len(first.mild) + len(first.extra) if first else 0,
        )

    answerable = [question for question in chosen if question.targets]
    unanswerable = [case(question) for question in chosen if not question.targets]
    nothing = frozenset[str]()
    return Cases(
        [case(question) for question in answerable],
        [
            case(
                replace(question, targets=nothing),
                without=sorted(question.targets)[0].split("#")[0],
            )
            for question in answerable[::2]
        ]
        + unanswerable,
        [case(Question(text)) for text in off],
    )


def newton(rows: Floats, labels: Floats, weights: Floats) -> Floats:
    """Weights of a logistic regression; the first column, the bias, is not shrunk."""
    spread = rows.std(axis=0) ** 2
    shrink = RIDGE * np.where(np.arange(rows.shape[1]) == 0, 1e-6, spread) + 1e-9
    found = np.zeros(rows.shape[1])
    for _ in range(60):
        chance = 1 / (1 + np.exp(-np.clip(rows @ found, -30, 30)))
        slope = rows.T @ (weights * (chance - labels)) + shrink * found
        bend = (rows * (weights * chance * (1 - chance))[:, None]).T @ rows + np.diag(shrink)
        step = np.linalg.solve(bend, slope)
        found -= step
        if np.abs(step).max() < 1e-9:
            break
    return found


def fit(sets: Sequence[Cases], semantic: bool) -> Fitted:
    """The weights and carried-over thresholds that suit these sets together."""
    answer = _fit(
        sets, ANSWER[semantic], lambda case: list(zip(case.signals, case.right, strict=True))[:3]
    )
    answer["details"] = DETAILS

    def found(case: Case) -> list[tuple[Weights, bool]]:
        return [(case.signals[0], any(case.right[:OPTIONS]))]

    offer = _fit(sets, OFFER[semantic], found, leaving="off")
    about = _fit(sets, ABOUT[semantic], found, leaving="near")
    aims = read_yaml("gate.yaml")["aims"]
    option_at = _middle(_quantile([offer_of(offer, case) for case in one.near],
                                1 - aims["near_offered"]) for one in sets)  # fmt: skip
    about_at = _middle(
        _quantile(
            [offer_of(about, c) if offer_of(offer, c) >= option_at else 0.0 for c in one.off],
            1 - aims["off_topic_offered"],
        )
        for one in sets
    )
    gate = {"answer": answer, "offer": offer, "about": about}
    limits = {"option_at": option_at, "about_at": about_at}
    return {**gate, "answer_at": _answer_at(sets, gate, aims), **limits}


def _middle(values: Iterable[float]) -> float:
    """The median over the sets: one strange set must not set the threshold of all."""
    return round(float(np.median(list(values))), 3)


def _quantile(values: Sequence[float], share: float) -> float:
    return float(np.quantile(values, share, method="inverted_cdf"))


def _fit(sets: Sequence[Cases], names: Sequence[str], examples: Any, leaving: str = "") -> Weights:
    rows, labels, weights = [], [], []
    for one in sets:
        for share, group in one.groups():
            if leaving and group is getattr(one, leaving):
                continue
            for case in group:
                for place, (seen, right) in enumerate(examples(case) if case.signals else []):
                    rows.append([seen.get(name, 1.0) for name in names])
                    labels.append(float(right))
                    weights.append(share / len(group) * (LATER if place else 1.0))
    mass = np.array(weights) / sum(weights)
    found = newton(np.array(rows), np.array(labels), mass)
    return {name: round(float(value), 3) for name, value in zip(names, found, strict=True)}


def chance(weights: Weights, seen: Weights) -> float:
    """The logistic of one hit."""
    total = sum(value * seen.get(name, 1.0) for name, value in weights.items())
    return float(1 / (1 + np.exp(-np.clip(total, -30, 30))))


def answer_of(weights: Weights, case: Case) -> float:
    """How sure the gate is of the best hit."""
    if not case.signals or case.vetoed:
        return 0.0
    return chance(weights, {**case.signals[0], "details": float(min(2, case.doubts))})


def offer_of(weights: Weights, case: Case) -> float:
    """How sure it is that one of the best few answers, or that the subject is the folder's."""
    return chance(weights, case.signals[0]) if case.signals else 0.0


def _answer_at(sets: Sequence[Cases], gate: Fitted, aims: Weights) -> float:
    for limit in np.arange(0.3, 0.99, 0.01):
        seen = [rates(one, gate, (limit, 1.0, 1.0)) for one in sets]
        if all(np.mean([row[n] for row in seen]) <= aims[n] for n in ("wrong", "near_answered")):
            return round(float(limit), 2)
    return 0.99


def rates(one: Cases, gate: Fitted, limits: tuple[float, float, float]) -> dict[str, float]:
    """What the policy does on a set: shares of its groups, `wrong` of the whole mix."""
    answer_at, option_at, about_at = limits

    def end(case: Case) -> str:
        if answer_of(gate["answer"], case) >= answer_at:
            return "right" if case.right[0] else "wrong"
        if offer_of(gate["offer"], case) >= option_at and offer_of(gate["about"], case) >= about_at:
            return "with" if any(case.right[:OPTIONS]) else "without"
        return "handoff"

    ends = {name: [end(case) for case in group] for name, group in
            zip("ANO", (one.answerable, one.near, one.off), strict=True)}  # fmt: skip
    part = {(name, kind): ends[name].count(kind) / max(1, len(ends[name]))
            for name in ends for kind in ("right", "wrong", "with", "without")}  # fmt: skip
    return {
        "right": part["A", "right"],
        "helped": part["A", "right"] + part["A", "with"],
        "wrong": 0.5 * part["A", "wrong"] + 0.25 * part["N", "wrong"] + 0.25 * part["O", "wrong"],
        "A wrong": part["A", "wrong"],
        "near_answered": part["N", "wrong"],
        "near offered": part["N", "without"],
        "off answered": part["O", "wrong"],
        "off offered": part["O", "without"],
    }


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="+", metavar="NAME=FOLDER,QUESTIONS")
    parser.add_argument("--off", type=Path, required=True)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    off = [json.loads(line)["question"] for line in args.off.read_text("utf-8").splitlines()][::3]
    corpora = dict(_read(text) for text in args.sets)
    written: dict[str, Any] = {"aims": dict(read_yaml("gate.yaml")["aims"])}
    for semantic, name in ((True, "with_vectors"), (False, "without_vectors")):
        retrievers = {key: Retriever(corpus, semantic) for key, (corpus, _) in corpora.items()}
        found = {k: cases(r, corpora[k][1], off) for k, r in retrievers.items()}
        print(f"{name}, leaving each family out")
        _report(found, retrievers, semantic)
        written[name] = fit(list(found.values()), semantic)
    if args.write:
        _write(written)


def _report(
    found: Mapping[str, Cases], retrievers: Mapping[str, Retriever], semantic: bool
) -> None:
    told: dict[str, list[dict[str, float]]] = {"carried": [], "self": []}
    for key, one in found.items():
        family = key.split("-")[0]
        fitted = fit([c for k, c in found.items() if k.split("-")[0] != family], semantic)
        gate = Gate.carried_over(
            retrievers[key], {"with_vectors": fitted, "without_vectors": fitted}
        )
        own = calibrate(retrievers[key], gate)
        limits = {"carried": (fitted["answer_at"], fitted["option_at"], fitted["about_at"]),
                  "self": (own.answer_at, own.option_at, own.about_at)}  # fmt: skip
        for kind, limit in limits.items():
            seen = rates(one, fitted, limit)
            told[kind].append(seen)
            line = "  ".join(f"{name} {value:.3f}" for name, value in seen.items())
            held = " ".join(f"{value:.2f}" for value in limit)
            print(f"  {key:10} {kind:8} {held}  {line}", flush=True)
    for kind, rows in told.items():
        means = {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
        line = "  ".join(f"{name} {value:.3f}" for name, value in means.items())
        print(f"  {'mean':10} {kind:8}            {line}; worst wrong "
              f"{max(row['wrong'] for row in rows):.3f}", flush=True)  # fmt: skip


def _read(text: str) -> tuple[str, tuple[Corpus, tuple[Question, ...]]]:
    name, _, paths = text.partition("=")
    folder, questions = (Path(path) for path in paths.split(","))
    corpus = load(read(folder)).corpus
    return name, (corpus, read_questions(questions.read_bytes(), str(questions)))


def _write(written: Mapping[str, Any]) -> None:
    path = FOLDER / "gate.yaml"
    comment = [line for line in path.read_text("utf-8").splitlines() if line.startswith("#")]
    body = yaml.safe_dump(dict(written), sort_keys=False, default_flow_style=None, width=95)
    path.write_text("\n".join([*comment, body]), "utf-8")


if __name__ == "__main__":
    main()
