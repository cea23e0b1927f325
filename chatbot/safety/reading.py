"""A message as a row of words, each of which can be read in several ways ("k1ll" is also "kill").

Places are bits of whole numbers, so that a phrase is looked for everywhere at once, in time that
grows with the length of the message and never with the cunning of whoever wrote it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

STOP = "."  # the end of a sentence, a place of its own that no phrase reaches across
NOT = frozenset({"not", "never", "nobody", "nunca"})  # a phrase with one between is another phrase
NUMBER = "<number>"


class Reading:
    """A message read: `rows` has the ways to read each word, bit p of `places[w]` says word p is w.

    A position is the number of words before it: 0 stands before the first, `length` at the end.
    """

    __slots__ = ("_known", "barred", "everywhere", "length", "places", "rows", "sentences", "stops")

    def __init__(self, rows: Sequence[tuple[str, ...]], places: Mapping[str, int]) -> None:
        self.rows = rows
        self.places = places
        self.length = length = len(rows)
        self.everywhere = (1 << (length + 1)) - 1
        self.stops = places.get(STOP, 0)
        cuts = [p for p in range(length) if self.stops >> p & 1] if self.stops else []
        begins = [0, *(cut + 1 for cut in cuts)]
        self.sentences = tuple(
            (1 << (cut + 1)) - (1 << begin)
            for begin, cut in zip(begins, [*cuts, length], strict=True)
        )
        self._known: dict[frozenset[str], int] = {}
        self.barred = self.stops | self.at(NOT)

    def at(self, words: frozenset[str]) -> int:
        """The places of any of `words`."""
        found = self._known.get(words)
        if found is None:
            found = 0
            for word in words & self.places.keys():
                found |= self.places[word]
            self._known[words] = found
        return found
