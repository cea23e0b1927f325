"""From a text to the stems it is found by."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache, lru_cache

from chatbot.builtin import read_yaml
from chatbot.text.normalise import normalise

# A number (with its decimals) or a word (with its apostrophes); "50mg" is both, one after another.
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*")
REMEMBERED = 100_000  # words whose stems are kept; visitors can type any number of others
LONGEST_WORD = 40  # characters; more is not a word, and the stemmer takes quadratic time on it

_LISTS = read_yaml("languages.yaml")
LANGUAGES: Mapping[str, str] = _LISTS["stemmers"]
_IRREGULAR: Mapping[str, str] = _LISTS["irregular"]
_WITH_IS = tuple(_LISTS["with_is"])


def words(text: str, language: str = "en") -> tuple[str, ...]:
    """The words and numbers of a text, normalised; English contractions are written out."""
    found: list[str] = []
    for token in _TOKEN.findall(normalise(text)):
        if "'" not in token and (language != "en" or token not in _IRREGULAR):
            found.append(token)
        else:
            found += _english(token) if language == "en" else token.split("'")
    return tuple(word[:LONGEST_WORD] for word in found)


def _english(token: str) -> list[str]:
    if token in _IRREGULAR:
        return _IRREGULAR[token].split()
    for ending, word in _LISTS["endings"].items():
        if token.endswith(ending) and len(token) > 2:
            stem = token.removesuffix(ending)
            return [stem.replace("'", ""), word] if stem else [word]
    stem = token.removesuffix("'s").replace("'", "")
    return [stem, "is"] if token.endswith(_WITH_IS) else [stem]


class Analyzer:
    """Stems words as one language does; a language without a stemmer keeps its words whole.

    Accents are dropped after stemming, since people leave them out when they type.
    """

    def __init__(self, language: str = "en") -> None:
        self.language = language.lower().split("-")[0]
        name = LANGUAGES.get(self.language)
        self.stem: Callable[[str], str] = _stemmer(name) if name else unaccented

    def words(self, text: str) -> tuple[str, ...]:
        """The words of a text, as this language writes them."""
        return words(text, self.language)

    def terms(self, text: str) -> tuple[str, ...]:
        """The stems of a text, in order, nothing left out."""
        return tuple(self.stem(word) for word in self.words(text))


@cache
def _stemmer(name: str) -> Callable[[str], str]:
    """One for all folders and states of them, since a stem is slow to find."""
    from nltk.stem.snowball import SnowballStemmer  # loads in half a second: only when needed

    stem = SnowballStemmer(name).stem
    return lru_cache(REMEMBERED)(lambda word: unaccented(word if word.isdecimal() else stem(word)))


def unaccented(word: str) -> str:
    """A word without accents and other marks."""
    if word.isascii():
        return word
    parts = unicodedata.normalize("NFD", word)
    return unicodedata.normalize("NFC", "".join(c for c in parts if not unicodedata.combining(c)))
