"""Fits chatbot/builtin/safety/weights.tsv: logistic regression with an L2 penalty, numpy alone.

    python -m tools.safety.fit [--check]

Learns from the tuning half of tests/safety/corpus, from examples.yaml and, as messages without
danger, from the questions under ../shared/data. The held-out half is never read. Features seen
once are left out. `--check` leaves out each quarter of the tuning half in turn and prints how the
rules and the score together do on it.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from chatbot.builtin import FOLDER, read_yaml
from chatbot.safety import rules, scorer
from chatbot.safety.detector import Detector
from chatbot.safety.scorer import Scorer

ROOT = Path(__file__).resolve().parent.parent.parent
CORPUS = ROOT / "tests" / "safety" / "corpus"
DATA = ROOT.parent / "shared" / "data"
LEVELS = (0.05, 0.15, 0.55, 0.93)  # see Scorer
PENALTY = 1 / 50
STEPS = 1500
PAIRS = 6000
HEAD = """\
# Weights of the second opinion on danger, made by tools/safety/fit.py; positive means danger.
# First the levels that scorer.py explains; then weight, tab, word or pair of words
# ("#" is a number, "~" stands for any ending, the line without a word is what all start from).
"""
Example = tuple[str, bool, float]


def tuning(name: str) -> list[dict[str, object]]:
    """The tuning half of one file of the corpus."""
    lines = (CORPUS / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["half"] == "tuning"]


def outside() -> list[Example]:
    """What is always learnt from: the examples, personal questions, other sites' questions."""
    found: list[Example] = []
    for block in read_yaml("safety/examples.yaml").values():
        found += [(text, True, 1.0) for text in block["shown"]]
        found += [(text, False, 1.0) for text in block["none"]]
    found += [(str(row["text"]), False, 1.0) for row in tuning("personal")]
    dice = random.Random(1)
    for path in ("covidfaq/questions.jsonl", "stackfaq/questions.jsonl", "out-of-scope.jsonl"):
        lines = (DATA / path).read_text("utf-8").splitlines()
        questions = [json.loads(line)["question"] for line in lines]
        found += [(q, False, 0.5) for q in dice.sample(questions, min(1500, len(questions)))]
    return found


def samples(examples: Iterable[Example]) -> list[tuple[set[str], bool, float]]:
    """(features, danger, weight): a message in danger whole, any other in its stretches."""
    reader = rules.builtin().reader
    found = []
    for text, danger, weight in examples:
        rows = reader.read(text).rows
        parts = list(scorer.stretches(rows))
        if danger and len(parts) > 5:
            continue  # where in a long message the danger stands is not known
        found += [(part, danger, weight) for part in ([set().union(*parts)] if danger else parts)]
    # Two harmless sentences together are harmless: what adds up by chance must not count.
    harmless = [part for part, danger, _ in found if not danger]
    dice = random.Random(2)
    pairs = (dice.sample(harmless, 2) for _ in range(PAIRS))
    return found + [(one | other, False, 0.5) for one, other in pairs]


def fit(examples: Iterable[Example]) -> dict[str, float]:
    """The weights; the one of "" is the bias."""
    learnt = samples(examples)
    alone = learnt[: len(learnt) - PAIRS]
    seen = Counter(feature for features, _, _ in alone for feature in features)
    names = sorted(feature for feature, count in seen.items() if count > 1)
    columns = {feature: i for i, feature in enumerate(names)}
    row_of, column_of, values = [], [], []
    for i, (features, _, _) in enumerate(learnt):
        known = sorted(columns[f] for f in features if f in columns)
        row_of += [i] * len(known)
        column_of += known
        values += [1 / np.sqrt(max(len(known), scorer.SMALLEST))] * len(known)
    rows, cols, vals = np.array(row_of), np.array(column_of), np.array(values)
    danger = np.array([float(d) for _, d, _ in learnt])
    weight = np.array([w for _, _, w in learnt])
    theta, bias = np.zeros(len(names)), 0.0
    ahead, bias_ahead, step = theta, bias, 1 / (0.25 * weight.sum() * 0.02 + PENALTY)
    for turn in range(STEPS):  # Nesterov's accelerated gradient
        score = np.bincount(rows, vals * ahead[cols], len(learnt)) + bias_ahead
        error = weight * (1 / (1 + np.exp(-score)) - danger)
        new = ahead - step * (np.bincount(cols, vals * error[rows], len(names)) + PENALTY * ahead)
        new_bias = bias_ahead - step * error.sum() * 0.05
        push = turn / (turn + 3)
        ahead, bias_ahead = new + push * (new - theta), new_bias + push * (new_bias - bias)
        theta, bias = new, new_bias
    kept = {name: round(float(w), 2) for name, w in zip(names, theta, strict=True)}
    return {"": round(bias, 2), **{name: w for name, w in kept.items() if abs(w) >= 0.05}}


def write(weights: dict[str, float]) -> None:
    """Write the file of weights."""
    lines = [" ".join(("levels", *map(str, LEVELS)))]
    lines += [f"{weight:g}\t{name}" for name, weight in sorted(weights.items())]
    (FOLDER / "safety" / "weights.tsv").write_text(HEAD + "\n".join(lines) + "\n", "utf-8")


def check() -> None:
    """Four-fold cross-validation on the tuning half."""
    always, parts = outside(), 4
    rows = [(row, True) for row in tuning("positives")]
    rows += [(row, False) for row in tuning("negatives")]
    random.Random(3).shuffle(rows)
    counts: Counter[str] = Counter()
    for part in range(parts):
        learnt = [
            (str(row["text"]), d, 1.0) for i, (row, d) in enumerate(rows) if i % parts != part
        ]
        opinion = Scorer(fit(learnt + always), LEVELS)
        detector = Detector(rules.builtin(), opinion)
        for row, danger in rows[part::parts]:
            found = detector.assess(str(row["text"])).safety
            kind = str(row["tier"]) if danger else "hard" if row["hard"] else "ordinary"
            counts[kind] += 1
            counts[f"{kind} shown"] += bool(found.gravity)
            counts[f"{kind} crisis"] += found.gravity == 3
            if not danger and not row["resources_ok"]:
                counts["unwelcome"] += 1
                counts["unwelcome shown"] += bool(found.gravity)
    for name in sorted(counts):
        print(f"{name:20} {counts[name]:5} {counts[name] / counts[name.split()[0]]:.3f}")


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true")
    if parser.parse_args().check:
        check()
        return 0
    learnt = [(str(row["text"]), True, 1.0) for row in tuning("positives")]
    learnt += [(str(row["text"]), False, 1.0) for row in tuning("negatives")]
    weights = fit(learnt + outside())
    write(weights)
    print(f"{len(weights)} weights")
    return 0


if __name__ == "__main__":
    sys.exit(main())
