"""Whether a question asks for advice that only the visitor's own clinician can give."""

from __future__ import annotations

import re
from functools import cache
from itertools import chain

from chatbot.builtin import read_lines, read_yaml
from chatbot.safety.normalising import Reader
from chatbot.safety.notation import Compiler, Pattern

Patterns = tuple[Pattern, ...]
_ENDS = re.compile(r"[.?!]+(?=\s|$)")


def is_personal(text: str) -> bool:
    """Whether `text` asks what the writer should do with their own body or medicine.

    By the phrases of `builtin/safety/personal.yaml`; an exception counts as no finding, since the
    crisis check, which comes first, has its own answer to that.
    """
    reader, personal, general, whole = _phrases()
    reading = reader.read(_ENDS.sub(",", text))  # "I take lithium. Can I come?" is one question
    if any(pattern.ends(reading) for pattern in whole):
        return False
    covered = 0
    for pattern in general:
        covered |= pattern.covers(reading)
    return any(pattern.ends(reading) & ~covered for pattern in personal)


@cache
def _phrases() -> tuple[Reader, Patterns, Patterns, Patterns]:
    common, rules = read_yaml("safety/words.yaml"), read_yaml("safety/personal.yaml")
    everyday = (*common["everyday"].split(), *read_lines("safety/everyday.txt"))
    reader = Reader(common["expansions"], rules["fillers"].split(), everyday)
    compiler = Compiler(reader.words, {**common["sets"], **rules["sets"]})
    kinds = [
        tuple(map(compiler.compile, rules[kind]))
        for kind in ("personal", "general", "general_whole")
    ]
    return reader.knowing(list(chain(*kinds))), kinds[0], kinds[1], kinds[2]
