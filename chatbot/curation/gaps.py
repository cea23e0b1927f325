"""What visitors ask that the folder does not answer well, in groups of like wordings."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chatbot.answering.model import Outcome, Reply
from chatbot.knowledge.model import Passage
from chatbot.retrieval.retriever import Retriever

ALIKE = 0.6  # Jaccard similarity of their terms from which two questions count as one
AGAIN = timedelta(minutes=2)  # a like question within this time is the same visitor's second try
LOOSELY = 0.3  # how alike a second try is at least
NEAREST = 3


class Why(StrEnum):
    """How a question came to be listed."""

    UNANSWERED = "not answered"
    REPHRASED = "asked again in other words"
    UNHELPFUL = "not helpful"
    HANDED_OFF = "sent to the staff"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was asked; `why` is None when it seemed to go well."""

    question: str
    at: datetime
    why: Why | None


@dataclass(frozen=True, slots=True)
class Gap:
    """Like questions, the most frequent wording first, with the passages that come nearest.

    `reply` is what visitors get for that wording now.
    """

    wordings: tuple[str, ...]
    count: int
    reasons: tuple[tuple[Why, int], ...]
    nearest: tuple[Passage, ...]
    reply: Reply

    @property
    def question(self) -> str:
        """The most frequent wording."""
        return self.wordings[0]


def gaps(
    asked: Iterable[Asked], ask: Callable[[str], Reply], retriever: Retriever, limit: int = 50
) -> tuple[Gap, ...]:
    """The `limit` most frequent groups that still need an answer, most frequent first.

    `ask` gives what visitors get now. A group that was only ever unanswered and is answered now is
    closed and left out.
    """
    found: list[Gap] = []
    for group in _groups(retriever, asked):
        wordings = tuple(text for text, _ in Counter(one.question for one in group).most_common())
        reply = ask(wordings[0])
        reasons = Counter(one.why for one in group if one.why)
        doubted = reasons.keys() & {Why.REPHRASED, Why.UNHELPFUL}
        if reply.outcome is Outcome.CRISIS or (reply.outcome is Outcome.ANSWERED and not doubted):
            continue
        hits = retriever.search(retriever.query(wordings[0]), NEAREST).hits
        nearest = tuple(hit.passage for hit in hits)
        found.append(Gap(wordings, len(group), tuple(reasons.most_common()), nearest, reply))
        if len(found) == limit:
            break
    return tuple(found)


def _groups(retriever: Retriever, asked: Iterable[Asked]) -> list[list[Asked]]:
    """Like questions together: each joins the likest group so far, the largest groups first."""
    ordered = sorted(asked, key=lambda one: one.at)
    terms = {question: _terms(retriever, question) for question in {o.question for o in ordered}}
    by_question: defaultdict[str, list[Asked]] = defaultdict(list)
    for one in _doubtful(ordered, terms):
        by_question[one.question].append(one)
    groups: list[tuple[frozenset[str], list[Asked]]] = []
    holding: defaultdict[str, set[int]] = defaultdict(set)  # the groups whose key has a term
    for question, same in sorted(by_question.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        key = terms[question]
        near = {number for term in key for number in holding[term]}
        score, number = max(((_alike(key, groups[n][0]), -n) for n in near), default=(0.0, 0))
        if score >= ALIKE:
            groups[-number][1].extend(same)
            continue
        for term in key:
            holding[term].add(len(groups))
        groups.append((key, same))
    return sorted((group for _, group in groups), key=len, reverse=True)


def _doubtful(ordered: list[Asked], terms: dict[str, frozenset[str]]) -> Iterator[Asked]:
    """What did not go well, and what was soon asked again in other words."""
    last: list[Asked] = []
    for one in ordered:
        last = [other for other in last if one.at - other.at <= AGAIN]
        for other in last:
            alike = _alike(terms[one.question], terms[other.question])
            if other.why is None and other.question != one.question and alike >= LOOSELY:
                yield Asked(other.question, other.at, Why.REPHRASED)
        last.append(one)
        if one.why:
            yield one


def _terms(retriever: Retriever, question: str) -> frozenset[str]:
    query = retriever.query(question)
    return frozenset(query.content or query.terms or (question,))


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)
