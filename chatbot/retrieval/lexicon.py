"""What a folder's language brings along: its stems, small words, spelling and meanings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from chatbot.builtin import FOLDER, read_lines, read_yaml
from chatbot.retrieval.spelling import Spelling
from chatbot.retrieval.vocabulary import Folded, Vocabulary
from chatbot.text.terms import Analyzer


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything that turns text into terms for one corpus."""

    analyzer: Analyzer
    vocabulary: Vocabulary
    spelling: Spelling
    small: frozenset[str]

    @classmethod
    def of(
        cls, analyzer: Analyzer, synonyms: Sequence[Sequence[str]], corpus: Mapping[str, int]
    ) -> Lexicon:
        """The lexicon for a folder's synonyms and its words with their counts.

        The built-in lists are English; another language has stems, its own synonyms and spelling.
        """
        english = analyzer.language == "en"
        vocabulary = Vocabulary(analyzer, synonyms, _groups() if english else ())
        small = _small() if english else frozenset()
        everyday = _everyday() if english else ()
        spelling = Spelling(corpus, everyday, vocabulary.known | small)
        return cls(analyzer, vocabulary, spelling, small)

    def is_small(self, entry: Folded) -> bool:
        """Whether a term is made of nothing but small words."""
        return entry.meaning is None and all(word in self.small for word in entry.words)


@cache
def _groups() -> Sequence[Sequence[str]]:
    return [group for groups in read_yaml("vocabulary.yaml").values() for group in groups]


@cache
def _everyday() -> Sequence[str]:
    return read_lines("everyday_words.txt") if (FOLDER / "everyday_words.txt").exists() else ()


@cache
def _small() -> frozenset[str]:
    present = (FOLDER / "stopwords.yaml").exists()
    return frozenset(read_yaml("stopwords.yaml")) if present else frozenset()
