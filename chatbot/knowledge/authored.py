"""What articles and FAQ entries have in common: approval, sources, phrases kept together."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from chatbot.errors import Problem
from chatbot.knowledge.fields import Fields
from chatbot.knowledge.markdown import ID, Link, examine
from chatbot.knowledge.model import Document, Passage, Reference, Status
from chatbot.knowledge.source import Source

APPROVAL = {"approved_by": "Medical director", "approved_on": "2026-01-15",
            "review_by": "2027-01-15"}  # fmt: skip
SHARED = ("status", *APPROVAL, "url", "author", "tags", "references", "keep_together")
RESERVED = frozenset({"answered", "choose", "handoff", "greeting", "crisis", "closed"})

_DIGEST = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file gave; the lines of `links` are those of the file, from 1."""

    documents: tuple[Document, ...] = ()
    problems: tuple[Problem, ...] = ()
    links: tuple[Link, ...] = ()


def sound_id(source: Source, offset: int, name: str) -> bool:
    """Whether this can be a document's id; reported if it cannot."""
    if ID.fullmatch(name) and name not in RESERVED:
        return True
    source.report("bad-id", offset, name=name)
    return False


def digest(title: str, question: str, body: str) -> str:
    """What `approved_text` holds: the first 12 hex digits of a SHA-256.

    Hashed, in UTF-8, are title, question and body, one under the other, with line ends as LF and
    without white space around the whole. An article has no question, an FAQ entry no title.
    """
    text = "\n".join((title, question, body)).replace("\r\n", "\n").strip()
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def header(fields: Fields) -> dict[str, Any]:
    """The arguments of a Document that say whether it may be quoted, and where it comes from."""
    status = Status(fields.choice("status", tuple(Status), required="draft") or Status.DRAFT)
    for key, example in APPROVAL.items() if status is Status.APPROVED else ():
        fields.text(key, example)
    approved_on, review_by = fields.day("approved_on"), fields.day("review_by")
    if approved_on and review_by and review_by < approved_on:
        fields.wrong("date-order", "review_by")
    approved_text = fields.checked("approved_text", _DIGEST.fullmatch, "what `approve` writes")
    references = [(part.text("title", '"Author, journal, year"'), part.url("url"))
                  for part in fields.parts("references", ("title", "url"))]  # fmt: skip
    return {
        "status": status,
        "approved_by": fields.text("approved_by"),
        "approved_on": approved_on,
        "review_by": review_by,
        # A digest that cannot be read matches no text, so the document stays withheld.
        "approved_text": approved_text or (fields.node("approved_text") and "unreadable"),
        "url": fields.url("url"),
        "author": fields.text("author"),
        "tags": fields.texts("tags"),
        "references": tuple(Reference(title, url) for title, url in references if title),
    }


def check_together(fields: Fields, passages: tuple[Passage, ...]) -> None:
    """Report each group of `keep_together` that does not fall in one passage."""
    source = fields.source
    for item in fields.items("keep_together"):
        phrases = [node.text for node in item.items if node.text.strip()]
        if len(phrases) < 2:
            values = {"shape": "lists of phrases", "example": '[["one phrase", "another"]]'}
            source.report("wrong-shape", item.start, key="keep_together", **values)
            continue
        found = {phrase: [p for p in passages if _folded(phrase) in _folded(p.text)]
                 for phrase in phrases}  # fmt: skip
        whole = [p for p in passages if all(p in those for those in found.values())]
        places = "; ".join(f"{phrase!r} {_place(those, source)}" for phrase, those in found.items())
        if not whole:
            source.report("keep-together", item.start, places=places)
        elif any(len(those) > len(whole) for those in found.values()):
            source.report("apart-elsewhere", item.start, places=places)


def _place(found: list[Passage], source: Source) -> str:
    lines = ", ".join(str(source.line(passage.span[0])) for passage in found)
    return f"is in the passage at line {lines}" if lines else "is nowhere in the text"


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def check_prose(
    source: Source, document: str, text: str, offsets: list[int], *, article: bool
) -> tuple[Link, ...]:
    """Report what is wrong with the Markdown, whose lines begin at `offsets`; its inner links."""

    def place(line: int) -> int:
        return offsets[min(line, len(offsets) - 1)]

    remarks, links = examine(text, article=article)
    for remark in remarks:
        source.report(remark.code, place(remark.line), **remark.values)
    return tuple(link._replace(line=source.line(place(link.line)),
                               document=link.document or document) for link in links)  # fmt: skip
