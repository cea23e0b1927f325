"""The notation in which the rules are written, so that a clinician can read and correct them.

want to die          these words in a row (little words such as "really" or "am" do not count)
want|wish to die     one of two words
(end it|kill myself) one of several phrases
pill?                may be missing
took .. pills        up to three other words between; `...` up to eight, in the same sentence
suicid*              any word that begins so
<kin>                one of a named set, see `sets` in words.yaml; <number> is any number
^ help me $          at the beginning, at the end of a sentence
gun & tonight        both in one sentence, in any order
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from chatbot.safety.reading import NUMBER, Reading

_SIGN = re.compile(r"\.\.\.|\.\.|&!|[()|?&^$]|<[a-z_]+>|[^\s()|?&^$<>]+")
_NEAR, _FAR = 3, 8


@dataclass(frozen=True, slots=True)
class Part:
    """One step of a phrase. A row has `parts`, a choice `rows`; `gap` counts skippable words."""

    words: frozenset[str] = frozenset()
    rows: tuple[tuple["Part", ...], ...] = ()
    gap: int = 0
    edge: str = ""
    starts: frozenset[str] = frozenset()  # what all of `rows` begin with, if that can be told

    def step(self, here: int, text: Reading) -> int:
        """The positions after this part, from the positions `here`."""
        if self.gap:
            return text.skipping(here, self.gap == _FAR)
        if self.edge == "^":
            return here & (text.stops << 1 | 1)
        if self.edge == "$":
            return here & (text.stops | 1 << text.length)
        reached = (here & text.at(self.words)) << 1 if self.words else 0
        if self.rows and (not self.starts or here & text.at(self.starts)):
            for row in self.rows:
                reached |= _run(row, here, text)
        return reached


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled phrase; `source` is what was written, and one word of each of `needs` is in it."""

    source: str
    all_of: tuple[tuple[Part, ...], ...]
    none_of: tuple[tuple[Part, ...], ...]
    needs: frozenset[frozenset[str]]
    longest: int

    def ends(self, text: Reading, begins: int | None = None) -> int:
        """The positions at which the phrase ends in `text`, 0 for nowhere.

        `begins` restricts where the phrase (its first part, if there is an `&`) may begin.
        """
        if not self.needs <= text.present:
            return 0
        first, *others = self.all_of
        ends = _run(first, text.everywhere if begins is None else begins, text)
        if not ends or not (others or self.none_of):
            return ends
        kept = text.closing(ends)
        for row in others:
            kept = kept and kept & text.closing(_run(row, text.everywhere, text))
        for row in self.none_of:
            kept = kept and kept & ~text.closing(_run(row, text.everywhere, text))
        return ends & text.sentences(kept) if kept else 0

    @property
    def broad(self) -> bool:
        """Whether other words may stand between, so that it can come about by chance."""
        return len(self.all_of) > 1 or any(map(_gaps, self.all_of))

    def covers(self, text: Reading) -> int:
        """The positions that the phrase takes up or may take up before each of its ends."""
        ends = self.ends(text)
        covered = ends
        for _ in range(self.longest if ends else 0):
            covered |= covered >> 1 & ~text.stops
        return covered

    def vocabulary(self) -> Iterator[str]:
        """Every word that the phrase looks for."""
        for row in (*self.all_of, *self.none_of):
            yield from _vocabulary(row)


def _run(row: tuple[Part, ...], here: int, text: Reading) -> int:
    for part in row:
        here = part.step(here, text)
        if not here:
            return 0
    return here


def _vocabulary(row: tuple[Part, ...]) -> Iterator[str]:
    for part in row:
        yield from part.words
        for inner in part.rows:
            yield from _vocabulary(inner)


def _keys(row: tuple[Part, ...]) -> Iterator[frozenset[str]]:
    for part in row:
        if not part.rows and part.words:
            yield part.words
        elif part.rows:
            inner = [min(_keys(one), key=len, default=None) for one in part.rows]
            if all(inner):
                yield part.words.union(*(keys for keys in inner if keys))


