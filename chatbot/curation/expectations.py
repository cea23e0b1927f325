"""What visitors get for a list of questions: as expected or not, before and after an edit."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from chatbot.answering.assistant import Assistant
from chatbot.answering.model import Outcome, Reply
from chatbot.knowledge.model import Corpus, Expectation

QUICK = 1_000  # passages that are indexed within a second or two
_PARTS = {
    "text": attrgetter("text_digest"),
    "status": attrgetter("status"),
    "approval": attrgetter("approved_by", "approved_on", "review_by", "approved_text"),
    "also_asked": attrgetter("also_asked"),
    "address": attrgetter("url"),
}


@dataclass(frozen=True, slots=True)
class Result:
    """One expected question asked; `got` is written as `expect` would be."""

    expectation: Expectation
    got: str
    kept: bool
    reply: Reply


@dataclass(frozen=True, slots=True)
class Change:
    """One question whose reply differs; the texts are those quoted before and after."""

    question: str
    before: str
    after: str
    text_before: str
    text_after: str

    @property
    def kind(self) -> str:
        """`appears`, `vanishes` or `changes`, seen from what is quoted."""
        if bool(self.text_before) == bool(self.text_after):
            return "changes"
        return "vanishes" if self.text_before else "appears"


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


def results(expectations: Iterable[Expectation], ask: Callable[[str], Reply]) -> tuple[Result, ...]:
    """Ask every question as a visitor would."""
    found = []
    for expectation in expectations:
        reply = ask(expectation.ask)
        kept = keeps(reply, expectation.expect)
        found.append(Result(expectation, ", ".join(told(reply)), kept, reply))
    return tuple(found)


def changes(
    old: Assistant, new: Assistant, questions: Iterable[str], today: date
) -> tuple[Change, ...]:
    """Every question that visitors would get another reply to, in the order given."""
    found = []
    # Most changes that a merge gate sees do not touch the folder: then there is nothing to ask.
    for question in dict.fromkeys(questions) if old.corpus != new.corpus else ():
        replies = [side.reply(question, today=today) for side in (old, new)]
        before, after = (", ".join(told(reply)) for reply in replies)
        quoted = ([quotation.passage.text for quotation in one.quotations] for one in replies)
        texts = ["\n\n".join(passages) for passages in quoted]
        if before != after or texts[0] != texts[1]:
            found.append(Change(question, before, after, *texts))
    return tuple(found)


def known_questions(corpus: Corpus) -> tuple[str, ...]:
    """What a folder itself asks: its expected questions, and each entry's own wordings."""
    asked = [expectation.ask for expectation in corpus.expectations]
    for document in corpus.documents:
        asked += [document.title, *document.also_asked]
    return tuple(dict.fromkeys(asked))


def missed(hidden: Collection[tuple[str, bool]]) -> str:
    """What more wordings would bring, from those that were asked while hidden; "" when nothing."""
    lost = Counter(name for name, found in hidden if not found)
    most = ", ".join(sorted(lost, key=lambda name: (-lost[name], name))[:5])
    return most and (
        f"{lost.total()} of {len(hidden)} wordings in also_asked would not find their "
        f"entry if they were not there. More would help most in: {most}."
    )


def changed_documents(old: Corpus, new: Corpus) -> tuple[tuple[str, str], ...]:
    """(id, what happened) of every document that is added, removed or changed."""
    before, after = ({document.id: document for document in side.documents} for side in (old, new))
    found = [(name, "removed") for name in before.keys() - after.keys()]
    found += [(name, "added") for name in after.keys() - before.keys()]
    for name in before.keys() & after.keys():
        parts = [part for part, of in _PARTS.items() if of(before[name]) != of(after[name])]
        found += [(name, "changed: " + ", ".join(parts))] if parts else []
    return tuple(sorted(found))
