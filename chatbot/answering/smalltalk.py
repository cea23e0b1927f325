"""Messages that are not questions about health: hello, thanks, are you a robot."""

import re
from functools import cache

from chatbot.builtin import read_yaml
from chatbot.text.normalise import normalise

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
LONGEST = 80  # characters; anything longer says more than hello


def kind(question: str) -> str | None:
    """`greeting`, `thanks`, `goodbye`, `robot`, `person`, or None for a real question."""
    if len(question) > LONGEST:
        return None
    words = [word.replace("'", "") for word in _WORD.findall(normalise(question))]
    phrases, around = _phrases()
    while words and " ".join(words) not in phrases and words[0] in around:
        words = words[1:]
    while words and " ".join(words) not in phrases and words[-1] in around:
        words = words[:-1]
    return phrases.get(" ".join(words))


@cache
def _phrases() -> tuple[dict[str, str], frozenset[str]]:
    data = read_yaml("smalltalk.yaml")
    phrases = {p: name for name, listed in data.items() if name != "around" for p in listed}
    return phrases, frozenset(data["around"])
