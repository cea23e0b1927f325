"""The table's entries: which words and word pieces it holds, and how text is cut into them."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from unicodedata import category, normalize

WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
PIECE = re.compile(r"(?:##)?[a-z0-9]+")
ENDINGS = ("s", "es", "ed", "d", "ing", "ly", "ness", "er", "ers", "est", "able", "less", "ment")
COMMON = (10, 20)  # the word list's tiers taken whole
LISTED = (35,)  # the tier that fills up what room is left
KINDS = ("english", "american", "british")
POSSESSIVE = "'s"


def words_of(text: str) -> list[str]:
    """The words of `text`: lower case, no accents, an apostrophe inside a word kept."""
    plain = normalize("NFD", text.replace("\u2019", "'").lower())
    return WORD.findall("".join(letter for letter in plain if category(letter) != "Mn"))


def rows_of(text: str, rows: Mapping[str, int]) -> list[int]:
    """The table's row numbers for `text`, in order; what no entry covers has none."""
    found: list[int] = []
    for word in words_of(text):
        if word in rows:
            found.append(rows[word])
        else:
            for part in word.split("'"):
                found.extend(_pieces(part, rows))
    return found


def _pieces(word: str, rows: Mapping[str, int]) -> list[int]:
    """Greedy longest match from the left; an unmatched rest makes the whole word unknown."""
    found: list[int] = []
    start = 0
    while start < len(word):
        mark = "##" if start else ""
        for end in range(len(word), start, -1):
            row = rows.get(mark + word[start:end])
            if row is not None:
                found.append(row)
                start = end
                break
        else:
            return []
    return found


def choose(
    pieces: Iterable[str], texts: Iterable[str], own: Sequence[str], scowl: Path, size: int
) -> list[str]:
    """The entries, sorted, pieces that continue a word last: at most `size` of them.

    All the teacher's pieces of plain letters and digits come first, then our `own` words, words
    seen twice in `texts`, and the word list from its commonest tier on. Regular inflections of an
    entry are left out: the entry and the piece of the ending say the same.
    """
    kept = {piece for piece in pieces if PIECE.fullmatch(piece)}
    counts = Counter(word for text in texts for word in words_of(text))
    seen = [
        word
        for word, times in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        if times > 1
    ]
    wanted = [*own, *_listed(scowl, COMMON), *seen, *_listed(scowl, LISTED)]
    for word in wanted:
        if len(kept) == size:
            break
        plain = word.isascii() and not word.isdigit() and not word.endswith(POSSESSIVE)
        if word in own or (plain and not _inflected(word, kept)):
            kept.add(word)
    return sorted(kept, key=lambda entry: (entry.startswith("##"), entry))


def lists(scowl: Path, tiers: Iterable[int]) -> list[Path]:
    """The word list's files for `tiers`."""
    return [scowl / f"{kind}-words.{tier}" for tier in tiers for kind in KINDS]


def _listed(scowl: Path, tiers: Iterable[int]) -> list[str]:
    lines = [name.read_text("latin-1").splitlines() for name in lists(scowl, tiers)]
    return sorted({word for part in lines for word in part if words_of(word) == [word]})


def _inflected(word: str, kept: set[str]) -> bool:
    return any(
        word.endswith(ending) and len(word) - len(ending) > 2 and word[: -len(ending)] in kept
        for ending in ENDINGS
        if f"##{ending}" in kept
    )
