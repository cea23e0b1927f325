"""Articles and FAQ entries: from a file to documents, with everything that is wrong with them."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Annotated, Any, TypeVar

from chatbot.errors import Problem
from chatbot.knowledge.fields import alone, blank, check_keys, items, members, pairs, parse, read
from chatbot.knowledge.markdown import ID, Link, check_prose
from chatbot.knowledge.model import Document, Kind, Passage, Reference, Status
from chatbot.knowledge.passages import Section, check_together, passage, sections
from chatbot.knowledge.problems import REQUIRED
from chatbot.knowledge.source import Source, decode
from chatbot.knowledge.values import Day, Web, Words, accepts

OF_APPROVAL = {"status", *REQUIRED["approval"]}
UNWRITTEN = "This answer is still to be written."  # what a draft made of a question says
RESERVED = frozenset({"answered", "choose", "handoff", "greeting", "crisis", "closed"})
_DIGEST = re.compile(r"[0-9a-f]{12}")
_END = r"[ \t]*(?:\r\n|\n|\r"
_FRONT = re.compile(rf"---{_END})(?P<yaml>.*?)(?<=[\r\n])(?:---|\.\.\.){_END}|\Z)", re.S)


@dataclass(frozen=True)
class _Header:
    """The keys of articles and entries that say whether they may be quoted, and their origin."""

    status: Status = Status.DRAFT
    approved_by: str | None = None
    approved_on: Day | None = None
    review_by: Day | None = None
    approved_text: Annotated[str, accepts(_DIGEST.fullmatch, "what `approve` writes")] | None = None
    url: Web | None = None
    author: str | None = None
    tags: Words = ()
    references: Any = ()
    keep_together: Any = ()


@dataclass(frozen=True)
class _Article(_Header):
    title: str = ""


@dataclass(frozen=True)
class _Entry(_Header):
    id: str = ""
    question: str = ""
    also_asked: Words = ()
    answer: str = ""


H = TypeVar("H", bound=_Header)
_SHARED = tuple(_Header.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file gave; the lines of `links` are those of the file, from 1."""

    documents: tuple[Document, ...] = ()
    problems: tuple[Problem, ...] = ()
    links: tuple[Link, ...] = ()


@lru_cache(maxsize=20_000)
def read_file(path: str, content: bytes, language: str) -> Reading:
    """The documents in an article or FAQ file, and everything wrong with them; `language` is the
    clinic's."""
    source, links = decode(path, content), list[Link]()
    article = path.startswith("articles/")
    found = _article(source, links) if article else _entries(source, links, language)
    return Reading(tuple(found), tuple(source.problems), tuple(links))


def front_matter(text: str) -> tuple[int, int] | None:
    """Where the YAML between the two --- lines ends, and where the body begins."""
    return (found.end("yaml"), found.end()) if (found := _FRONT.match(text)) else None


def _digest(title: str, question: str, body: str) -> str:
    """What `approved_text` holds: the first 12 hex digits of a SHA-256.

    Hashed, in UTF-8, are title, question and body, one under the other, with line ends as LF and
    without white space around the whole. An article has no question, an FAQ entry no title.
    """
    text = "\n".join((title, question, body)).replace("\r\n", "\n").strip()
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _sound_id(source: Source, at: Any, name: str) -> bool:
    sound = bool(ID.fullmatch(name)) and name not in RESERVED
    if not sound:
        source.report("bad-id", at, name=name)
    return sound


def _header(
    wanted: type[H], node: Any, source: Source, texts: Mapping[str, str]
) -> tuple[H, dict[str, Any]]:
    """The keys as they stand, and the arguments of a Document that they give.

    `texts` are required and must be text as YAML reads them, each with an example.
    """
    nodes = pairs(node)
    approved = "status" in nodes and nodes["status"].value == Status.APPROVED
    required = {**texts, "status": "draft", **(REQUIRED["approval"] if approved else {})}
    found = read(wanted, node, source, required) or wanted()
    for key in texts.keys() & nodes.keys():
        kind = nodes[key].tag.rpartition(":")[2]
        if kind not in ("str", "null", "seq", "map"):
            source.report("not-text", nodes[key], key=key, kind=kind, value=nodes[key].value)
    if found.approved_on and found.review_by and found.review_by < found.approved_on:
        source.report("date-order", nodes["review_by"])
    references = [
        read(Reference, item, source, REQUIRED["reference"])
        for item in members(node, "references", source)
    ]
    stated = {key: getattr(found, key) for key in _SHARED if key != "keep_together"}
    if not found.approved_text and not blank(nodes.get("approved_text")):
        stated["approved_text"] = "unreadable"  # it matches no text, so the document stays withheld
    return found, {**stated, "file": source.path, "references": tuple(filter(None, references))}


