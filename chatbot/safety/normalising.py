"""Reading a message as a frightened or hiding person may have typed it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from copy import copy

from rapidfuzz.distance import OSA

from chatbot.safety.reading import NUMBER, STOP, Reading
from chatbot.text.normalise import normalise

LONGEST = 60  # characters; a longer run without a space is cut, nobody writes such a word

_PARTS = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[.?!;](?=\D|$)")
_DISGUISE = re.compile(r"[@$€*#!|+\d_]|[^\W\d_][.\-/]")
_LETTERS = str.maketrans("01345789@$€!|+", "oieastbgaseilt")
_SECOND = str.maketrans("01345789@$€!|+", "oleastbgaselit")
_MARKS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe2f]")
_REPEATED = re.compile(r"(.)\1{2,}")
_DOUBLED = re.compile(r"(.)\1+")
_SPACED = re.compile(r"(?i)(?<![^\s.\-*_])[a-z0-9@$!](?:[\s.\-*_][a-z0-9@$!]){2,60}(?![^\s.,!?])")
_HOMOGLYPHS = str.maketrans(
    "аеорсухівкмнтѕјһԁӏ" + "οαινκρτυχε" + "ɡıɩ", "aeopcyxibkmhtsjhdl" + "oaivkptuxe" + "gii"
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
        self._vocabulary: frozenset[str] = frozenset()
        self._pieces = self._expansions.keys() | self._fillers | self._common
        self._near: dict[str, tuple[str, ...]] = {}

    def knowing(self, vocabulary: Iterable[str]) -> Reader:
        """A reader that also knows these words (and beginnings, `suicid*`) that rules look for."""
        words = set(vocabulary)
        new = copy(self)
        new._prefixes = self._prefixes.union(word[:-1] for word in words if word.endswith("*"))
        new._vocabulary = self._vocabulary.union(filter(str.isalpha, words))
        new._pieces = self._pieces | new._vocabulary
        new._near = dict(self._near)
        for word in sorted(new._vocabulary - self._vocabulary):
            for key in _deletions(word):
                new._near[key] = (*new._near.get(key, ()), word)
        return new

    def words(self, text: str) -> list[str]:
        """The words of a phrase, written out and without fillers, as `read` will see them."""
        found = [word for part in _PARTS.findall(_plain(text)) for word in self._expand(part)]
        return [word for word in found if word not in self._fillers]

    def read(self, text: str) -> Reading:
        """`text` with every way its words can be read."""
        if self._symbols:
            text = self._symbols.sub(lambda found: f" {self._named[found.group()]} ", text)
        # Before runs of space become one: they part the words of "c o m e   b a c k".
        text = _SPACED.sub(lambda found: re.sub(r"[\s.\-*_]", "", found.group()), text)
        plain = _plain(re.sub(r"(?:\r?\n\s*){2,}", " . ", text))
        rows: list[tuple[str, ...]] = []
        known: dict[str, list[tuple[str, ...]]] = {}
        for chunk in plain.split():
            if chunk not in known:
                known[chunk] = self._chunk(chunk)
            rows += known[chunk]
        places: dict[str, int] = {}
        kept = self._joined([row for row in rows if row[0] not in self._fillers])
        for place, row in enumerate(kept):
            for word in row:
                places[word] = places.get(word, 0) | 1 << place
        for word, bits in list(places.items()):
            if word[0].isdigit():
                places[NUMBER] = places.get(NUMBER, 0) | bits
            for end in range(3, len(word) + 1):
                if word[:end] in self._prefixes:
                    key = word[:end] + "*"
                    places[key] = places.get(key, 0) | bits
        return Reading(kept, places)

    def _chunk(self, chunk: str) -> list[tuple[str, ...]]:
        """What stands between two spaces: its words, each with its other readings."""
        if chunk in self._vocabulary and chunk not in self._expansions:
            return [(chunk,)]
        if _DISGUISE.search(chunk):
            for other in _undisguised(chunk):
                if other in self._vocabulary or self._begins(other):
                    ends = [STOP] if chunk[-1] in ".?" else []
                    return [(word,) for word in self._expand(other) + ends]
                whole = self._split(other) if 8 <= len(other) <= LONGEST else []
                if whole:
                    return [(word,) for word in whole]
            masked = self._unmasked(chunk)
            if masked:
                return [masked]
        chunk = re.sub(r"\.{2,}|…", " ", chunk)
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
            return [(word,)]
        short = (
            _REPEATED.sub(r"\1", word),
            _REPEATED.sub(r"\1\1", word),
            _DOUBLED.sub(r"\1", word),
        )
        stretched = [w for w in short if w != word and w in self._vocabulary]
        if stretched:
            return [(word, stretched[0])]
        if len(word) >= 8:
            parts = self._split(word[:LONGEST])
            if parts:
                return [(part,) for part in parts]
        return [(word, *self._misspelt(word))]

    def _begins(self, word: str) -> bool:
        return any(word[:end] in self._prefixes for end in range(4, len(word) + 1))

    def _misspelt(self, word: str) -> list[str]:
        if not 3 <= len(word) <= 16:
            return []
        near: set[str] = set()
        for key in _deletions(word):
            near.update(self._near.get(key, ()))
        found = []
        for other in sorted(near):
            most = 2 if min(len(word), len(other)) >= 8 else 1
            distance = OSA.distance(word, other, score_cutoff=most)
            # A short word with another first letter is another word: "fill" is not "kill".
            if distance <= most and (word[0] == other[0] or len(other) >= 6):
                found.append(other)
        return found

    def _unmasked(self, chunk: str) -> tuple[str, ...]:
        """Words of the rules that "su*c*de" may stand for."""
        body = chunk.strip(".,?!;:\"'()")
        if not re.fullmatch(r"[a-z]+[*#_\-.]+[a-z*#_\-.]*", body) or len(body) > 14:
            return ()
        pattern = re.compile(re.sub(r"[*#_\-.]+", lambda m: f"[a-z]{{1,{len(m[0]) + 1}}}", body))
        fits = filter(pattern.fullmatch, self._vocabulary)
        return tuple(sorted(fits)) if "*" in body or "#" in body else ()

    def _split(self, word: str) -> list[str]:
        """`killmyself` as kill, myself: the fewest words of the rules that make up all of it."""
        best: list[list[str] | None] = [[]] + [None] * len(word)
        for end in range(1, len(word) + 1):
            for begin in range(max(0, end - 12), end):
                head, piece = best[begin], word[begin:end]
                if head is None or piece not in self._pieces:
                    continue
                if len(piece) == 1 and piece not in "iua":
                    continue
                now = best[end]
                if now is None or len(head) + 1 < len(now):
                    best[end] = [*head, piece]
        parts = best[-1] or []
        if len(parts) < 2 or max(map(len, parts)) < 3:
            return []
        return [word for part in parts for word in self._expand(part) if word not in self._fillers]

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


def _plain(text: str) -> str:
    """Normalised, without accents and other marks, look-alike letters made Latin."""
    plain = normalise(text)
    if plain.isascii():
        return plain
    return _MARKS.sub("", unicodedata.normalize("NFKD", plain)).translate(_HOMOGLYPHS)


def _undisguised(chunk: str) -> list[str]:
    """`k1ll`, `su!c!de!` and `d.i.e` with letters for signs, in the likely readings."""
    ended = chunk.strip("\"'()[]{}*_~.,?;:").rstrip("!")
    others = []
    for table in (_LETTERS, _SECOND):
        other = re.sub(r"[.\-_*/#]", "", ended.translate(table))
        if re.search(r"[a-z]", ended) and other not in others:
            others.append(other)
    return others


def _deletions(word: str) -> set[str]:
    """`word` and what is left of it without one letter."""
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}
