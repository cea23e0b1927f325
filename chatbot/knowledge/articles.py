"""An article: front matter and Markdown."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import lru_cache
from pathlib import PurePosixPath

from chatbot.knowledge.authored import (
    SHARED,
    Reading,
    check_prose,
    check_together,
    digest,
    header,
    sound_id,
)
from chatbot.knowledge.fields import Fields
from chatbot.knowledge.model import Document, Kind, Passage
from chatbot.knowledge.passages import Section, passage, sections
from chatbot.knowledge.source import Source, decode
from chatbot.knowledge.yaml_nodes import Node, parse

KEYS = ("title", *SHARED, "approved_text")
_END = r"[ \t]*(?:\r\n|\n|\r"
_FRONT = re.compile(rf"---{_END})(?P<yaml>.*?)(?<=[\r\n])(?:---|\.\.\.){_END}|\Z)", re.S)


def front_matter(text: str) -> tuple[int, int, int] | None:
    """[start, end) of the YAML between the two --- lines, and where the body begins."""
    match = _FRONT.match(text)
    return (match.start("yaml"), match.end("yaml"), match.end()) if match else None


@lru_cache(maxsize=20_000)
def read_article(path: str, content: bytes) -> Reading:
    """The article in a file, and everything wrong with it."""
    source = decode(path, content)
    name = PurePosixPath(path).stem
    usable = sound_id(source, 0, name)
    parts = front_matter(source.text)
    if parts is None and source.text:
        source.report("no-front-matter", 0)
    before = len(source.problems)
    root = parse(source, parts[0], parts[1]) if parts else None
    if parts is None or (root is None and len(source.problems) > before):
        return Reading(problems=tuple(source.problems))
    fields = Fields(source, root or Node("map", 0, 0), KEYS)
    title = fields.text("title", strict=True, required="What to expect on your first visit")
    body = Source.of(path, source.text[parts[2] :])
    found = sections(body)
    passages = tuple(_passages(source, name, parts[2], body, found))
    if not passages:
        source.report("no-words", parts[2])
    offsets = [parts[2] + start for start in body.starts]
    _check_headings(source, offsets, found)
    links = check_prose(source, name, body.text, offsets, article=True)
    check_together(fields, passages)
    document = Document(
        id=name,
        kind=Kind.ARTICLE,
        file=path,
        line=1,
        title=" ".join((title or name).split()),
        passages=passages,
        text_digest=digest(title or "", "", body.text),
        **header(fields),
    )
    anchors = {name: frozenset(section.anchor for section in found if section.anchor)}
    documents = (document,) if usable else ()
    return Reading(documents, tuple(source.problems), tuple(links), anchors)


def _passages(
    source: Source, name: str, offset: int, body: Source, found: list[Section]
) -> list[Passage]:
    passages: list[Passage] = []
    seen: Counter[str] = Counter()
    for section in found:
        for start, end in section.runs():
            text = body.text[start:end]
            made = passage(name, source, offset + start, text, offset + end, section)
            seen[made.id] += 1
            if seen[made.id] > 1:
                made = replace(made, id=f"{made.id}.{seen[made.id]}")
            if made.text.strip():
                passages.append(made)
            else:
                source.report("no-words", offset + start)
    return passages


def _check_headings(source: Source, offsets: list[int], found: list[Section]) -> None:
    for section, following in zip(found, [*found[1:], None], strict=True):
        if section.level == 0:
            continue
        if section.title is None:
            source.report("empty-heading", offsets[section.line])
        elif not section.blocks and (following is None or following.level <= section.level):
            source.report("empty-section", offsets[section.line], title=section.title)
