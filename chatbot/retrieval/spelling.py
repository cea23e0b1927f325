"""Reading misspelt words, against the clinic's own words first, then everyday ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

SHORTEST = 4  # letters; a shorter word is too near to too many others
TWO_SLIPS = 8  # letters from which two slips may be mended instead of one


class Spelling:
    """Mends a word that is none; a word that anybody would know is never touched.

    `corpus` are the words of the clinic's texts with how often each occurs, `everyday` a list of
    ordinary words, `known` other words that are right as they stand (names of medicines above all:
    one medicine must never be read as another).
    """

    def __init__(
        self, corpus: Mapping[str, int], everyday: Iterable[str] = (), known: Iterable[str] = ()
    ) -> None:
        self._counts = corpus
        self._everyday = frozenset(everyday)
        self._known = self._everyday.union(known)
        self._buckets: dict[tuple[str, int, bool], list[str]] = {}
        for word in sorted(self._everyday.union(corpus)):
            if len(word) >= SHORTEST and word.isalpha():
                self._buckets.setdefault((word[0], len(word), word in corpus), []).append(word)
        self.repair = lru_cache(maxsize=4096)(self._repair)

    def _repair(self, word: str) -> str | None:
        """What a misspelt word was meant to be, or None: it is right, or nothing is near."""
        if len(word) < SHORTEST or not word.isalpha() or word in self._known:
            return None
        if word in self._counts:
            return None
        own, ordinary = self._nearest(word, corpus=True), self._nearest(word, corpus=False)
        # An ordinary word that is nearer wins: a slip in it must not make a medical word of it.
        if own and (not ordinary or own[0] <= ordinary[0]):
            return own[1]
        return ordinary[1] if ordinary else None

    def _nearest(self, word: str, *, corpus: bool) -> tuple[int, str] | None:
        allowed = 2 if len(word) >= TWO_SLIPS else 1
        # People rarely miss the first letter, except by swapping it with the second.
        firsts = {word[0], word[1]} if word[0] != word[1] else {word[0]}
        near: list[tuple[int, int, str]] = []
        for first in sorted(firsts):
            for length in range(len(word) - allowed, len(word) + allowed + 1):
                choices = self._buckets.get((first, length, corpus), ())
                for choice, distance, _ in process.extract_iter(
                    word, choices, scorer=OSA.distance, score_cutoff=allowed
                ):
                    if choice[0] == word[0] or choice[:2] == word[1::-1]:
                        near.append((int(distance), -self._counts.get(choice, 0), choice))
        if not near:
            return None
        distance, _, best = min(near)
        return distance, best
