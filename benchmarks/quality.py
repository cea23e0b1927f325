"""`python -m benchmarks.quality [NAME=FOLDER,QUESTIONS …]`: how good the answers are, as Markdown.

Ranks the same questions with this product and with other engines, and asks them of the policy: as
they are, with the right entry taken out, and questions that no clinic answers. Without arguments it
measures the public sets of ../shared/data and the sample folder.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.peers import INSTALL, PEERS
from chatbot.answering.calibration import calibrate
from chatbot.answering.confidence import Gate, Judgement
from chatbot.curation.evaluation import Question, Share, read_questions
from chatbot.knowledge.folder import read
from chatbot.knowledge.loading import load
from chatbot.knowledge.model import Corpus
from chatbot.retrieval.model import Query, Ranking
from chatbot.retrieval.retriever import Retriever

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data"
OFF = DATA / "out-of-scope.jsonl"
ENDS = ("answered right", "answered wrong", "options with", "options without", "handed off")


class Recipe:
    """The recipe of the reference: fields, letters, pairs, reverse coverage, canonical synonyms.

    Question 1, answer .3, four-letter runs .3, pairs .3, reverse coverage .1, each divided by the
    query's ideal; built from this product's own index, whose vocabulary is the built-in one.
    """

    WEIGHTS = (("question", 1.0), ("letters", 0.3), ("pairs", 0.3), ("reverse", 0.1))
    BODY = 0.3

    def __init__(self, retriever: Retriever) -> None:
        self._retriever = retriever

    def order(self, query: Query) -> list[int]:
        """The numbers of the passages, best first."""
        index = self._retriever.index
        shares = index.lexical(query)
        rows = sum(weight * shares[name] for name, weight in self.WEIGHTS)
        totals = (
            np.maximum.reduceat(np.asarray(rows), index.first[:-1]) + self.BODY * shares["body"]
        )
        return [int(number) for number in np.argsort(-totals.round(6), kind="stable")]


def main() -> None:
    """Print the tables."""
    sets = [_set(text) for text in sys.argv[1:]] or list(_usual())
    off = [json.loads(line)["question"] for line in OFF.read_text("utf-8").splitlines()]
    print(f"Command: `python -m benchmarks.quality`. Machine: {os.cpu_count()} cores, one thread, "
          f"Python {sys.version.split()[0]}, numpy {np.__version__}.\n")  # fmt: skip
    _rankings(sets)
    _policies(sets, off)


def _usual() -> Iterator[tuple[str, Corpus, tuple[Question, ...]]]:
    for name in ("covidfaq", "stackfaq"):
        yield _set(f"{name}={DATA / name / 'knowledge'},{DATA / name / 'questions.jsonl'}")
    yield _set(f"sample={ROOT / 'knowledge'},{ROOT / 'tests/sample/paraphrases.jsonl'}")


def _set(text: str) -> tuple[str, Corpus, tuple[Question, ...]]:
    name, _, paths = text.partition("=")
    folder, questions = (Path(path) for path in paths.split(","))
    corpus = load(read(folder)).corpus
    if name == "covidfaq":
        corpus = replace(corpus, synonyms=(("covid", "covid 19", "coronavirus", "corona"),))
    return name, corpus, read_questions(questions.read_bytes(), str(questions))


def _rankings(sets: Sequence[tuple[str, Corpus, tuple[Question, ...]]]) -> None:
    rows: dict[str, list[str]] = {}
    for name, corpus, questions in sets:
        asked = [question for question in questions if question.targets]
        for system, hits in _systems(corpus, asked):
            first = Share(sum(hit == 1 for hit in hits), len(hits))
            third = Share(sum(0 < hit <= 3 for hit in hits), len(hits))
            low, high = first.interval
            rows.setdefault(system, []).append(
                f"{first.value:.3f} ({low:.2f}–{high:.2f}) / {third.value:.3f}"
            )
            print(f"{name}: {system} {rows[system][-1]}", file=sys.stderr, flush=True)
    print("hit@1 (95 % interval) / recall@3 of the ranking:\n")
    print("| system | " + " | ".join(f"{name} ({len(q)})" for name, _, q in sets) + " |")
    print("|---" * (len(sets) + 1) + "|")
    for system, cells in rows.items():
        print(f"| {system} | " + " | ".join(cells) + " |")


def _systems(corpus: Corpus, asked: Sequence[Question]) -> Iterator[tuple[str, list[int]]]:
    """Each system with the rank of the right passage for each question; 0 when not in the ten."""
    passages = sorted(corpus.passages, key=lambda passage: passage.id)
    titles = {document.id: document.title for document in corpus.documents}
    texts = [" ".join((titles[p.document], *p.headings, p.text)) for p in passages]
    for system, engine in PEERS.items():
        try:
            peer = engine(texts)
        except ImportError as missing:
            print(f"{system} left out: {missing}. {INSTALL}", file=sys.stderr)
            continue
        ranks = []
        for question in asked:
            order = np.argsort(-peer.scores(question.question), kind="stable")[:10]
            ranks.append(_rank(question.wants(passages[number]) for number in order))
        yield system, ranks
    plain = Retriever(corpus, semantics=False)
    recipe = Recipe(plain)
    yield (
        "recipe F + synonyms",
        [
            _rank(
                question.wants(plain.index.passages[number])
                for number in recipe.order(plain.query(question.question))[:10]
            )
            for question in asked
        ],
    )
    for system, retriever in (("this, SEMANTICS=off", plain), ("this", Retriever(corpus))):
        yield (
            system,
            [
                _rank(question.wants(hit.passage) for hit in _search(retriever, question).hits)
                for question in asked
            ],
        )


def _search(retriever: Retriever, question: Question) -> Ranking:
    return retriever.search(retriever.query(question.question))


def _rank(right: Iterator[bool]) -> int:
    return next((place for place, hit in enumerate(right, 1) if hit), 0)


def _policies(sets: Sequence[tuple[str, Corpus, tuple[Question, ...]]], off: Sequence[str]) -> None:
    print("\nWhat a visitor gets; “near” is the same question with every right document out of the "
          "folder, “off” the off-topic questions:\n")  # fmt: skip
    print("| set | vectors | asked | " + " | ".join(ENDS) + " | helped |")
    print("|---" * (len(ENDS) + 4) + "|")
    for name, corpus, questions in sets:
        for semantics in (True, False):
            retriever = Retriever(corpus, semantics)
            started = time.process_time()
            gate = calibrate(retriever)
            taken = time.process_time() - started
            asked = [question for question in questions if question.targets]
            groups = {
                "as they are": [_end(gate, retriever, question) for question in asked],
                "near": [_end(gate, retriever, question, out=True) for question in asked],
                "unanswerable": [
                    _end(gate, retriever, question)
                    for question in questions
                    if not question.targets
                ],
                "off": [_end(gate, retriever, Question(text)) for text in off],
            }
            for kind, ends in groups.items():
                if ends:
                    shares = [ends.count(end) / len(ends) for end in ENDS]
                    helped = f"{shares[0] + shares[2]:.3f}" if kind == "as they are" else ""
                    cells = " | ".join(f"{share:.3f}" for share in shares)
                    vectors = "on" if semantics else "off"
                    print(f"| {name} | {vectors} | {kind} ({len(ends)}) | {cells} | {helped} |")
            print(f"{name}: calibrated in {taken:.1f} s to {gate.answer_at:.2f}, "
                  f"{gate.option_at:.2f}", file=sys.stderr, flush=True)  # fmt: skip


def _end(gate: Gate, retriever: Retriever, question: Question, *, out: bool = False) -> str:
    """How the policy ends, by the gate's thresholds; every document here is live."""
    ranking = retriever.search(retriever.query(question.question), 30 if out else 10)
    if out:
        named = {target.split("#")[0] for target in question.targets}
        hits = tuple(hit for hit in ranking.hits if hit.passage.document not in named)[:10]
        ranking = replace(ranking, hits=hits)
    judged: Judgement = gate.judge(ranking)
    right = [question.wants(hit.passage) and not out for hit in ranking.hits]
    sure = judged.confidences[:4]
    if sure and sure[0] >= judged.answer_at and not judged.vetoes[0]:
        return ENDS[0] if right[0] else ENDS[1]
    plausible = [n for n, confidence in enumerate(sure) if confidence >= judged.option_at]
    if len(plausible) >= 2:
        return ENDS[2] if any(right[n] for n in plausible) else ENDS[3]
    return ENDS[4]


if __name__ == "__main__":
    main()
