"""Fits the weights in builtin/safety: logistic regression with an L2 penalty, numpy alone.

    python -m tools.safety.fit [--check]

Learns from the tuning messages of tests/safety/corpus, from examples.yaml and, as messages without
danger, from the questions of knowledge/ and under ../shared/data, with the word vectors of
chatbot/builtin/vectors. The held-out half is never read. `--check` leaves out each quarter of the
tuning messages in turn and prints how the rules and the score, without the encoder, do on it.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from chatbot.builtin import FOLDER, read_yaml
from chatbot.safety import personal, rules, scorer
from chatbot.safety.detector import Detector
from chatbot.safety.normalising import Reader
from chatbot.safety.opinion import Opinion
from chatbot.safety.scorer import Scorer

ROOT = Path(__file__).resolve().parent.parent.parent
CORPUS = ROOT / "tests" / "safety" / "corpus"
DATA = ROOT.parent / "shared" / "data"
LEVELS = (0.05, 0.2, 0.5, 0.96, 0.4, 0.95)  # docs/safety.md explains them
PERSONAL = (0.2, 0.65, 0.8)  # a phrase counts from the first, the score alone from the second,
# and where a phrase says that the question is one for everybody, from the third
GRAVE = 2.2  # what a message in danger counts, against 1 for another: to miss one costs more
PENALTY = 1 / 50
STEPS = 250
PAIRS = 6000
VECTORS = 1.0  # how far word vectors are trusted; more gives a word a weight of its own less
WIDTH = 256
LEAST, FAINT = 0.1, 0.5  # smaller weights, and smaller ones of words in no message, are left out
MOST = 4.0  # what a word in no message can weigh
HEAD = """\
# Weights of the second opinion, made by tools/safety/fit.py; positive means danger, or personal.
# First the levels that docs/safety.md explains; then weight, tab, word or pair of words
# ("#" is a number, "~" stands for any ending, the line without a word is what all start from).
"""
Example = tuple[str, bool, float]
Array = NDArray[np.float64]


def tuning(name: str) -> list[dict[str, object]]:
    """The tuning half of one file of the corpus."""
    lines = (CORPUS / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["half"] == "tuning"]


def outside() -> list[Example]:
    """What is always learnt from: the examples, personal questions, other sites' questions."""
    found: list[Example] = []
    for block in read_yaml("safety/examples.yaml").values():
        found += [(text, True, GRAVE) for text in block["shown"]]
        found += [(text, False, 1.0) for text in block["none"]]
    more = [row for row in tuning("tuning-2") if "personal" in row]
    found += [(str(row["text"]), False, 1.0) for row in (*tuning("personal"), *more)]
    found += [(question, False, 0.7) for question in answered()]
    dice = random.Random(1)
    for path in ("covidfaq/questions.jsonl", "stackfaq/questions.jsonl", "out-of-scope.jsonl"):
        lines = (DATA / path).read_text("utf-8").splitlines()
        questions = [json.loads(line)["question"] for line in lines]
        found += [(q, False, 0.5) for q in dice.sample(questions, min(1500, len(questions)))]
    return found


def answered() -> list[str]:
    """The questions of the sample folder, none of which is a cry for help."""
    found = []
    for path in sorted((ROOT / "knowledge" / "faqs").glob("*.yaml")):
        for entry in yaml.safe_load(path.read_text("utf-8"))["faqs"]:
            found += [entry["question"], *entry.get("also_asked", ())]
    return found


def dangers(wanted: bool) -> list[dict[str, object]]:
    """The messages in danger, or without, that the score is fitted to."""
    key = "tier" if wanted else "kind"
    rows = [*tuning("positives" if wanted else "negatives"), *tuning("tuning-2")]
    return [row for row in rows if key in row]


def samples(
    examples: Iterable[Example], reader: Reader, pairs: int
) -> list[tuple[set[str], bool, float]]:
    """(features, danger, weight): a message in danger whole, any other in its stretches."""
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
    both = (dice.sample(harmless, 2) for _ in range(pairs))
    return found + [(one | other, False, 0.5) for one, other in both]


