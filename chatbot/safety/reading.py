"""A message as a row of words, each of which can be read in several ways ("k1ll" is also "kill").

Places are bits of whole numbers, so that a phrase is looked for everywhere at once, in time that
grows with the length of the message and never with the cunning of whoever wrote it.
"""

from collections.abc import Mapping, Sequence, Set

STOP = "."  # the end of a sentence, a place of its own that no phrase reaches across
# A phrase with one of these between is another phrase.
NOT = frozenset({"not", "no", "never", "nobody", "nunca", "without"})
NUMBER = "<number>"
Rows = Sequence[tuple[str, ...]]


class Reading:
    """A message read: `rows` has the ways to read each word, bit p of `places[w]` says word p is w.

    `present` has those of the reader's sets of words of which one at least is in the message.

    A position is the number of words before it: 0 stands before the first, `length` at the end.
    """

    def __init__(
        self, rows: Rows, places: Mapping[str, int], present: Set[frozenset[str]] = frozenset()
    ) -> None:
        self.rows = rows
        self.places = places
        self.present = present
        self.length = length = len(rows)
        self.everywhere = (1 << (length + 1)) - 1
        self.stops = places.get(STOP, 0)
        cuts = [p for p in range(length) if self.stops >> p & 1] if self.stops else []
        begins = [0, *(cut + 1 for cut in cuts)]
        spans = zip(begins, [*cuts, length], strict=True)
        self._sentences = {1 << end: (1 << (end + 1)) - (1 << begin) for begin, end in spans}
        self._inner = self.everywhere & ~sum(self._sentences)
        self._words = frozenset(places)
        self._known: dict[frozenset[str], int] = {}
        # Bit p of the n-th: the n (1, 2, 4) words before p may be skipped, one by one.
        one = (self.everywhere & ~self.stops & ~self.at(NOT)) << 1
        two = one & one << 1
        self._open = one, two, two & two << 2

    def closing(self, here: int) -> int:
        """The last positions of the sentences that have any of `here`; each stands for its own."""
        return (((here & self._inner) + self._inner) | here) & ~self._inner

    def sentences(self, closing: int) -> int:
        """All positions of the sentences that end at `closing`."""
        return sum(whole for end, whole in self._sentences.items() if end & closing)

    def skipping(self, here: int, far: bool) -> int:
        """The positions up to three, or eight, skippable words behind `here`."""
        one, two, four = self._open
        here |= here << 1 & one
        here |= here << 2 & two
        if far:
            here |= here << 4 & four
            here |= here << 1 & one
        return here & self.everywhere

    def at(self, words: frozenset[str]) -> int:
        """The places of any of `words`."""
        found = self._known.get(words)
        if found is None:
            found = 0
            for word in words & self._words:
                found |= self.places[word]
            self._known[words] = found
        return found
