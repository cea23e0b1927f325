from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.text.terms import LANGUAGES, LONGEST_WORD, Analyzer, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What's the cost?", ("what", "is", "the", "cost")),
        ("I can't, won't and don't", ("i", "can", "not", "will", "not", "and", "do", "not")),
        ("the patient's dose", ("the", "patient", "dose")),
        ("50mg of COVID-19", ("50", "mg", "of", "covid", "19")),
        ("0.5 mg/kg", ("0.5", "mg", "kg")),
        ("snake_case", ("snake", "case")),
        ("!!! ???", ()),
        ("👍", ()),
    ],
)
def test_a_text_falls_into_its_words_and_numbers(text: str, expected: tuple[str, ...]) -> None:
    assert words(text) == expected


@given(st.text())
def test_no_text_breaks_it_and_no_word_is_longer_than_the_limit(text: str) -> None:
    assert all(0 < len(word) <= LONGEST_WORD for word in words(text))


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_with_a_stemmer_has_one(language: str) -> None:
    assert Analyzer(language).terms("informaciones 12")[-1] == "12"


def test_english_forms_of_a_word_meet() -> None:
    assert len(set(Analyzer("en-GB").terms("insured insurance insures"))) == 1


def test_accents_may_be_left_out() -> None:
    spanish = Analyzer("es")
    assert spanish.terms("duración") == spanish.terms("duracion")


def test_a_language_without_a_stemmer_keeps_its_words() -> None:
    assert Analyzer("xx").terms("Infusions café") == ("infusions", "cafe")
