"""From a text to the stems it is found by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache

from chatbot.text.normalise import normalise

# A number (with its decimals) or a word (with its apostrophes); "50mg" is both, one after another.
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*")
_ENDINGS = (("n't", "not"), ("'re", "are"), ("'ve", "have"), ("'ll", "will"), ("'m", "am"))
_IRREGULAR = {"can't": "can not", "won't": "will not", "cannot": "can not", "let's": "let us"}
_IS = {
    "what's",
    "it's",
    "that's",
    "there's",
    "how's",
    "where's",
    "when's",
    "who's",
    "he's",
    "she's",
}
LONGEST_WORD = 40  # characters; more is not a word, and the stemmer takes quadratic time on it

LANGUAGES = {
    "ar": "arabic", "da": "danish", "de": "german", "en": "english", "es": "spanish",
    "fi": "finnish", "fr": "french", "hu": "hungarian", "it": "italian", "nl": "dutch",
    "no": "norwegian", "nb": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sv": "swedish",
}  # fmt: skip


def words(text: str) -> tuple[str, ...]:
    """The words and numbers of a text, normalised, English contractions written out."""
    found: list[str] = []
    for token in _TOKEN.findall(normalise(text)):
        found += _written_out(token[:LONGEST_WORD]) if "'" in token else [token[:LONGEST_WORD]]
    return tuple(found)


def _written_out(token: str) -> list[str]:
    if token in _IRREGULAR:
        return _IRREGULAR[token].split()
    if token in _IS:
        return [token[:-2], "is"]
    for ending, word in _ENDINGS:
        if token.endswith(ending) and len(token) > len(ending):
            return [token[: -len(ending)].replace("'", ""), word]
    return [token.removesuffix("'s").replace("'", "")]


class Analyzer:
    """Stems words as one language does; a language without a stemmer keeps its words whole.

    Accents are dropped after stemming, since people leave them out when they type.
    """

    def __init__(self, language: str = "en") -> None:
        self.language = language.lower().split("-")[0]
        name = LANGUAGES.get(self.language)
        self.stem: Callable[[str], str] = cache(_stemmer(name) if name else _unaccented)

    def terms(self, text: str) -> tuple[str, ...]:
        """The stems of a text, in order, nothing left out."""
        return tuple(self.stem(word) for word in words(text))


def _stemmer(name: str) -> Callable[[str], str]:
    from nltk.stem.snowball import SnowballStemmer  # loads in half a second: only when needed

    stem = SnowballStemmer(name).stem
    return lambda word: _unaccented(word if word.isdecimal() else stem(word))


def _unaccented(word: str) -> str:
    if word.isascii():
        return word
    parts = unicodedata.normalize("NFD", word)
    return unicodedata.normalize("NFC", "".join(c for c in parts if not unicodedata.combining(c)))
