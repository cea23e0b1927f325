"""What articles and FAQ entries have in common: approval, sources, phrases kept together."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from chatbot.errors import Problem
from chatbot.knowledge.fields import Node, items, members, pairs, read
from chatbot.knowledge.markdown import ID, Link, examine
from chatbot.knowledge.model import Document, Passage, Reference, Status
from chatbot.knowledge.source import Source
from chatbot.knowledge.values import Day, Web, Words

APPROVAL = {"approved_by": "Medical director", "approved_on": "2026-01-15",
            "review_by": "2027-01-15"}  # fmt: skip
RESERVED = frozenset({"answered", "choose", "handoff", "greeting", "crisis", "closed"})

_DIGEST = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True)
class Header:
    """The keys that say whether a document may be quoted, and where it comes from."""

    status: Status = Status.DRAFT
    approved_by: str | None = None
    approved_on: Day | None = None
    review_by: Day | None = None
    approved_text: str | None = None
    url: Web | None = None
    author: str | None = None
    tags: Words = ()
    references: Any = ()
    keep_together: Any = ()


SHARED = tuple(key for key in Header.__dataclass_fields__ if key != "approved_text")
H = TypeVar("H", bound=Header)


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


def header(
    wanted: type[H], node: Node, source: Source, texts: Mapping[str, str]
) -> tuple[H, dict[str, Any]]:
    """The keys as they stand, and the arguments of a Document that they give.

    `texts` are required and must be text as YAML reads them, each with an example.
    """
    nodes = pairs(node)
    approved = "status" in nodes and nodes["status"].value == Status.APPROVED
    required = {**texts, "status": "draft", **(APPROVAL if approved else {})}
    found = read(wanted, node, source, required) or wanted()
    for key in texts:
        kind = nodes[key].tag.rpartition(":")[2] if key in nodes else "str"
        if kind not in ("str", "null", "seq", "map"):
            source.report("not-text", nodes[key].start_mark.index, key=key, kind=kind,
                          value=nodes[key].value)  # fmt: skip
    if found.approved_on and found.review_by and found.review_by < found.approved_on:
        source.report("date-order", nodes["review_by"].start_mark.index)
    if found.approved_text and not _DIGEST.fullmatch(found.approved_text):
        # It matches no text, so the document stays withheld.
        source.report("bad-value", nodes["approved_text"].start_mark.index, key="approved_text",
                      value=found.approved_text, accepted="what `approve` writes")  # fmt: skip
    references = [read(Reference, item, source, {"title": '"Author, journal, year"'})
                  for item in members(node, "references", source)]  # fmt: skip
    stated = {key: getattr(found, key) for key in Header.__dataclass_fields__}
    del stated["keep_together"]
    return found, {**stated, "references": tuple(filter(None, references))}


def check_together(node: Node, passages: tuple[Passage, ...], source: Source) -> None:
    """Report each group of `keep_together` that does not fall in one passage."""
    for group in members(node, "keep_together", source):
        phrases = [item.value for item in items(group) if str(item.value).strip()]
        if len(phrases) < 2:
            values = {"shape": "lists of phrases", "example": '[["one phrase", "another"]]'}
            source.report("wrong-shape", group.start_mark.index, key="keep_together", **values)
            continue
        found = {phrase: [p for p in passages if _folded(phrase) in _folded(p.text)]
                 for phrase in phrases}  # fmt: skip
        whole = [p for p in passages if all(p in those for those in found.values())]
        places = "; ".join(f"{phrase!r} {_place(those, source)}" for phrase, those in found.items())
        if not whole:
            source.report("keep-together", group.start_mark.index, places=places)
        elif any(len(those) > len(whole) for those in found.values()):
            source.report("apart-elsewhere", group.start_mark.index, places=places)


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
