"""Phrases that mean the same, folded to one form in questions and passages alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chatbot.text.terms import Analyzer


@dataclass(frozen=True, slots=True)
class Folded:
    """One term of a text: its folded form, and the words it was made of."""

    term: str
    words: tuple[str, ...]
    meaning: str | None = None  # the group's first phrase, where folding changed something

    @property
    def spoken(self) -> tuple[str, ...]:
        """The words it is compared by: those of its meaning, where it was folded."""
        return tuple(self.meaning.split()) if self.meaning else self.words


class Vocabulary:
    """Groups of phrases with one meaning. The clinic's own groups come before the built-in ones.

    A phrase belongs to the first group that names it; a clinic's group takes in every built-in
    group it shares a phrase with. The longest phrase wins, compared on stems.
    """

    def __init__(
        self, analyzer: Analyzer, own: Sequence[Sequence[str]], builtin: Sequence[Sequence[str]]
    ) -> None:
        self._analyzer = analyzer
        self._terms: dict[tuple[str, ...], str] = {}
        self._meaning: dict[str, tuple[str, tuple[str, ...]]] = {}  # in words and in stems
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        self.known: set[str] = set()
        for group in own:
            self._add(group)
        clinic = set(self._terms)
        for group in builtin:
            self._add(group, clinic)
        for phrase in self._terms:
            self._by_first.setdefault(phrase[0], []).append(phrase)
        for phrases in self._by_first.values():
            phrases.sort(key=lambda phrase: (-len(phrase), phrase))
        self._alike: dict[str, list[tuple[int, str]]] = {}
        for place, (phrase, term) in enumerate(self._terms.items()):
            self._alike.setdefault(term, []).append((place, " ".join(phrase)))

    def _add(self, group: Sequence[str], clinic: set[tuple[str, ...]] | None = None) -> None:
        """Take in a group: one of the clinic's own, or a built-in one beside those of `clinic`."""
        said = [self._analyzer.words(text) for text in group]
        phrases = [tuple(map(self._analyzer.stem, words)) for words in said if words]
        if not phrases:
            return
        self.known.update(*said)
        taken = [phrase for phrase in phrases if phrase in self._terms]
        joins = taken if clinic is None else [phrase for phrase in taken if phrase in clinic]
        term = self._terms[joins[0]] if joins else "=" + " ".join(phrases[0])
        if term not in self._meaning:
            meaning = " ".join(said[0])
            self._meaning[term] = meaning, self._analyzer.terms(meaning)
        for phrase in phrases:
            self._terms.setdefault(phrase, term)
        if clinic is None:
            merged = {self._terms[phrase] for phrase in joins}
            for phrase, other in self._terms.items():
                if other in merged:
                    self._terms[phrase] = term

    def fold(self, said: Sequence[str]) -> tuple[Folded, ...]:
        """The terms of a text given as words: phrases folded, other words stemmed."""
        stems = [self._analyzer.stem(word) for word in said]
        folded: list[Folded] = []
        place = 0
        while place < len(stems):
            phrase = self._longest(stems, place)
            taken = tuple(said[place : place + len(phrase)])
            term = self._terms.get(phrase)
            if term is None:
                folded.append(Folded(stems[place], taken))
            else:
                meaning, stemmed = self._meaning[term]
                folded.append(Folded(term, taken, meaning if stemmed != phrase else None))
            place += len(phrase)
        return tuple(folded)

    def _longest(self, stems: Sequence[str], place: int) -> tuple[str, ...]:
        for phrase in self._by_first.get(stems[place], ()):
            if tuple(stems[place : place + len(phrase)]) == phrase:
                return phrase
        return (stems[place],)

    def same(self, text: str) -> tuple[str, ...]:
        """The folded terms of a text, for comparing two texts by meaning."""
        return tuple(entry.term for entry in self.fold(self._analyzer.words(text)))

    def likes(self, phrases: Iterable[str]) -> tuple[str, ...]:
        """Every phrase, as stems, that means the same as one of these."""
        terms = {self._terms.get(self._analyzer.terms(phrase), "") for phrase in phrases}
        alike = sorted(phrase for term in terms for phrase in self._alike.get(term, ()))
        return tuple(phrase for _, phrase in alike)
