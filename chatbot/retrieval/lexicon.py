"""The words a language brings along: small ones, everyday ones, and groups of one meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from chatbot.builtin import FOLDER, read_lines, read_yaml
from chatbot.retrieval.spelling import Spelling
from chatbot.retrieval.vocabulary import Vocabulary
from chatbot.text.terms import Analyzer


def build(
    language: str, synonyms: Sequence[Sequence[str]], corpus: Mapping[str, int]
) -> tuple[Vocabulary, Spelling, frozenset[str]]:
    """Vocabulary, spelling and small words; the built-in lists are English only."""
    analyzer = Analyzer(language)
    if analyzer.language != "en":
        vocabulary = Vocabulary(analyzer, synonyms)
        return vocabulary, Spelling(dict(corpus), (), vocabulary.known), frozenset()
    vocabulary = Vocabulary(analyzer, synonyms, _groups())
    known = vocabulary.known | _small()
    return vocabulary, Spelling(dict(corpus), _everyday(), known), _small()


@cache
def _groups() -> Sequence[Sequence[str]]:
    return read_yaml("vocabulary.yaml") if (FOLDER / "vocabulary.yaml").exists() else ()


@cache
def _everyday() -> Sequence[str]:
    return read_lines("everyday_words.txt") if (FOLDER / "everyday_words.txt").exists() else ()


@cache
def _small() -> frozenset[str]:
    present = (FOLDER / "stopwords.yaml").exists()
    return frozenset(read_yaml("stopwords.yaml")) if present else frozenset()