def _article(source: Source, links: list[Link]) -> Iterator[Document]:
    name, parts = PurePosixPath(source.path).stem, front_matter(source.text)
    if parts is None and not source.problems:
        source.report("no-front-matter", 0)
    usable = _sound_id(source, 0, name)
    root = parse(source, parts[0]) if parts else None
    if parts is None or root is None:
        return
    head, stated = _header(_Article, root, source, REQUIRED["article"])
    body = Source.of(source.path, source.text[parts[1] :])
    found = sections(body)
    passages = tuple(_passages(source, name, parts[1], body, found))
    if not passages:
        source.report("no-words", parts[1])
    offsets = [parts[1] + start for start in body.starts]
    for section, following in pairwise([*found[1:], Section()]):
        if section.title is None:
            source.report("empty-heading", offsets[section.line])
        elif not section.blocks and following.level <= section.level:
            source.report("empty-section", offsets[section.line], title=section.title)
    links += check_prose(source, name, body.text, offsets, article=True)
    check_together(root, passages, source)
    if usable:
        yield Document(
            id=name,
            kind=Kind.ARTICLE,
            line=1,
            title=" ".join((head.title or name).split()),
            passages=passages,
            anchors=frozenset(section.anchor for section in found if section.anchor),
            text_digest=_digest(head.title, "", body.text),
            **stated,
        )


def _passages(
    source: Source, name: str, offset: int, body: Source, found: list[Section]
) -> Iterator[Passage]:
    seen: Counter[str] = Counter()
    for section in found:
        for start, end in section.runs():
            text = body.text[start:end]
            made = passage(name, source, offset + start, text, offset + end, section)
            seen[made.id] += 1
            if not made.text.strip():
                source.report("no-words", offset + start)
            else:
                repeat = f".{seen[made.id]}" if seen[made.id] > 1 else ""
                yield replace(made, id=made.id + repeat)


def _entries(source: Source, links: list[Link], language: str) -> Iterator[Document]:
    root = parse(source)
    if root is None or source.problems:
        return
    inherited, entries = [], items(root)  # the entries alone are a file too
    if root.id != "sequence":
        check_keys(root, (*_SHARED, "language", "faqs"), source)
        top, entries = pairs(root), members(root, "faqs", source)
        if "faqs" not in top:
            source.report("missing-key", root, key="faqs", example=REQUIRED["faqs"]["faqs"])
        if "language" in top and top["language"].value not in ("", language):
            stated = top["language"].value
            source.report("other-language", top["language"], stated=stated, expected=language)
        inherited = [pair for pair in root.value if pair[0].value in _SHARED] if top else []
    signed, unsigned, together = False, [], list[Passage]()
    for entry in entries:
        if own := pairs(entry):
            kept = {*own, "keep_together"}  # of which the file's holds for all entries as a whole
            entry.value = [*(pair for pair in inherited if pair[0].value not in kept), *entry.value]
        if document := _entry(source, entry, links):
            if document.status is Status.APPROVED and not OF_APPROVAL & own.keys():
                signed |= bool(document.approved_text)
                unsigned += [] if document.approved_text else [entry]
            together += () if "keep_together" in own else document.passages
            yield document
    if together:
        check_together(root, tuple(together), source)
    for entry in unsigned if signed else ():
        source.report("not-in-approval", entry)


def _entry(source: Source, entry: Any, links: list[Link]) -> Document | None:
    stated, approval = _header(_Entry, entry, source, REQUIRED["entry"])
    name, answer, node = stated.id, stated.answer, pairs(entry).get("answer")
    if not (name and stated.question and answer and node) or not _sound_id(source, entry, name):
        return None
    begins, ends = node.start_mark.index, node.end_mark.index
    if node.shared or alone(source.text[begins:ends]) != answer:
        source.report("answer-not-quotable", node)
        return None
    quoted = passage(name, source, begins, answer, ends)
    unwritten = stated.status is Status.APPROVED and UNWRITTEN in quoted.text
    if unwritten or not quoted.text.strip():
        source.report("unwritten-answer" if unwritten else "empty-answer", node)
        return None
    check_together(entry, (quoted,), source)
    # Only a literal block keeps the lines of the file.
    below = list(source.starts[source.line(begins) :]) if node.style == "|" else []
    links += check_prose(source, name, answer, below or [begins], article=False)
    return Document(
        id=name,
        kind=Kind.FAQ,
        line=source.line(entry.start_mark.index),
        title=" ".join(stated.question.split()),
        passages=(quoted,),
        text_digest=_digest("", stated.question, answer),
        also_asked=stated.also_asked,
        **approval,
    )
