"""Approving a document: writing down who, when, until when, and of which text."""

from datetime import date

from chatbot.errors import KnowledgeError, Level, Problem
from chatbot.knowledge.articles import read_article
from chatbot.knowledge.authored import APPROVAL
from chatbot.knowledge.editing import change, quoted, refused
from chatbot.knowledge.faqs import read_faqs
from chatbot.knowledge.fields import items, pairs, parse
from chatbot.knowledge.model import Document, State
from chatbot.knowledge.source import Source, decode

BOM = "\ufeff"


def approve(
    path: str, content: bytes, entry: str | None, *, by: str, on: date, until: date, language: str
) -> tuple[bytes, tuple[str, ...]]:
    """The file with its approval, and the ids that are now approved.

    Of an FAQ file `entry` names one entry; without it the file is approved, but for the entries
    that state an approval of their own. Raises KnowledgeError when there is no such document, it
    has errors of its own, or the file cannot be changed by splicing.
    """
    article = path.startswith("articles/")

    def read(text: bytes) -> tuple[dict[str, Document], list[Problem]]:
        reading = read_article(path, text) if article else read_faqs(path, text, language)
        errors = [problem for problem in reading.problems if problem.level is Level.ERROR]
        return {document.id: document for document in reading.documents}, errors

    source, (found, errors) = decode(path, content), read(content)
    names = {entry} if entry else set(found) - (set() if article else _own(source))
    if not names or not names <= set(found):
        unknown = refused(source, 0, f"there is no document {entry or 'to approve'!r} to be read")
        raise KnowledgeError([*unknown.problems, *errors])
    changes: dict[str | None, dict[str, str | None]] = {None if article else entry: {
        "status": "approved", "approved_by": quoted(by),
        "approved_on": str(on), "review_by": str(until),
    }}  # fmt: skip
    for name in sorted(names):
        keys = changes.setdefault(None if article else name, {})
        keys["approved_text"] = quoted(found[name].text_digest)
    text = change(path, source.text, changes)
    changed = ((BOM if content.startswith(BOM.encode()) else "") + text).encode()
    after, errors = read(changed)
    if errors and article:  # in an FAQ file those of other entries do not matter
        raise KnowledgeError(errors)
    if any(name not in after or after[name].state(on) is not State.LIVE for name in names):
        raise refused(source, 0, "it would not be live with that approval")
    return changed, tuple(sorted(names))


def _own(source: Source) -> set[str]:
    """The ids of entries that state an approval of their own."""
    stated = [pairs(entry) for entry in items(pairs(parse(source)).get("faqs"))]
    return {entry["id"].value for entry in stated if {"status", *APPROVAL} & set(entry)}
