"""What a folder's language brings along: its stems, small words, spelling and meanings."""

from collections.abc import Mapping, Sequence
from functools import cache

from chatbot.builtin import read_lines, read_yaml
from chatbot.retrieval.spelling import Spelling
from chatbot.retrieval.vocabulary import Folded, Vocabulary
from chatbot.text.terms import Analyzer, words


class Lexicon:
    """Everything that turns text into terms for one corpus, made of the folder's synonyms and its
    words with their counts; `small` weighs the small words.

    The built-in lists are English; another language has stems, its own synonyms and spelling.
    """

    def __init__(
        self, analyzer: Analyzer, synonyms: Sequence[Sequence[str]], corpus: Mapping[str, int]
    ) -> None:
        english = analyzer.language == "en"
        self.analyzer = analyzer
        self.vocabulary = Vocabulary(analyzer, synonyms, _groups() if english else ())
        self.small = _small() if english else {}
        everyday = read_lines("everyday_words.txt") if english else ()
        known = self.vocabulary.known.union(self.small, _named() if english else ())
        self.spelling = Spelling(analyzer.stem, corpus, everyday, known)

    def is_small(self, entry: Folded) -> bool:
        """Whether a term is made of nothing but small words."""
        return entry.meaning is None and all(word in self.small for word in entry.words)

    def weight(self, entry: Folded) -> float:
        """How much a term counts: 1, or less for a small word, never nothing."""
        return max(self.small[word] for word in entry.words) if self.is_small(entry) else 1.0


@cache
def _groups() -> Sequence[Sequence[str]]:
    return [group for groups in read_yaml("vocabulary.yaml").values() for group in groups]


@cache
def _small() -> Mapping[str, float]:
    return {
        word: float(weight)
        for weight, listed in read_yaml("stopwords.yaml").items()
        for word in listed
    }


@cache
def _named() -> frozenset[str]:
    """Names that are right as they stand, above all of medicines: never read as one another."""
    classes = read_yaml("discriminating.yaml").values()
    lines = [line for entry in classes for line in entry["members"]]
    return frozenset(word for line in lines for phrase in line for word in words(phrase))