class Compiler:
    """Makes patterns from the notation. `words` normalises a phrase, `sets` names choices."""

    def __init__(self, words: Callable[[str], list[str]], sets: Mapping[str, str]) -> None:
        self._words = words
        self._sets: dict[str, Part] = {"<number>": Part(frozenset({NUMBER}))}
        for name, source in sets.items():
            self._sets[f"<{name}>"] = _choice(self._rows(_SIGN.findall(source)))

    def compile(self, source: str) -> Pattern:
        """The pattern; raises ValueError saying what is wrong with the notation."""
        signs = _SIGN.findall(source)
        groups: list[tuple[bool, list[str]]] = [(True, [])]
        for sign in signs:
            if sign in ("&", "&!"):
                groups.append((sign == "&", []))
            else:
                groups[-1][1].append(sign)
        rows = tuple(self._row(group) for wanted, group in groups if wanted)
        against = tuple(self._row(group) for wanted, group in groups if not wanted)
        needs = frozenset(words for row in rows for words in _keys(row))
        if not needs or not all(any(_vocabulary(row)) for row in (*rows, *against)):
            raise ValueError(f"there is no word that must be in “{source}”")
        return Pattern(source, rows, against, needs, max(map(_length, rows)))

    def _row(self, signs: list[str]) -> tuple[Part, ...]:
        parts: list[Part] = []
        at = 0
        while at < len(signs):
            part, at = self._part(signs, at)
            while at < len(signs) and signs[at] == "|":
                other, at = self._part(signs, at + 1)
                part = _choice([row for row in ((part,), (other,)) if _flat(row)])
            if at < len(signs) and signs[at] == "?":
                part, at = _choice([(part,), ()]), at + 1
            parts.append(part)
        return _flat(parts)

    def _part(self, signs: list[str], at: int) -> tuple[Part, int]:
        if at >= len(signs) or signs[at] in ")|?":
            raise ValueError(f"a word is missing in “{' '.join(signs)}”")
        sign = signs[at]
        if sign in ("..", "..."):
            return Part(gap=_NEAR if sign == ".." else _FAR), at + 1
        if sign in "^$":
            return Part(edge=sign), at + 1
        if sign.startswith("<"):
            if sign not in self._sets:
                raise ValueError(f"{sign} is not one of the sets")
            return self._sets[sign], at + 1
        if sign != "(":
            return self._literal(sign), at + 1
        depth, end = 1, at + 1
        while depth:
            if end >= len(signs):
                raise ValueError(f"a bracket is not closed in “{' '.join(signs)}”")
            depth += {"(": 1, ")": -1}.get(signs[end], 0)
            end += 1
        return _choice(self._rows(signs[at + 1 : end - 1])), end

    def _rows(self, signs: list[str]) -> list[tuple[Part, ...]]:
        """The phrases between the bars of a bracket."""
        rows, depth = [[]], 0  # type: list[list[str]], int
        for sign in signs:
            depth += {"(": 1, ")": -1}.get(sign, 0)
            if sign == "|" and not depth:
                rows.append([])
            else:
                rows[-1].append(sign)
        # A choice made of left-out words alone is no choice: "(very|so) tired" must not be "tired".
        return [row for row in (self._row(row) for row in rows) if row]

    def _literal(self, sign: str) -> Part:
        if sign.endswith("*"):
            return Part(frozenset({sign.lower()}))
        return _choice([tuple(Part(frozenset({word})) for word in self._words(sign))])


def _single(part: Part) -> bool:
    return len(part.rows) == 1 and not part.words


def _choice(rows: list[tuple[Part, ...]]) -> Part:
    """One of the rows; single words are kept together, which is quick."""
    words: set[str] = set()
    longer: list[tuple[Part, ...]] = []
    for row in map(_flat, rows):
        if len(row) == 1 and row[0].words and not row[0].rows:
            words |= row[0].words
        elif len(row) == 1 and row[0].words:
            words |= row[0].words
            longer += row[0].rows
        else:
            longer.append(row)
    begins = [row[0].words | row[0].starts if row else frozenset() for row in longer]
    told = all(row and bool(row[0].words) + bool(row[0].rows) == 1 for row in longer)
    starts = frozenset[str]().union(*begins) if told and all(begins) else frozenset()
    return Part(frozenset(words), tuple(dict.fromkeys(longer)), starts=starts)


def _flat(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The row without needless nesting."""
    return tuple(p for part in parts for p in (part.rows[0] if _single(part) else (part,)))


def _gaps(row: tuple[Part, ...]) -> bool:
    return any(part.gap or any(map(_gaps, part.rows)) for part in row)


def _length(row: tuple[Part, ...]) -> int:
    return sum(max([part.gap, bool(part.words), *map(_length, part.rows)]) for part in row)
