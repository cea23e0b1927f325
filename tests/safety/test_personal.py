"""Questions that only the visitor's own clinician can answer are told from general ones."""

from __future__ import annotations

import pytest

from chatbot.builtin import read_yaml
from chatbot.safety.normalising import Reader
from chatbot.safety.notation import Compiler
from chatbot.safety.personal import is_personal


@pytest.mark.parametrize(
    "text",
    [
        "should I stop my lamotrigine?",
        "what dose should I take",
        "am I a good candidate with high blood pressure",
        "is ketamine safe for me",
        "I take lithium. Can I still come?",
        "can my husband skip his Xanax that day",
        "¿debo dejar mi sertralina?",
    ],
)
def test_what_somebody_should_do_with_their_own_body_is_personal(text: str) -> None:
    assert is_personal(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "does lamotrigine affect ketamine?",
        "how long does an infusion take",
        "may I bring my own music?",
        "can I park at the clinic",
        "what are the side effects",
        "¿cuánto dura el tratamiento?",
    ],
)
def test_what_an_article_can_answer_is_general(text: str) -> None:
    assert not is_personal(text)


def test_every_phrase_can_be_used() -> None:
    words, rules = read_yaml("safety/words.yaml"), read_yaml("safety/personal.yaml")
    reader = Reader(words["expansions"], rules["fillers"].split())
    notation = Compiler(reader.words, {**words["sets"], **rules["sets"]})
    for source in (*rules["personal"], *rules["general"], *rules["general_whole"]):
        notation.compile(source)
