"""One spelling for the letters of a message: accents, look-alikes, signs that stand for letters."""

import re
import unicodedata

from chatbot.text.normalise import normalise

_LETTERS = str.maketrans("01345789@$€!|+", "oieastbgaseilt")
_SECOND = str.maketrans("01345789@$€!|+", "oleastbgaselit")
_MARKS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe2f]")
_HOMOGLYPHS = str.maketrans(
    "аеорсухівкмнтѕјһԁӏ" + "οαινκρτυχε" + "ɡıɩ", "aeopcyxibkmhtsjhdl" + "oaivkptuxe" + "gii"
)
_SOUNDS = [
    (re.compile(spelt), said) for spelt, said in (
        ("^k(?=n)|^w(?=r)|gh(?=t)|(?<=n)g$", ""), ("ph", "f"), ("ck|q|c(?![eiyh])", "k"),
        ("[cz](?!h)", "s"), (r"(.)\1+", r"\1"), ("(?<=.)[aeiouyhw]", ""),
    )
]  # fmt: skip
SHORTEST = 3  # sounds; fewer say too little of a word


def plain(text: str) -> str:
    """Normalised, without accents and other marks, look-alike letters made Latin."""
    form = text.lower() if text.isalpha() and text.isascii() else normalise(text)
    if form.isascii():
        return form
    return _MARKS.sub("", unicodedata.normalize("NFKD", form)).translate(_HOMOGLYPHS)


def undisguised(chunk: str) -> list[str]:
    """`k1ll`, `su!c!de!` and `d.i.e` with letters for signs, in the likely readings."""
    ended = chunk.strip("\"'()[]{}*_~.,?;:").rstrip("!")
    others = []
    for table in (_LETTERS, _SECOND):
        other = re.sub(r"[.\-_*/#]", "", ended.translate(table))
        if re.search(r"[a-z]", ended) and other not in others:
            others.append(other)
    return others


def spellings(word: str) -> set[str]:
    """`word`, what is left of it without one letter, and its sound."""
    return {word, sound(word) or word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def sound(word: str) -> str:
    """`word` as it may sound, in capitals: "afrade" is "afraid" and "suiside" is "suicide"."""
    for spelt, said in _SOUNDS:
        word = spelt.sub(said, word)
    return word.upper() if len(word) >= SHORTEST else ""
