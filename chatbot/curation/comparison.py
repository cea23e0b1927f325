"""What an edit changes for visitors: the same questions asked of two corpora."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from chatbot.answering.assistant import Assistant
from chatbot.curation.expectations import told
from chatbot.knowledge.model import Corpus, Document


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
        if not self.text_before and self.text_after:
            return "appears"
        if self.text_before and not self.text_after:
            return "vanishes"
        return "changes"


def changes(
    old: Assistant, new: Assistant, questions: Iterable[str], today: date
) -> tuple[Change, ...]:
    """Every question that visitors would get another reply to, in the order given."""
    found = []
    for question in dict.fromkeys(questions):
        before, text_before = _shown(old, question, today)
        after, text_after = _shown(new, question, today)
        if (before, text_before) != (after, text_after):
            found.append(Change(question, before, after, text_before, text_after))
    return tuple(found)


def known_questions(corpus: Corpus) -> tuple[str, ...]:
    """What a folder itself asks: its expected questions, and each entry's own wordings."""
    asked = [expectation.ask for expectation in corpus.expectations]
    for document in corpus.documents:
        asked += [document.title, *document.also_asked]
    return tuple(dict.fromkeys(asked))


def documents(old: Corpus, new: Corpus) -> tuple[tuple[str, str], ...]:
    """(id, what happened) of every document that is added, removed or changed."""
    before = {document.id: document for document in old.documents}
    after = {document.id: document for document in new.documents}
    told_of = []
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            told_of.append((name, "removed"))
        elif name not in before:
            told_of.append((name, "added"))
        elif parts := _differs(before[name], after[name]):
            told_of.append((name, "changed: " + ", ".join(parts)))
    return tuple(told_of)


def _differs(old: Document, new: Document) -> list[str]:
    parts = {
        "text": (old.text_digest, new.text_digest),
        "status": (old.status, new.status),
        "approval": (
            (old.approved_by, old.approved_on, old.review_by, old.approved_text),
            (new.approved_by, new.approved_on, new.review_by, new.approved_text),
        ),
        "also_asked": (old.also_asked, new.also_asked),
        "address": (old.url, new.url),
    }
    return [name for name, (before, after) in parts.items() if before != after]


def _shown(assistant: Assistant, question: str, today: date) -> tuple[str, str]:
    reply = assistant.reply(question, today=today)
    text = "\n\n".join(quotation.passage.text for quotation in reply.quotations)
    return ", ".join(told(reply)), text
