"""Reading misspelt words, against the clinic's own words first, then everyday ones."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

_VOWELS = re.compile("[aeiouy]")
SHORT = 4  # letters; so short a word is mended only where two letters were swapped
TWO_SLIPS = 9  # letters from which a word of the clinic's may have two slips
JUMBLED = 6  # letters from which it may have one letter in quite another place


class Spelling:
    """Mends a word that is none; a word that anybody would know is never touched.

    `corpus` are the words of the clinic's texts with how often each occurs, `everyday` a list of
    ordinary words, `known` other words that are right as they stand (names of medicines above all:
    one medicine must never be read as another). A form of a known word is known too.
    """

    def __init__(
        self,
        stem: Callable[[str], str],
        corpus: Mapping[str, int],
        everyday: Iterable[str] = (),
        known: Iterable[str] = (),
    ) -> None:
        self._stem = stem
        self._counts = corpus
        ordinary = frozenset(everyday)
        self._known = ordinary.union(known, corpus)
        self._stems: frozenset[str] | None = None
        self._buckets: dict[tuple[str, int, bool], list[str]] = {}
        for word in sorted(ordinary.union(corpus)):
            if len(word) >= SHORT and word.isalpha():
                self._buckets.setdefault((word[0], len(word), word in corpus), []).append(word)
        self.repair = lru_cache(maxsize=4096)(self._repair)

    def _repair(self, word: str) -> str | None:
        """What a misspelt word was meant to be, or None: it is right, or nothing is near."""
        if len(word) < SHORT or not word.isalpha() or word in self._known:
            return None
        if self._stems is None:
            self._stems = frozenset(self._stem(known) for known in self._known)
        if self._stem(word) in self._stems:
            return None
        own = self._nearest(word, True, 2 if len(word) >= JUMBLED else 1)
        ordinary = self._nearest(word, False, 1)
        if ordinary and not _slip(word, ordinary[1]):
            ordinary = None
        # An ordinary word that is nearer wins: a slip in it must not make a medical word of it.
        near = [found for found in (own, ordinary) if found]
        return min(near, key=lambda found: found[0])[1] if near else None

    def _nearest(self, word: str, corpus: bool, allowed: int) -> tuple[int, str] | None:
        near: list[tuple[int, int, str]] = []
        for length in range(len(word) - allowed, len(word) + allowed + 1):
            # People rarely miss the first letter, except by swapping it with the second.
            for first in sorted({word[0], word[1]}):
                choices = self._buckets.get((first, length, corpus), ())
                for choice, distance, _ in process.extract(
                    word, choices, scorer=OSA.distance, score_cutoff=allowed, limit=None
                ):
                    if _alike(word, choice, int(distance)):
                        near.append((int(distance), -self._counts.get(choice, 0), choice))
        if not near:
            return None
        distance, _, best = min(near)
        return distance, best


def _slip(word: str, choice: str) -> bool:
    """Whether a word that no list has is more likely a slip than a word of its own.

    A letter too many, too few or swapped, or another vowel, is a slip; another consonant may well
    make a rare word.
    """
    return (
        len(word) != len(choice)
        or sorted(word) == sorted(choice)
        or _VOWELS.sub("", word) == _VOWELS.sub("", choice)
    )


def _alike(word: str, choice: str, distance: int) -> bool:
    """Whether the one may be a slip of the other: beginnings agree, short words only swap."""
    if len(word) <= SHORT:
        return sorted(word) == sorted(choice)
    if distance > 1:
        near = len(word) >= TWO_SLIPS or sorted(word) == sorted(choice)
        return near and choice[:2] == word[:2]
    return choice[0] == word[0] or choice[:2] == word[1::-1]
