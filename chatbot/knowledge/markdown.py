"""The one Markdown parser (CommonMark with tables, HTML shown as text), and where links lead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

DEEPEST = 40  # levels of nesting; markdown-it would silently drop what is deeper
SCHEMES = frozenset({"http", "https", "mailto", "tel"})
ID = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_PAGE = re.compile(
    rf"(?:(?:\./|(?:\.\./)?articles/)?({ID.pattern})(?:\.md)?|/sources/({ID.pattern}))"
)


def _parser(*, html: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": html, "maxNesting": DEEPEST}).enable("table")
    # Unsafe links are parsed too, so that they can be named; rendering leaves their address out.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    return parser


_SHOWN, _WITH_HTML = _parser(html=False), _parser(html=True)


class Parsed(NamedTuple):
    """Tokens, to be read only, and the link definitions by label."""

    tokens: tuple[Token, ...]
    definitions: dict[str, Any]


@lru_cache(maxsize=64)
def parse(text: str) -> Parsed:
    """The tokens of a text; the latest few are kept, as one text is read several times."""
    env: dict[str, Any] = {}
    tokens = tuple(_SHOWN.parse(text, env))
    return Parsed(tokens, env.get("references", {}))


def html_lines(text: str) -> set[int]:
    """The lines, from 0, of the blocks in which HTML would begin if it were rendered."""
    tokens = _WITH_HTML.parse(text) if "<" in text else []
    return {line for line, token in inlines(tokens) if token.type.startswith("html_")}


def inlines(tokens: Iterable[Token]) -> Iterator[tuple[int, Token]]:
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
