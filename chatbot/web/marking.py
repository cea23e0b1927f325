"""Marking the key sentence in a passage's clean HTML, without touching anything but text."""

import re
from html import unescape

from chatbot.answering.model import Quotation

_LIST_MARK = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+")
_TAG = r'<(?:"[^"]*"|[^">])*>'
_PIECE = re.compile(rf"{_TAG}|&#?\w+;|\S")


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
    wanted = "".join(sentence[mark.end() if (mark := _LIST_MARK.match(sentence)) else 0 :].split())
    pieces = [piece for piece in _PIECE.finditer(html) if not piece[0].startswith("<")]
    letters = [piece for piece in pieces if not unescape(piece[0]).isspace()]
    text = "".join(unescape(letter[0]) for letter in letters)
    at = text.find(wanted)
    if not wanted or at < 0 or text.find(wanted, at + 1) >= 0:
        return html
    first, last = letters[at].start(), letters[at + len(wanted) - 1].end()
    return html[:first] + _mark(html[first:last]) + html[last:]


def _mark(html: str) -> str:
    """Each run of text marked by itself, so that the tags between them stay well formed."""
    parts = re.split(f"({_TAG})", html)
    return "".join(
        f"<mark>{part}</mark>" if part.strip() and not part.startswith("<") else part
        for part in parts
    )
