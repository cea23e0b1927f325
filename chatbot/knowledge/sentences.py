"""Where the sentences of a plain text begin and end."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from chatbot.builtin import read_yaml

_MARKS = re.compile(r"[ ]*(?:(?:[-*+]|\d+[.)])[ ]+)*")


def sentences(text: str) -> tuple[tuple[int, int], ...]:
    """[start, end) of each sentence, in code points, without list marks and outer white space."""
    return tuple(
        (start + first, start + after)
        for start, end in _blocks(text)
        for first, after in _tokenizer().span_tokenize(text[start:end])
        if first < after
    )


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """What no sentence crosses: paragraphs, list items, rows of a table."""
    start, at, row = 0, 0, False
    for line in text.split("\n"):
        rest = len(_MARKS.sub("", line, count=1))
        item = line[: len(line) - rest].strip()
        if item or row or not at or " | " in line or not line.strip():
            yield start, at
            start = at + len(line) - rest
        row = " | " in line
        at += len(line) + 1
    yield start, len(text)


@cache
def _tokenizer() -> Any:
    from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

    parameters = PunktParameters()
    parameters.abbrev_types = set(read_yaml("languages.yaml")["abbreviations"])
    return PunktSentenceTokenizer(parameters)
