"""Finding and blacking out what could tell who somebody is, before anything is stored or logged.

The kinds are those of the HIPAA Safe Harbor list, 45 CFR 164.514(b)(2), that occur in typed text.
Names are found only where the text itself says that they are names.
"""

import re
from dataclasses import dataclass
from functools import cache

from chatbot.builtin import read_yaml


@dataclass(frozen=True, slots=True)
class Found:
    """An identifier: its kind and where it stands, [start, end) in code points."""

    kind: str
    span: tuple[int, int]


def find(text: str) -> tuple[Found, ...]:
    """The identifiers in `text` by position; where two overlap, the one listed first wins."""
    found: list[Found] = []
    for kind, pattern, spared in _patterns():
        for match in pattern.finditer(text):
            begin, end = match.span("it")
            free = all(end <= other.span[0] or begin >= other.span[1] for other in found)
            if free and not (spared and spared.search(text[begin:end])):
                found.append(Found(kind, (begin, end)))
    return tuple(sorted(found, key=lambda item: item.span))


def redact(text: str) -> str:
    """`text` with each identifier replaced by its kind in square brackets; nothing is left to find.

    What stood beside an identifier can become one once that is gone, so it looks until none is.
    """
    while found := find(text):
        for item in reversed(found):
            begin, end = item.span
            text = f"{text[:begin]}[{item.kind}]{text[end:]}"
    return text


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str], re.Pattern[str] | None], ...]:
    """(kind, pattern with a group `it`, what is spared), in order of precedence."""
    rows = []
    for entry in read_yaml("safety/identifiers.yaml"):
        spared = entry.get("not")
        flags = re.VERBOSE if entry.get("case") else re.VERBOSE | re.IGNORECASE
        for source in entry["find"]:
            whole = source if "(?P<it>" in source else f"(?P<it>{source})"
            pattern = re.compile(whole, flags)
            rows.append((entry["kind"], pattern, re.compile(spared, re.I) if spared else None))
    return tuple(rows)