def fit(
    examples: Iterable[Example],
    reader: Reader | None = None,
    pairs: int = PAIRS,
    penalty: float = PENALTY,
) -> dict[str, float]:
    """The weights; the one of "" is the bias.

    A word's weight is its own and what its word vector says, so that words which no message has are
    judged by their neighbours; only the sum is kept, and no vector is needed at run time.
    """
    learnt = samples(examples, reader or rules.builtin().reader, pairs)
    alone = learnt[: len(learnt) - pairs]
    seen = Counter(feature for features, _, _ in alone for feature in features)
    vectors = meanings()
    names = sorted({feature for feature, count in seen.items() if count > 1} | vectors.keys())
    columns = {feature: i for i, feature in enumerate(names)}
    unknown = np.zeros(WIDTH)
    table = np.array([vectors.get(name, unknown) for name in names])
    row_of, column_of, values = [], [], []
    for i, (features, _, _) in enumerate(learnt):
        known = sorted(columns[f] for f in features if f in columns)
        row_of += [i] * len(known)
        column_of += known
        values += [1 / np.sqrt(max(len(known), scorer.SMALLEST))] * len(known)
    rows, cols, vals = np.array(row_of), np.array(column_of), np.array(values)
    danger = np.array([float(d) for _, d, _ in learnt])
    weight = np.array([w for _, _, w in learnt])
    dense = np.zeros((len(learnt), WIDTH))
    for begin in range(0, len(rows), 50_000):  # in pieces, for the sake of memory
        part = slice(begin, begin + 50_000)
        np.add.at(dense, rows[part], vals[part, None] * table[cols[part]])

    def loss(theta: Array) -> tuple[float, Array]:
        own, shared, bias = theta[: len(names)], theta[len(names) : -1], theta[-1]
        score = np.bincount(rows, vals * own[cols], len(learnt)) + dense @ shared + bias
        error = weight * (1 / (1 + np.exp(-score)) - danger)
        slope: Array = np.bincount(cols, vals * error[rows], len(names)).astype(float)
        slope = np.concatenate(
            [slope + penalty * own, error @ dense + penalty * shared, [error.sum()]]
        )
        fault = weight @ (np.logaddexp(0, score) - danger * score)
        return float(fault + penalty / 2 * theta[:-1] @ theta[:-1]), slope

    theta = descend(loss, np.zeros(len(names) + WIDTH + 1))
    whole = theta[: len(names)] + table @ theta[len(names) : -1]
    kept = {"": round(float(theta[-1]), 2)}
    for name, w in zip(names, whole, strict=True):
        if abs(w) >= (LEAST if name in seen else FAINT):
            kept[name] = round(float(w if name in seen else np.clip(w, -MOST, MOST)), 2)
    return kept


def meanings() -> dict[str, Array]:
    """The built-in word vectors of whole words, each as long as the word counts."""
    folder = FOLDER / "vectors"
    counts = np.load(folder / "weights.npy") / 255
    rows = np.load(folder / "vectors.npy") / 480 * VECTORS * counts[:, None]
    words = (folder / "words.txt").read_text("utf-8").splitlines()
    whole = re.compile("[a-z]{2,}")
    return {w: row for w, row in zip(words, rows, strict=True) if whole.fullmatch(w)}


def descend(loss: Callable[[Array], tuple[float, Array]], at: Array) -> Array:
    """Where `loss` is least: L-BFGS as in Nocedal and Wright, algorithm 7.4, with backtracking."""
    value, slope = loss(at)
    past: deque[tuple[Array, Array]] = deque(maxlen=12)
    for _ in range(STEPS):
        way, shares = -slope, []
        for step, turn in reversed(past):
            share = step @ way / (step @ turn)
            way = way - share * turn
            shares.append(share)
        if past:
            step, turn = past[-1]
            way = way * (step @ turn / (turn @ turn))
        for (step, turn), share in zip(past, reversed(shares), strict=True):
            way = way + step * (share - turn @ way / (step @ turn))
        size = 1.0 if past else 1 / np.abs(slope).sum()
        new, new_slope = loss(at + size * way)
        while new > value + 1e-4 * size * (slope @ way) and size > 1e-9:
            size /= 2
            new, new_slope = loss(at + size * way)
        step, turn = size * way, new_slope - slope
        if step @ turn > 1e-12:
            past.append((step, turn))
        at, done = at + step, value - new < 1e-5 * value
        value, slope = new, new_slope
        if done:
            break
    return at


def write(name: str, levels: Iterable[float], weights: dict[str, float]) -> None:
    """Write a file of weights."""
    lines = [" ".join(("levels", *map(str, levels)))]
    lines += [f"{weight:g}\t{name}" for name, weight in sorted(weights.items())]
    (FOLDER / "safety" / name).write_text(HEAD + "\n".join(lines) + "\n", "utf-8")
    print(f"{len(weights)} weights in {name}")


def check() -> None:
    """Four-fold cross-validation on the tuning half."""
    always, parts = outside(), 4
    rows = [(row, danger) for danger in (True, False) for row in dangers(danger)]
    random.Random(3).shuffle(rows)
    counts: Counter[str] = Counter()
    for part in range(parts):
        learnt = [
            (str(row["text"]), d, GRAVE if d else 1.0)
            for i, (row, d) in enumerate(rows)
            if i % parts != part
        ]
        opinion = Opinion(Scorer(fit(learnt + always), LEVELS))
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
    learnt = [
        (str(row["text"]), danger, GRAVE if danger else 1.0)
        for danger in (True, False)
        for row in dangers(danger)
    ]
    write("weights.tsv", LEVELS, fit(learnt + outside()))
    questions = [row for name in ("personal", "tuning-2") for row in tuning(name)]
    questions = [row for row in questions if "personal" in row]
    asked = [(str(row["text"]), bool(row["personal"]), 1.0) for row in questions]
    asked += [(question, False, 0.3) for question in answered()]
    write("personal.tsv", PERSONAL, fit(asked, personal.phrases()[0], 0, 1 / 12))
    return 0


if __name__ == "__main__":
    sys.exit(main())
