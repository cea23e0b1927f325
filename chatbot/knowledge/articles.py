"""An article: front matter and Markdown."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import PurePosixPath

from chatbot.knowledge.authored import (
    Header,
    Reading,
    check_prose,
    check_together,
    digest,
    header,
    sound_id,
)
from chatbot.knowledge.fields import parse
from chatbot.knowledge.model import Document, Kind, Passage
from chatbot.knowledge.passages import Section, passage, sections
from chatbot.knowledge.source import Source, decode

_END = r"[ \t]*(?:\r\n|\n|\r"
_FRONT = re.compile(rf"---{_END})(?P<yaml>.*?)(?<=[\r\n])(?:---|\.\.\.){_END}|\Z)", re.S)


def front_matter(text: str) -> tuple[int, int] | None:
    """Where the YAML between the two --- lines ends, and where the body begins."""
    match = _FRONT.match(text)
    return (match.end("yaml"), match.end()) if match else None


@dataclass(frozen=True)
class _Header(Header):
    title: str = ""


@lru_cache(maxsize=20_000)
def read_article(path: str, content: bytes) -> Reading:
    """The article in a file, and everything wrong with it."""
    source = decode(path, content)
    name = PurePosixPath(path).stem
    usable = sound_id(source, 0, name)
    parts = front_matter(source.text)
    if parts is None and source.text:
        source.report("no-front-matter", 0)
    root = parse(source, parts[0]) if parts else None
    if parts is None or root is None:
        return Reading(problems=tuple(source.problems))
    head, stated = header(_Header, root, source, {"title": "What to expect on your first visit"})
    body = Source.of(path, source.text[parts[1] :])
    found = sections(body)
    passages = tuple(_passages(source, name, parts[1], body, found))
    if not passages:
        source.report("no-words", parts[1])
    offsets = [parts[1] + start for start in body.starts]
    _check_headings(source, offsets, found)
    links = check_prose(source, name, body.text, offsets, article=True)
    check_together(root, passages, source)
    document = Document(
        id=name, kind=Kind.ARTICLE, file=path, line=1,
        title=" ".join((head.title or name).split()), passages=passages,
        anchors=frozenset(section.anchor for section in found if section.anchor),
        text_digest=digest(head.title, "", body.text), **stated,
    )  # fmt: skip
    return Reading((document,) if usable else (), tuple(source.problems), links)


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
            elif seen[made.id] > 1:
                yield replace(made, id=f"{made.id}.{seen[made.id]}")
            else:
                yield made


def _check_headings(source: Source, offsets: list[int], found: list[Section]) -> None:
    for section, following in pairwise([*found[1:], Section()]):
        if section.title is None:
            source.report("empty-heading", offsets[section.line])
        elif not section.blocks and following.level <= section.level:
            source.report("empty-section", offsets[section.line], title=section.title)
