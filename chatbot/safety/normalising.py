"""Reading a message as a frightened or hiding person may have typed it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from typing import Self

from rapidfuzz.distance import OSA

from chatbot.safety.letters import plain, sound, spellings, undisguised
from chatbot.safety.notation import Pattern
from chatbot.safety.reading import NUMBER, STOP, Reading

LONGEST = 120  # characters; a longer run without a space is cut
RUN = 20  # from this length on a word run together from others may have unknown letters in it
KEPT = 5_000  # words whose readings are remembered, since most messages are made of the same ones
UNKNOWN = 1.5  # what such a letter costs, against 1 for a known word

_PARTS = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[.?!;](?=\D|$)")
_DISGUISE = re.compile(r"[@$€*#!|+\d_]|[^\W\d_][.\-/]")
_ELLIPSIS = re.compile(r"\.{2,}|…")
_REPEATED = re.compile(r"(.)\1{2,}")
_STRETCHED = ((_REPEATED, r"\1"), (_REPEATED, r"\1\1"), (re.compile(r"(.)\1+"), r"\1"))
_SPACED = re.compile(
    r"(?i)(?<![^\s.\-*_])[a-z0-9@$!](?:([\s.\-*_])[a-z0-9@$!])(?:\1[a-z0-9@$!]){1,59}(?![^\s.,!?])"
)


class Reader:
    """Reads messages against a vocabulary, the words that the rules look for.

    `expansions` are written out ("wanna": "want to"), `fillers` left out, `everyday` words are
    never taken for a misspelling of another one, `common` ones may be part of words run together.
    """

    def __init__(
        self,
        expansions: Mapping[str, str],
        fillers: Iterable[str],
        everyday: Iterable[str] = (),
        symbols: Mapping[str, str] | None = None,
        common: Iterable[str] = (),
    ) -> None:
        self._expansions = {key: value.split() for key, value in expansions.items()}
        self._fillers = frozenset(fillers)
        self._everyday = frozenset(everyday)
        self._common = frozenset(common)
        self._symbols = re.compile("|".join(map(re.escape, symbols or {}))) if symbols else None
        self._named = symbols or {}
        self._prefixes: frozenset[str] = frozenset()
        self._longest_prefix = 0  # letters; no word need be looked at further
        self._vocabulary: frozenset[str] = frozenset()
        self._pieces = self._expansions.keys() | self._fillers | self._common
        self._near: dict[str, tuple[str, ...]] = {}
        self._sets: dict[str, frozenset[frozenset[str]]] = {}  # what each word is a choice in
        self._known: dict[str, list[tuple[str, ...]]] = {}

    def knowing(self, patterns: Sequence[Pattern], more: Iterable[str] = ()) -> Self:
        """A reader that also knows the words (and beginnings, `suicid*`) of phrases, and `more`."""
        words = {word for pattern in patterns for word in pattern.vocabulary()}.union(more)
        new = copy(self)
        new._sets = dict(self._sets)
        for needed in {needed for pattern in patterns for needed in pattern.needs}:
            for word in needed:
                new._sets[word] = new._sets.get(word, frozenset()) | {needed}
        new._prefixes = self._prefixes.union(word[:-1] for word in words if word.endswith("*"))
        new._longest_prefix = max(map(len, new._prefixes), default=0)
        new._vocabulary = self._vocabulary.union(filter(str.isalpha, words))
        new._pieces = self._pieces | new._vocabulary
        new._near, new._known = dict(self._near), {}
        for word in sorted(new._vocabulary - self._vocabulary):
            for key in spellings(word):
                new._near[key] = (*new._near.get(key, ()), word)
        return new

    def words(self, text: str) -> list[str]:
        """The words of a phrase, written out and without fillers, as `read` will see them."""
        found = [word for part in _PARTS.findall(plain(text)) for word in self._expand(part)]
        return [word for word in found if word not in self._fillers]

    def read(self, text: str) -> Reading:
        """`text` with every way its words can be read."""
        if self._symbols:
            text = self._symbols.sub(lambda found: f" {self._named[found.group()]} ", text)
        # Before runs of space become one: they part the words of "c o m e   b a c k".
        text = _SPACED.sub(lambda found: re.sub(r"[\s.\-*_]", "", found.group()), text)
        text = re.sub(r"(?:\r?\n\s*){2,}", " . ", text)
        rows: list[tuple[str, ...]] = []
        for chunk in text.split():
            found = self._known.get(chunk)
            if found is None:
                found = [row for part in plain(chunk).split() for row in self._chunk(part)]
                if len(self._known) >= KEPT:
                    self._known.clear()
                if len(chunk) <= LONGEST:
                    self._known[chunk] = found
            rows += found
        places: dict[str, int] = {}
        kept = self._joined([row for row in rows if row[0] not in self._fillers])
        for place, row in enumerate(kept):
            for word in row:
                places[word] = places.get(word, 0) | 1 << place
        for word, bits in list(places.items()):
            if word[0].isdigit():
                places[NUMBER] = places.get(NUMBER, 0) | bits
            for end in range(3, min(len(word), self._longest_prefix) + 1):
                if word[:end] in self._prefixes:
                    key = word[:end] + "*"
                    places[key] = places.get(key, 0) | bits
        known = places.keys() & self._sets.keys()
        return Reading(kept, places, set().union(*(self._sets[word] for word in known)))

    def _chunk(self, chunk: str) -> list[tuple[str, ...]]:
        """What stands between two spaces: its words, each with its other readings."""
        if chunk in self._vocabulary and chunk not in self._expansions:
            return [(chunk,)]
        if _DISGUISE.search(chunk):
            for other in undisguised(chunk):
                known = other in self._vocabulary or other in self._expansions
                if known or (other.isalpha() and self._begins(other)):
                    ends = [STOP] if chunk[-1] in ".?" else []
                    return [(word,) for word in self._expand(other) + ends]
                whole = self._split(other) if 8 <= len(other) <= LONGEST else []
                if whole:
                    return [(word,) for word in whole]
            if masked := self._unmasked(chunk):
                return [masked]
        if ".." in chunk or "…" in chunk:
            chunk = _ELLIPSIS.sub(" ", chunk)
        rows: list[tuple[str, ...]] = []
        for part in _PARTS.findall(chunk):
            if part in ".?!;":
                rows.append((STOP,))
                continue
            words = self._expand(part)
            if len(words) == 1 and words[0] not in self._vocabulary:
                rows += self._guesses(words[0])
            else:
                rows += [(word,) for word in words]
        return rows

    def _expand(self, word: str) -> list[str]:
        known = self._expansions.get(word)
        if known is not None:
            return known
        if "'" in word:
            base, _, end = word.partition("'")
            if base.endswith("n") and end == "t":
                return [*self._expand(base[:-1]), "not"]
            return self._expand(base) + self._expansions.get("'" + end, [])
        return [word]

    def _guesses(self, word: str) -> list[tuple[str, ...]]:
        """An unknown word: run together, stretched or misspelt."""
        parts = re.findall(r"\d+|[^\W\d_]+", word) if len(word) >= 8 else []
        if len(parts) > 1:
            return [row for part in parts for row in self._guesses(part)]
        if len(word) < 3 or word in self._everyday or not word.isalpha():
            return [(word,)]
        if self._begins(word) and len(word) < 14:
            return [(word, *self._misspelt(word))]
        for letters, fewer in _STRETCHED:
            short = letters.sub(fewer, word)
            if short != word and short in self._vocabulary:
                return [(word, short)]
        near = self._misspelt(word)
        if len(word) >= 8 and not near and (parts := self._split(word[:LONGEST])):
            return [(part,) for part in parts]
        return [(word, *near)]

    def _begins(self, word: str) -> bool:
        ends = range(4, min(len(word), self._longest_prefix) + 1)
        return any(word[:end] in self._prefixes for end in ends)

    def _misspelt(self, word: str) -> list[str]:
        if not 3 <= len(word) <= 16:
            return []
        near = {other for key in spellings(word) for other in self._near.get(key, ())}
        alike = self._near.get(sound(word), ())
        found = []
        for other in near:
            most = (2 if min(len(word), len(other)) >= 8 else 1) + (other in alike)
            distance = OSA.distance(word, other, score_cutoff=most)
            # A short word with another first letter is another word: "fill" is not "kill".
            if distance <= most and (word[0] == other[0] or len(other) >= 6):
                found.append(other)
        return sorted(found)

    def _unmasked(self, chunk: str) -> tuple[str, ...]:
        """Words of the rules that "su*c*de" may stand for."""
        body = chunk.strip(".,?!;:\"'()")
        if len(body) > 14 or not re.fullmatch(r"(?=.*[*#])[a-z]+[*#_\-.]+[a-z*#_\-.]*", body):
            return ()
        pattern = re.compile(re.sub(r"[*#_\-.]+", lambda m: f"[a-z]{{1,{len(m[0]) + 1}}}", body))
        fits = filter(pattern.fullmatch, self._vocabulary)
        return tuple(sorted(fits))

    def _split(self, word: str) -> list[str]:
        """`killmyself` as kill, myself: the fewest known words, with few letters between them."""
        costs, begins = [0.0], [0]
        for end in range(1, len(word) + 1):
            cost, begin = costs[-1] + UNKNOWN, end - 1
            for start in range(max(0, end - 12), end):
                piece = word[start:end]
                if piece in self._pieces and (end - start > 1 or piece in "iua"):
                    # Of as many pieces, the longer ones.
                    now = costs[start] + 1 - (end - start) ** 2 / 1000
                    if now < cost:
                        cost, begin = now, start
            costs.append(cost)
            begins.append(begin)
        parts: list[str] = []
        end = len(word)
        while end:
            parts.append(word[begins[end] : end])
            end = begins[end]
        unknown = sum(len(part) == 1 and part not in "iua" for part in parts)
        most = len(word) // 6 if len(word) >= RUN else 0
        if len(parts) < 2 or max(map(len, parts)) < 3 or unknown > most:
            return []
        whole = (word for part in reversed(parts) for word in self._expand(part))
        return [word for word in whole if word.isalnum() and word not in self._fillers]

    def _joined(self, rows: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
        """`over dose` and `my self` as the one word they are."""
        kept: list[tuple[str, ...]] = []
        for row in rows:
            whole = kept[-1][0] + row[0] if kept and row[0] != STOP else ""
            if len(whole) >= 6 and (whole in self._vocabulary or whole in self._expansions):
                kept[-1:] = [(word,) for word in self._expand(whole)]
            else:
                kept.append(row)
        return kept
