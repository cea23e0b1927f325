"""Marking the key sentence in a passage's clean HTML, without touching anything but text."""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser

from chatbot.answering.model import Quotation

_LIST_MARK = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+")
Pieces = list[tuple[bool, str]]


def marked(quotation: Quotation) -> str:
    """The passage's HTML with its key sentence in `<mark>`.

    Where the sentence is not found exactly once in the text between the tags, white space aside,
    nothing is marked: a wrong mark would say that something else answers the question.
    """
    html = quotation.passage.html
    if quotation.key_sentence is None:
        return html
    start, end = quotation.key_sentence
    sentence = quotation.passage.text[start:end]
    wanted = _dense(
        _LIST_MARK.sub("", sentence, count=1) if _LIST_MARK.match(sentence) else sentence
    )
    pieces = _pieces(html)
    text = "".join(_dense(piece) for is_text, piece in pieces if is_text)
    at = text.find(wanted)
    if not wanted or at < 0 or text.find(wanted, at + 1) >= 0:
        return html
    return _joined(pieces, at, at + len(wanted))


def _joined(pieces: Pieces, start: int, end: int) -> str:
    """The pieces as HTML, with the text's characters [start, end) marked; spaces do not count."""
    html, seen = [], 0
    for is_text, piece in pieces:
        if not is_text:
            html.append(piece)
            continue
        places = [n for n, character in enumerate(piece) if not character.isspace()]
        inside = places[max(0, start - seen) : max(0, end - seen)]
        seen += len(places)
        if inside:
            first, last = inside[0], inside[-1] + 1
            before, within, after = piece[:first], piece[first:last], piece[last:]
            html.append(f"{_text(before)}<mark>{_text(within)}</mark>{_text(after)}")
        else:
            html.append(_text(piece))
    return "".join(html)


def _dense(text: str) -> str:
    return "".join(text.split())


def _text(text: str) -> str:
    return escape(text, quote=False)


def _pieces(html: str) -> Pieces:
    """Tags as written and the text between them, unescaped."""
    parser = _Pieces()
    parser.feed(html)
    parser.close()
    return parser.found


class _Pieces(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: Pieces = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((False, self.get_starttag_text() or ""))

    def handle_endtag(self, tag: str) -> None:
        self.found.append((False, f"</{tag}>"))

    def handle_data(self, data: str) -> None:
        self.found.append((True, data))
