"""Cutting an article into passages: runs of whole blocks under one heading."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from chatbot.knowledge.markdown import parse
from chatbot.knowledge.model import Passage
from chatbot.knowledge.plain import inline, plain
from chatbot.knowledge.rendering import render
from chatbot.knowledge.source import Source

LONGEST = 120  # words, unless one unit is longer
_LED_IN = {
    *("bullet_list_open", "ordered_list_open", "table_open"),
    *("blockquote_open", "fence", "code_block"),
}


class Block(NamedTuple):
    """A top-level block: [start, end) in code points of the body, and its number of words."""

    kind: str
    start: int
    end: int
    words: int
    colon: bool = False


@dataclass(slots=True)
class Section:
    """A heading, or the text before the first one, and the blocks directly under it.

    `level` is 0 before the first heading; `line` counts from 0; a `hr` block parts runs.
    """

    title: str | None = None
    anchor: str | None = None
    path: tuple[tuple[int, str], ...] = ()
    level: int = 0
    line: int = 0
    blocks: list[Block] = field(default_factory=list)

    def runs(self) -> Iterator[tuple[int, int]]:
        """[start, end) of each passage; a unit is a block with the paragraphs that lead into it."""
        run: list[Block] = []
        unit: list[Block] = []
        for block, following in zip(self.blocks, [*self.blocks[1:], None], strict=False):
            if block.kind != "hr":
                unit.append(block)
                next_kind = following.kind if following else "hr"
                leads = block.kind == "paragraph_open" and next_kind in _LED_IN
                if leads or (block.colon and next_kind != "hr"):
                    continue
            if run and (block.kind == "hr" or sum(b.words for b in run + unit) > LONGEST):
                yield run[0].start, run[-1].end
                run = []
            run, unit = run + unit, []
        if run:
            yield run[0].start, run[-1].end


def sections(body: Source) -> list[Section]:
    """The sections of an article's body, in order; the first has no heading."""
    found = [Section()]
    anchors: set[str] = set()
    tokens = parse(body.text)[0]
    for index, token in enumerate(tokens):
        if token.level or token.nesting < 0:
            continue
        if token.type == "heading_open":
            title = " ".join(inline(tokens[index + 1]).split()) or None
            level = int(token.tag[1])
            path = tuple(part for part in found[-1].path if part[0] < level)
            path += ((level, title),) if title else ()
            anchor = _unique(to_anchor(title or ""), anchors)
            found.append(Section(title, anchor, path, level, (token.map or [0])[0]))
        else:
            colon = token.type == "paragraph_open" and inline(tokens[index + 1]).endswith(":")
            found[-1].blocks.append(_block(body, token.type, token.map or [0, 0], colon))
    return found


def _block(body: Source, kind: str, lines: list[int], colon: bool) -> Block:
    start = body.starts[lines[0]]
    end = body.starts[lines[1]] if lines[1] < len(body.starts) else len(body.text)
    text = body.text[start:end].rstrip(" \t\r\n")
    return Block(kind, start, start + len(text), len(text.split()), colon)


def to_anchor(heading: str) -> str:
    """A heading's anchor: NFKC, lower case, other than letters and digits one `-`, trimmed."""
    folded = unicodedata.normalize("NFKC", heading).lower()
    return re.sub(r"[\W_]+", "-", folded).strip("-")


def _unique(anchor: str, taken: set[str]) -> str | None:
    found, number = anchor, 1
    while found in taken:
        number += 1
        found = f"{anchor}-{number}"
    taken.add(found)
    return found or None


def passage(
    document: str, source: Source, start: int, text: str, end: int, section: Section | None = None
) -> Passage:
    """The passage at [start, end) of the file, whose source is `text`."""
    sha, shown, html = _shown(text)
    section = section or Section()
    return Passage(
        id=f"{document}.{sha[:12]}",
        document=document,
        file=source.path,
        span=(start, end),
        source=text,
        sha256=sha,
        text=shown,
        html=html,
        anchor=section.anchor,
        section=section.title,
        headings=tuple(title for _, title in section.path),
    )


@lru_cache(maxsize=20_000)
def _shown(text: str) -> tuple[str, str, str]:
    """Hash, plain text and HTML; kept, so that one edit does not cost a reading of everything."""
    return hashlib.sha256(text.encode()).hexdigest(), plain(text), render(text)
