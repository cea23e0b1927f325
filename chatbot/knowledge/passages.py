"""Cutting an article into passages: runs of whole blocks under one heading."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, count, pairwise
from typing import NamedTuple

from markdown_it.tree import SyntaxTreeNode

from chatbot.knowledge.fields import Node, alone, items, members
from chatbot.knowledge.markdown import parse
from chatbot.knowledge.model import Kind, Passage
from chatbot.knowledge.plain import inline, plain
from chatbot.knowledge.problems import SHAPES
from chatbot.knowledge.rendering import render
from chatbot.knowledge.source import Source

LONGEST = 120  # words, unless one unit is longer
_LED_IN = ("bullet_list", "ordered_list", "table", "blockquote", "fence", "code_block")


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
        for block, following in pairwise([*self.blocks, Block("hr", 0, 0, 0)]):
            if block.kind != "hr":
                unit.append(block)
                leads = block.kind == "paragraph" and following.kind in _LED_IN
                if leads or (block.colon and following.kind != "hr"):
                    continue
            if run and (block.kind == "hr" or sum(b.words for b in run + unit) > LONGEST):
                yield run[0].start, run[-1].end
                run = []
            run, unit = run + unit, []
        if run:
            yield run[0].start, run[-1].end


def sections(body: Source) -> list[Section]:
    """The sections of an article's body, in order; the first has no heading."""
    found, anchors = [Section()], set[str]()
    for block in SyntaxTreeNode(parse(body.text)[0]).children:
        first, after = block.map or (0, 0)
        if block.type == "heading":
            title = " ".join(inline(block.to_tokens()[1]).split()) or None
            level = int(block.tag[1])
            path = tuple(part for part in found[-1].path if part[0] < level)
            path += ((level, title),) if title else ()
            anchor = free_name(to_anchor(title or ""), anchors) or None
            found.append(Section(title, anchor, path, level, first))
        else:
            start = body.starts[first]
            text = body.text[start : (*body.starts, len(body.text))[after]].rstrip(" \t\r\n")
            colon = block.type == "paragraph" and inline(block.to_tokens()[1]).endswith(":")
            end, words = start + len(text), len(text.split())
            found[-1].blocks.append(Block(block.type, start, end, words, colon))
    return found


def to_anchor(heading: str) -> str:
    """A heading's anchor: NFKC, lower case, other than letters and digits one `-`, trimmed."""
    folded = unicodedata.normalize("NFKC", heading).lower()
    return re.sub(r"[\W_]+", "-", folded).strip("-")


def free_name(wish: str, taken: set[str]) -> str:
    """The wish, or with a number behind it if it is taken; it is taken from then on."""
    names = chain([wish], (f"{wish}-{number}" for number in count(2)))
    found = next(name for name in names if name not in taken)
    taken.add(found)
    return found


def passage(
    document: str, source: Source, start: int, text: str, end: int, section: Section | None = None
) -> Passage:
    """The passage at [start, end) of the file, whose source is `text`."""
    shown, section = _shown(text), section or Section()
    name, span = f"{document}.{shown[0][:12]}", (start, end)
    headings = tuple(title for _, title in section.path)
    return Passage(
        name, document, source.path, span, text, *shown, section.anchor, section.title, headings
    )


@lru_cache(maxsize=20_000)
def _shown(text: str) -> tuple[str, str, str]:
    """Hash, plain text and HTML; kept, so that one edit does not cost a reading of everything."""
    return hashlib.sha256(text.encode()).hexdigest(), plain(text), render(text)


def check_together(node: Node, passages: tuple[Passage, ...], source: Source) -> None:
    """Report each group of `keep_together` that does not fall in one passage."""
    for group in members(node, "keep_together", source):
        phrases = [item.value for item in items(group) if str(item.value).strip()]
        if len(phrases) < 2:
            source.report("wrong-shape", group, key="keep_together", **SHAPES["together"])
            continue
        found = {one: [p for p in passages if _folded(one) in _folded(p.text)] for one in phrases}
        whole = [p for p in passages if all(p in those for those in found.values())]
        places = "; ".join(f"{phrase!r} {_place(those, source)}" for phrase, those in found.items())
        if not whole:
            source.report("keep-together", group, places=places)
        elif any(len(those) > len(whole) for those in found.values()):
            source.report("apart-elsewhere", group, places=places)


def _place(found: list[Passage], source: Source) -> str:
    lines = ", ".join(str(source.line(passage.span[0])) for passage in found)
    return f"is in the passage at line {lines}" if lines else "is nowhere in the text"


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def disproved(passage: Passage, kind: Kind, content: bytes | None) -> str:
    """Why a passage is not word for word what the file's bytes say, without what the loader
    remembers; "" if it is."""
    if content is None:
        return "its file is gone"
    source = content.decode("utf-8", "replace").removeprefix("\ufeff")[slice(*passage.span)]
    if (alone(source) if kind is Kind.FAQ else source) != passage.source:
        return "the file holds other text at its span"
    return altered(passage)


def altered(passage: Passage) -> str:
    """Why a passage is not its own source in every form, worked out anew; "" if it is."""
    sha = hashlib.sha256(passage.source.encode()).hexdigest()
    if sha != passage.sha256 or not passage.id.startswith(f"{passage.document}.{sha[:12]}"):
        return "its hash is another"
    if plain(passage.source) != passage.text or render(passage.source) != passage.html:
        return "it would not be shown as it is written"
    return ""
