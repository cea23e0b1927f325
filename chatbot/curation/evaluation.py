"""How well a folder answers a list of questions whose right answers are known."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import TypeAdapter, ValidationError

from chatbot.answering.assistant import Assistant
from chatbot.answering.model import Outcome, Reply
from chatbot.errors import KnowledgeError, Problem
from chatbot.knowledge.model import Corpus, Passage

RANKED = 10
Z = 1.959964  # the normal quantile of a two-sided 95 % interval
OUTCOMES = (
    "answered-right",
    "answered-wrong",
    "choose-with-target",
    "choose-without",
    "handed-off",
    "other",
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the passages that answer it: ids or id#anchor; none means no passage does."""

    question: str
    targets: frozenset[str] = frozenset()

    def wants(self, passage: Passage) -> bool:
        """Whether a passage is one of the targets."""
        named = {passage.document, f"{passage.document}#{passage.anchor}", passage.id}
        return not self.targets.isdisjoint(named)


_LINE = TypeAdapter(Question)


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, with its Wilson 95 % interval (Wilson 1927)."""

    count: int
    of: int

    @property
    def value(self) -> float:
        """The share itself; 0 of nothing is 0."""
        return self.count / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share lies, with 95 % confidence."""
        if not self.of:
            return 0.0, 1.0
        p, n = self.value, self.of
        centre = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
        half = Z / (1 + Z * Z / n) * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        return max(0.0, centre - half), min(1.0, centre + half)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:.3f}  [{low:.3f}, {high:.3f}]  {self.count} of {self.of}"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The ranking over the questions that have targets, the policy over all of them."""

    hit_at_1: Share
    recall_at_3: Share
    mrr_at_10: float
    outcomes: Mapping[str, Share]
    wrong: tuple[tuple[str, str], ...]

    @property
    def shares(self) -> dict[str, Share]:
        """All but the mean reciprocal rank, by name."""
        return {"hit@1": self.hit_at_1, "recall@3": self.recall_at_3, **self.outcomes}

    def as_json(self) -> dict[str, object]:
        """Everything as plain numbers."""
        wrong = [{"question": asked, "answered": passage} for asked, passage in self.wrong]
        told: dict[str, object] = {}
        for name, share in self.shares.items():
            interval = [round(end, 6) for end in share.interval]
            counts = {"count": share.count, "of": share.of}
            told[name] = {"share": round(share.value, 6), "interval": interval, **counts}
        return {**told, "MRR@10": round(self.mrr_at_10, 6), "wrong": wrong}


def read_questions(content: bytes, path: str) -> tuple[Question, ...]:
    """The questions of a .jsonl file; raises KnowledgeError with every line that is not one."""
    questions: list[Question] = []
    problems: list[Problem] = []
    for number, line in enumerate(content.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            questions.append(_LINE.validate_json(line))
        except ValidationError:
            fix = 'Write {"question": "…", "targets": ["id"]} on one line.'
            problems.append(Problem(path, number, "question", "this is not a question.", fix))
    if problems or not questions:
        empty = Problem(path, 0, "question", "it holds no question.", "Write some.")
        raise KnowledgeError(problems or [empty])
    return tuple(questions)


def unknown(questions: Sequence[Question], corpus: Corpus) -> list[str]:
    """The targets that the folder does not have, or no longer: they count as missed."""
    known = {document.id for document in corpus.documents}
    known |= {f"{passage.document}#{passage.anchor}" for passage in corpus.passages}
    return sorted({target for question in questions for target in question.targets} - known)


def evaluate(assistant: Assistant, questions: Sequence[Question], today: date) -> Evaluation:
    """Ask every question as a visitor would and count how it ends."""
    counts, wrong = Counter[str](), list[tuple[str, str]]()
    for question in questions:
        reply = assistant.reply(question.question, today=today)
        outcome = _outcome(reply, question, assistant.corpus)
        counts[outcome] += 1
        if outcome == "answered-wrong":
            wrong.append((question.question, reply.quotations[0].passage.id))
    # Where no target is found, the rank is beyond all.
    ranks = [_rank(assistant, question) for question in questions if question.targets]
    return Evaluation(
        hit_at_1=Share(sum(rank == 1 for rank in ranks), len(ranks)),
        recall_at_3=Share(sum(rank <= 3 for rank in ranks), len(ranks)),
        mrr_at_10=sum(1 / rank for rank in ranks) / max(len(ranks), 1),
        outcomes={name: Share(counts[name], len(questions)) for name in OUTCOMES},
        wrong=tuple(wrong),
    )


def _rank(assistant: Assistant, question: Question) -> float:
    retriever = assistant.retriever
    hits = retriever.search(retriever.query(question.question), limit=RANKED).hits
    places = (place for place, hit in enumerate(hits, 1) if question.wants(hit.passage))
    return next(places, math.inf)


def _outcome(reply: Reply, question: Question, corpus: Corpus) -> str:
    if reply.outcome is Outcome.ANSWERED:
        right = question.wants(reply.quotations[0].passage)
        return "answered-right" if right else "answered-wrong"
    if reply.outcome is Outcome.CHOOSE:
        wanted = {passage.id for passage in corpus.passages if question.wants(passage)}
        among = any(option.passage in wanted for option in reply.options)
        return "choose-with-target" if among else "choose-without"
    return "handed-off" if reply.outcome is Outcome.HANDOFF else "other"
