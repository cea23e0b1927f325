"""What is wrong with a Markdown text, and where its links lead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from markdown_it.token import Token

from chatbot.knowledge.markdown import DEEPEST, Destination, destination, html_lines, inlines, parse
from chatbot.knowledge.source import Source

_CELL_END = re.compile(r"(?<!\\)\|")
_ROW_START = re.compile(r"[\s>]*(?:(?:[-*+]|\d+[.)])\s+)?\|?")


class Remark(NamedTuple):
    """A finding at a line of the text, from 0."""

    line: int
    code: str
    values: dict[str, Any] = {}  # noqa: RUF012


class Link(NamedTuple):
    """A link to a document of the folder, at a line from 0."""

    line: int
    goal: Destination
    href: str


@lru_cache(maxsize=20_000)
def examine(text: str, *, article: bool) -> tuple[tuple[Remark, ...], tuple[Link, ...]]:
    """All remarks on a text and its links within the folder."""
    tokens, definitions = parse(text)
    remarks = [
        Remark(entry["map"][0], "link-definition", {"name": label.lower()})
        for label, entry in definitions.items()
    ]
    remarks += [Remark(line, "raw-html") for line in html_lines(text)]
    links = []
    for line, token in inlines(tokens):
        if token.type == "link_open":
            href = str(token.attrs.get("href", ""))
            goal = destination(href)
            if goal is None:
                remarks.append(Remark(line, "unsafe-link", {"href": href}))
            elif goal.document is not None:
                links.append(Link(line, goal, href))
        elif token.type == "image":
            remarks.append(Remark(line, "image"))
        elif token.type == "heading_open" and (token.level or not article):
            remarks.append(Remark(line, "heading-in-answer"))
        elif token.nesting == 1 and token.level >= DEEPEST - 1:
            remarks.append(Remark(line, "yaml-feature", {"what": "Such deep nesting"}))
    return (*remarks, *_long_rows(text, tokens)), tuple(links)


def _long_rows(text: str, tokens: tuple[Token, ...]) -> Iterator[Remark]:
    """Rows with more cells than the table's heading, whose last cells Markdown drops."""
    lines, columns = Source.of("", text).lines(), 0
    for token in tokens:
        columns = 0 if token.type == "table_open" else columns + (token.type == "th_open")
        if token.type == "tr_open" and columns and token.map:
            cells = _CELL_END.split(_ROW_START.sub("", lines[token.map[0]].rstrip(), count=1))
            if len(cells) - (not cells[-1].strip()) > columns:
                yield Remark(token.map[0], "table-row")
