"""Whether a question asks for advice that only the visitor's own clinician can give."""

import re
from functools import cache
from itertools import chain

from chatbot.builtin import read_lines, read_yaml
from chatbot.safety.normalising import Reader
from chatbot.safety.notation import Compiler, Pattern
from chatbot.safety.scorer import Scorer

Patterns = tuple[Pattern, ...]
_ENDS = re.compile(r"[.?!]+(?=\s|$)")


def is_personal(text: str) -> bool:
    """Whether `text` asks what the writer should do with their own body or medicine.

    By the phrases of `builtin/safety/personal.yaml` and a score, which takes back what it finds
    unlikely and adds what it is sure of, surer where a phrase says that the question is one for all
    (weights: `personal.tsv`, levels in its first line).
    """
    reader, personal, general, whole = phrases()
    reading = reader.read(_ENDS.sub(",", text))  # "I take lithium. Can I come?" is one question
    covered = 0
    for pattern in general:
        covered |= pattern.covers(reading)
    for_all = any(pattern.ends(reading) for pattern in whole)
    found = not for_all and any(pattern.ends(reading) & ~covered for pattern in personal)
    try:
        scorer = _scorer()
    except Exception:  # without the file of weights the phrases alone must do
        return found
    kept, enough, despite = scorer.levels
    return scorer.chance(reading.rows) >= (despite if for_all else kept if found else enough)


@cache
def _scorer() -> Scorer:
    return Scorer.builtin("safety/personal.tsv")


@cache
def phrases() -> tuple[Reader, Patterns, Patterns, Patterns]:
    """What reads the questions, and the three kinds of phrases looked for in them."""
    common, rules = read_yaml("safety/words.yaml"), read_yaml("safety/personal.yaml")
    everyday = (*common["everyday"].split(), *read_lines("safety/everyday.txt"))
    reader = Reader(common["expansions"], rules["fillers"].split(), everyday)
    compiler = Compiler(reader.words, {**common["sets"], **rules["sets"]})
    kinds = [
        tuple(map(compiler.compile, rules[kind]))
        for kind in ("personal", "general", "general_whole")
    ]
    return reader.knowing(list(chain(*kinds))), kinds[0], kinds[1], kinds[2]
