"""The texts that the table is fitted on: sentences, parts of them, and questions from patterns."""

import gzip
import random
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

SLOT = re.compile(r"\{(\w+)\}")
ALSO = re.compile(r"\(Also called: (.+)\)")
FRAGMENT = (3, 8)  # words of a fragment, at least and at most


class Pair(NamedTuple):
    """A text as the table reads it, and as the teacher reads it."""

    asked: str
    taught: str


def own_words(file: Path) -> dict[str, list[str]]:
    """The phrases of words.txt by kind."""
    kinds: dict[str, list[str]] = {}
    kind = ""
    for line in file.read_text("utf-8").splitlines():
        if line.startswith("["):
            kind = line.strip("[]")
        elif line and not line.startswith("#"):
            kinds.setdefault(kind, []).extend(phrase.strip() for phrase in line.split(","))
    return kinds


def sentences(file: Path) -> list[str]:
    """The unlabelled sentences, each once, and the other names that some of them list."""
    found: dict[str, None] = {}
    for line in gzip.decompress(file.read_bytes()).decode("utf-8").splitlines():
        names = ALSO.search(line)
        found[ALSO.sub("", line).replace("(are)", "").strip()] = None
        if names:
            found.update((name.strip(), None) for name in names[1].split(";"))
    return [text for text in found if text]


def fragments(texts: Sequence[str], seed: int) -> list[str]:
    """A run of a few words out of each text that is longer than that."""
    draw = random.Random(seed)
    found = []
    for text in texts:
        words = text.split()
        length = draw.randint(*FRAGMENT)
        if len(words) > length:
            start = draw.randrange(len(words) - length + 1)
            found.append(" ".join(words[start : start + length]))
    return found


def plain_words(file: Path) -> dict[str, str]:
    """What the words of plain-words.txt mean."""
    lines = file.read_text("utf-8").splitlines()
    return dict(line.split(": ", 1) for line in lines if not line.startswith("#"))


def questions(
    file: Path,
    kinds: Mapping[str, Sequence[str]],
    meanings: Mapping[str, str],
    rounds: int,
    seed: int,
) -> list[Pair]:
    """All patterns of questions.txt, filled anew in each of `rounds`; doubles once.

    Patterns of one round share their words as far as they can, so that the questions differ in
    what they ask, not only in what they are about.
    """
    draw = random.Random(seed)
    patterns = [line for line in file.read_text("utf-8").splitlines() if line[:1] not in ("", "#")]
    found: dict[Pair, None] = {}
    for _ in range(rounds):
        drawn = {kind: draw.sample(list(phrases), 2) for kind, phrases in kinds.items()}
        for pattern in patterns:
            asked, taught, used = "", "", dict.fromkeys(drawn, 0)
            for index, part in enumerate(SLOT.split(pattern)):
                phrase = part
                if index % 2:
                    phrase = drawn[part][used[part] % 2]
                    used[part] += 1
                asked += phrase
                taught += meanings.get(phrase, phrase) if index % 2 else phrase
            found[Pair(asked, taught)] = None
    return list(found)
