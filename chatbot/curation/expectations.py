"""What visitors would get for a list of questions, and whether that is what was expected."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from chatbot.answering.assistant import Assistant
from chatbot.answering.model import Outcome, Reply
from chatbot.knowledge.model import Expectation


@dataclass(frozen=True, slots=True)
class Result:
    """One question asked; `got` is written as `expect` would be."""

    expectation: Expectation
    got: str
    kept: bool
    reply: Reply


def told(reply: Reply) -> tuple[str, ...]:
    """A reply in the words of `questions.yaml`: `id#anchor` of what is quoted, or the outcome."""
    if reply.outcome is not Outcome.ANSWERED:
        return (reply.outcome.value,)
    return tuple(
        f"{citation.document}#{citation.anchor}" if citation.anchor else citation.document
        for citation in reply.citations
    )


def keeps(reply: Reply, expect: str) -> bool:
    """Whether the reply is what was expected: the outcome, the document, or the very section."""
    return any(expect in (found, found.split("#")[0]) for found in told(reply))


def results(
    assistant: Assistant,
    expectations: Iterable[Expectation],
    today: date,
    withdrawn: frozenset[str] = frozenset(),
) -> tuple[Result, ...]:
    """Ask every question as a visitor would on `today`."""
    found = []
    for expectation in expectations:
        reply = assistant.reply(expectation.ask, today=today, withdrawn=withdrawn)
        got = ", ".join(told(reply))
        found.append(Result(expectation, got, keeps(reply, expectation.expect), reply))
    return tuple(found)
