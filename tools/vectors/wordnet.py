"""Reads WordNet's files: the words that share a meaning, and the meaning in a sentence."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PARTS = ("noun", "verb", "adj", "adv")
# Numbers of WordNet's lexicographer files left out: animals, places, and plants, whose thousands of
# names no clinic needs.
LEFT_OUT = {5, 15, 20}
MARKER = re.compile(r"\((?:a|p|ip)\)$")


@dataclass(frozen=True, slots=True)
class Meaning:
    """One WordNet synset: its words or phrases, commonest first, and its definition."""

    phrases: tuple[str, ...]
    definition: str


def meanings(folder: Path, known: set[str], senses: int) -> list[Meaning]:
    """Those that are among the first `senses` meanings of a word in `known`, in file order."""
    found = []
    for part in PARTS:
        wanted = set(_first(folder / f"index.{part}", known, senses))
        for line in (folder / f"data.{part}").read_text("latin-1").splitlines():
            if line[:8] in wanted and int(line[9:11]) not in LEFT_OUT:
                found.append(_meaning(line))
    return found


def _first(file: Path, known: set[str], senses: int) -> Iterator[str]:
    for line in file.read_text("latin-1").splitlines():
        if not line.startswith(" "):
            fields = line.split()
            if fields[0] in known:
                yield from fields[-int(fields[2]) :][:senses]


def _meaning(line: str) -> Meaning:
    data, _, gloss = line.partition(" | ")
    fields = data.split()
    written = fields[4 : 4 + 2 * int(fields[3], 16) : 2]
    phrases = tuple(MARKER.sub("", phrase).replace("_", " ") for phrase in written)
    return Meaning(phrases, gloss.split('; "')[0].strip().rstrip(";"))
