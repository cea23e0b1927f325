"""Approving a document: writing down who, when, until when, and of which text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from chatbot.errors import KnowledgeError, Level
from chatbot.knowledge.articles import read_article
from chatbot.knowledge.authored import APPROVAL, Reading
from chatbot.knowledge.editing import Changes, change, quoted, refused
from chatbot.knowledge.faqs import read_faqs
from chatbot.knowledge.model import State, Status
from chatbot.knowledge.source import Source, decode
from chatbot.knowledge.yaml_nodes import parse

BOM = "\ufeff"


def approve(
    path: str, content: bytes, entry: str | None, *, by: str, on: date, until: date, language: str
) -> tuple[bytes, tuple[str, ...]]:
    """The file with its approval, and the ids that are now approved.

    Of an FAQ file `entry` names one entry; without it the file is approved, but for the entries
    that state an approval of their own. Raises KnowledgeError when there is no such document, it
    has errors of its own, or the file cannot be changed by splicing.
    """

    def read(text: bytes) -> Reading:
        article = path.startswith("articles/")
        return read_article(path, text) if article else read_faqs(path, text, language)

    source, reading = decode(path, content), read(content)
    found = {document.id: document for document in reading.documents}
    article = path.startswith("articles/")
    names = {entry} if entry else set(found) - (set() if article else _own(source))
    if not names or not names <= set(found):
        errors = [problem for problem in reading.problems if problem.level is Level.ERROR]
        unknown = refused(source, 0, f"there is no document {entry or 'to approve'!r} to be read")
        raise KnowledgeError([*unknown.problems, *errors])
    keys = dict(zip(APPROVAL, (quoted(by), str(on), str(until)), strict=True))
    changes: dict[str | None, Changes] = {
        None if article else entry: {"status": Status.APPROVED.value, **keys}
    }
    for name in sorted(names):
        where = None if article else name
        digest = quoted(found[name].text_digest)
        changes[where] = {**changes.get(where, {}), "approved_text": digest}
    text = change(path, source.text, changes)
    changed = ((BOM if content.startswith(BOM.encode()) else "") + text).encode()
    _check(read(changed), source, names, on)
    return changed, tuple(sorted(names))


def _own(source: Source) -> set[str]:
    """The ids of entries that state an approval of their own."""
    root = parse(source)
    entries = root.get("faqs") if root else None
    keys = {"status", *APPROVAL}
    return {
        name.text for item in (entries.items if entries else ()) if (name := item.get("id"))
        and keys & {key.text for key, _ in item.pairs}
    }  # fmt: skip


def _check(reading: Reading, source: Source, names: Iterable[str], on: date) -> None:
    """Refuse what would not go live; errors of an FAQ file's other entries are none of ours."""
    errors = [problem for problem in reading.problems if problem.level is Level.ERROR]
    if errors and source.path.startswith("articles/"):
        raise KnowledgeError(errors)
    states = {document.id: document.state(on) for document in reading.documents}
    if any(states.get(name) is not State.LIVE for name in names):
        raise refused(source, 0, "it would not be live with that approval")
