"""One form for every way of typing the same text."""

import re
import unicodedata

_APOSTROPHES, _QUOTES, _DASHES = "‘’‚‛′`´ʼʻ＇", "“”„‟″«»", "‐‑‒–—―−"
_STRAIGHT = str.maketrans(
    _APOSTROPHES + _QUOTES + _DASHES,
    "'" * len(_APOSTROPHES) + '"' * len(_QUOTES) + "-" * len(_DASHES),
)
_SPACE = re.compile(r"\s+")


def normalise(text: str) -> str:
    """`text` in NFKC, casefolded, on one line, without anything invisible.

    Zero-width, bidirectional, control and private characters and lone surrogates are dropped (line
    breaks and tabs count as space), apostrophes, quotation marks and dashes are made straight, runs
    of white space become one space. Total: any string gives a string.
    """
    if text.isascii() and text.isprintable():
        return _SPACE.sub(" ", text.lower().replace("`", "'")).strip()
    folded = unicodedata.normalize("NFKC", text.translate(_STRAIGHT)).casefold()
    kept = "".join(_visible(character) for character in folded)
    # Casefolding can leave marks uncomposed; a second pass keeps the function idempotent.
    composed = unicodedata.normalize("NFKC", kept.translate(_STRAIGHT))
    return _SPACE.sub(" ", composed).strip()


def _visible(character: str) -> str:
    if character.isspace():
        return " "
    return "" if unicodedata.category(character)[0] == "C" else character
