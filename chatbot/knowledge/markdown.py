"""The one Markdown parser (CommonMark with tables, HTML shown as text); what is wrong in a text."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

from chatbot.knowledge.source import LINE_END, Source

DEEPEST = 40  # levels of nesting; markdown-it would silently drop what is deeper
SCHEMES = {"http", "https", "mailto", "tel"}
ID = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_PAGE = re.compile(
    rf"(?:(?:\./|(?:\.\./)?articles/)?({ID.pattern})(?:\.md)?|/sources/({ID.pattern}))"
)
_CELL_END = re.compile(r"(?<!\\)\|")
_Remark = tuple[int, str, dict[str, str]]  # a line from 0, the code and values of a finding
_ROW_START = re.compile(r"[\s>]*(?:(?:[-*+]|\d+[.)])\s+)?\|?")


def _parser(*, html: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": html, "maxNesting": DEEPEST}).enable("table")
    # Unsafe links are parsed too, so that they can be named; rendering leaves their address out.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    return parser


_SHOWN, _WITH_HTML = _parser(html=False), _parser(html=True)


@lru_cache(maxsize=64)
def parse(text: str) -> tuple[tuple[Token, ...], dict[str, Any]]:
    """The tokens of a text, to be read only, and its link definitions by label.

    The latest few are kept, as one text is read several times.
    """
    env: dict[str, Any] = {}
    tokens = tuple(_SHOWN.parse(text, env))
    return tokens, env.get("references", {})


def _inlines(tokens: Iterable[Token]) -> Iterator[tuple[int, Token]]:
    """Every token with the line, from 0, at which its block begins; inline ones in their place."""
    for token in tokens:
        line = token.map[0] if token.map else 0
        yield line, token
        yield from ((line, child) for child in token.children or ())


class Destination(NamedTuple):
    """Where a link leads: an outside `url`, or a `document` of the folder ("" is the same one).

    What is neither an address nor a document's name stands in `document` as it was written.
    """

    url: str | None = None
    document: str | None = None
    anchor: str | None = None


def destination(href: str) -> Destination | None:
    """What a link's address means; None when visitors must not or cannot follow it.

    Documents are linked as `other.md#anchor` or `/sources/other#anchor`, headings as `#anchor`.
    """
    try:
        parts = urlsplit(href)
    except ValueError:
        return None
    if parts.scheme:
        usable = parts.scheme in SCHEMES and (parts.netloc or parts.scheme in ("mailto", "tel"))
        return Destination(url=href) if usable else None
    anchor = unquote(parts.fragment) or None
    match = _PAGE.fullmatch(parts.path)
    if parts.netloc or not (parts.path or anchor):
        return None
    return Destination(document=(match[1] or match[2]) if match else parts.path, anchor=anchor)


class Link(NamedTuple):
    """A link to a document of the folder ("" is the same one), at a line; `href` is as written."""

    line: int
    document: str
    anchor: str | None
    href: str


@lru_cache(maxsize=20_000)
def _examine(text: str, *, article: bool) -> tuple[tuple[_Remark, ...], tuple[Link, ...]]:
    """What is wrong with a Markdown text, and its links within the folder."""
    tokens, definitions = parse(text)
    remarks: list[_Remark] = [
        (entry["map"][0], "link-definition", {"name": label.lower()})
        for label, entry in definitions.items()
    ]
    for line, token in _inlines(_WITH_HTML.parse(text) if "<" in text else ()):
        if token.type.startswith("html_"):
            remarks.append((line, "raw-html", {}))
    links = []
    for line, token in _inlines(tokens):
        if token.type == "link_open":
            href = str(token.attrs.get("href", ""))
            goal = destination(href)
            if goal is None:
                remarks.append((line, "unsafe-link", {"href": href}))
            elif goal.document is not None:
                links.append(Link(line, goal.document, goal.anchor, href))
        elif token.type == "image":
            remarks.append((line, "image", {}))
        elif token.type == "heading_open" and (token.level or not article):
            remarks.append((line, "heading-in-answer", {}))
        elif token.nesting == 1 and token.level >= DEEPEST - 1:
            remarks.append((line, "yaml-feature", {"what": "Such deep nesting"}))
    return (*remarks, *_long_rows(text, tokens)), tuple(links)


def _long_rows(text: str, tokens: tuple[Token, ...]) -> Iterator[_Remark]:
    """Rows with more cells than the table's heading, whose last cells Markdown drops."""
    lines, columns = LINE_END.split(text), 0
    for token in tokens:
        columns = 0 if token.type == "table_open" else columns + (token.type == "th_open")
        if token.type == "tr_open" and columns and token.map:
            cells = _CELL_END.split(_ROW_START.sub("", lines[token.map[0]].rstrip(), count=1))
            if len(cells) - (not cells[-1].strip()) > columns:
                yield token.map[0], "table-row", {}


def check_prose(
    source: Source, document: str, text: str, offsets: list[int], *, article: bool
) -> Iterator[Link]:
    """Report what is wrong with the Markdown, whose lines begin at `offsets`; its inner links."""
    remarks, links = _examine(text, article=article)
    for line, code, values in remarks:
        source.report(code, offsets[min(line, len(offsets) - 1)], **values)
    for link in links:
        line = source.line(offsets[min(link.line, len(offsets) - 1)])
        yield link._replace(line=line, document=link.document or document)
