"""`python -m benchmarks.speed [SIZE …]`: how fast ranking is, beside other engines, as Markdown.

Passages are made of sentences of a public word list's texts, questions of about eight words. One
field is timed on the same stems for every engine; "this, whole" is every field, spelling and word
vectors. Times are milliseconds for one question on one thread.
"""

from __future__ import annotations

import gzip
import importlib
import os
import random
import resource
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("NUMBA_NUM_THREADS", "1")

import numpy as np

from benchmarks.peers import INSTALL, Fts5, StemmedRankBm25, Tantivy, terms
from chatbot.knowledge.model import Clinic, Corpus, Document, Kind, Passage, Status
from chatbot.retrieval.bm25 import Postings
from chatbot.retrieval.retriever import Retriever

TEXTS = Path(__file__).resolve().parents[2] / "shared/data/word-vectors/texts.txt.gz"
WHOLE = 10_000  # passages up to which the whole ranking is timed as well
ROUNDS = 200


def main() -> None:
    """Print one table for each size."""
    with gzip.open(TEXTS, "rt", encoding="utf-8") as file:
        sentences = [line.strip() for line in file if len(line.split()) > 4]
    sizes = [int(size) for size in sys.argv[1:]] or [1_000, 10_000, 100_000]
    print(f"Command: `python -m benchmarks.speed`. Machine: {os.cpu_count()} cores, one thread, "
          f"Python {sys.version.split()[0]}, numpy {np.__version__}.\n")  # fmt: skip
    print(
        "| passages | engine | p50 ms | p99 ms | build s | memory MB |\n|---|---|---|---|---|---|"
    )
    for size in sizes:
        _measure(size, sentences)


def _measure(size: int, sentences: Sequence[str]) -> None:
    chance = random.Random(size)
    texts = [" ".join(chance.choices(sentences, k=4)) for _ in range(size)]
    asked = [" ".join(chance.choice(sentences).split()[:8]) for _ in range(ROUNDS)]
    stems = [terms(text) for text in texts]
    questions = [terms(question) for question in asked]

    def show(name: str, build: Callable[[], Callable[[int], object]], rounds: int = ROUNDS) -> None:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = time.process_time()
        try:
            ask = build()
        except ImportError as missing:
            print(f"{name} left out: {missing}. {INSTALL}", file=sys.stderr)
            return
        built = time.process_time() - started
        ask(0)
        taken = [_timed(ask, number % ROUNDS) for number in range(rounds)]
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        p50, p99 = np.quantile(taken, (0.5, 0.99))
        print(
            f"| {size:,} | {name} | {p50:.3f} | {p99:.3f} | {built:.2f} | {grown:.0f} |", flush=True
        )

    show("this, one field", lambda: _postings(stems, questions))
    show("rank_bm25", lambda: _rank_bm25(stems, questions), max(5, ROUNDS * 1000 // size))
    show("bm25s with numba", lambda: _bm25s(stems, questions))
    show("tantivy", lambda: _best(Tantivy(texts), asked))
    show("SQLite FTS5", lambda: _best(Fts5(texts), asked), max(20, ROUNDS * 1000 // size))
    if size <= WHOLE:
        show("this, whole", lambda: _whole(texts, sentences, asked))


def _timed(ask: Callable[[int], object], number: int) -> float:
    started = time.perf_counter()
    ask(number)
    return (time.perf_counter() - started) * 1000


def _postings(
    stems: Sequence[Sequence[str]], questions: Sequence[Sequence[str]]
) -> Callable[[int], object]:
    field = Postings(stems)
    ones = [[1.0] * len(terms) for terms in questions]
    return lambda number: np.argpartition(-field.scores(questions[number], ones[number]), 5)[:5]


def _rank_bm25(
    stems: Sequence[list[str]], questions: Sequence[Sequence[str]]
) -> Callable[[int], object]:
    index = StemmedRankBm25.of_terms(stems)
    return lambda number: np.argpartition(-index.get_scores(questions[number]), 5)[:5]


def _bm25s(stems: Sequence[list[str]], questions: Sequence[list[str]]) -> Callable[[int], object]:
    bm25s = importlib.import_module("bm25s")
    index = bm25s.BM25(method="lucene", backend="numba")
    index.index(list(stems), show_progress=False)
    return lambda number: index.retrieve([questions[number]], k=5, show_progress=False)


def _best(peer: Tantivy | Fts5, asked: Sequence[str]) -> Callable[[int], object]:
    return lambda number: peer.best(asked[number], 5)


def _whole(
    texts: Sequence[str], sentences: Sequence[str], asked: Sequence[str]
) -> Callable[[int], object]:
    chance = random.Random(7)
    day = date(2026, 1, 1)
    documents = []
    for number, text in enumerate(texts):
        name = f"d{number}"
        passage = Passage(f"{name}.x", name, "f", (0, 1), text, "", text, text)
        documents.append(
            Document(
                name,
                Kind.FAQ,
                "f",
                1,
                chance.choice(sentences)[:90],
                Status.APPROVED,
                (passage,),
                "",
                "A",
                day,
                day,
            )
        )
    retriever = Retriever(Corpus(Clinic("Speed"), tuple(documents)))
    return lambda number: retriever.search(retriever.query(asked[number]), 10)


if __name__ == "__main__":
    main()
