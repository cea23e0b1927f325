"""Phrases of one meaning become one term, the longest first, the clinic's own before ours."""

from __future__ import annotations

from chatbot.retrieval.lexicon import Lexicon
from chatbot.retrieval.vocabulary import Vocabulary
from chatbot.text.terms import Analyzer

ENGLISH = Analyzer("en")


def test_members_of_a_group_fold_to_one_term_whatever_their_endings() -> None:
    vocabulary = Vocabulary(ENGLISH, [["infusion", "drip", "iv line"]], ())
    assert vocabulary.same("infusions") == vocabulary.same("drips") == vocabulary.same("IV lines")


def test_the_longest_phrase_wins() -> None:
    vocabulary = Vocabulary(ENGLISH, (), [["tired", "weary"], ["fatigue", "tired all the time"]])
    assert vocabulary.same("tired all the time") == vocabulary.same("fatigue")
    assert vocabulary.same("tired") != vocabulary.same("fatigue")


def test_the_first_group_of_a_phrase_counts() -> None:
    vocabulary = Vocabulary(ENGLISH, (), [["a cold", "sniffles"], ["chilly", "sniffles"]])
    assert vocabulary.same("sniffles") == vocabulary.same("a cold")


def test_a_clinics_group_takes_in_the_built_in_group_it_touches() -> None:
    vocabulary = Vocabulary(ENGLISH, [["drip", "session"]], [["infusion", "drip"]])
    assert vocabulary.same("session") == vocabulary.same("infusion")


def test_clinics_groups_that_touch_become_one() -> None:
    vocabulary = Vocabulary(
        ENGLISH, [["drip", "session"], ["visit", "trip"], ["session", "visit"]], ()
    )
    assert vocabulary.same("trip") == vocabulary.same("drip")


def test_folding_shows_what_a_phrase_was_taken_for() -> None:
    [folded] = Vocabulary(ENGLISH, (), [["fatigue", "worn out"]]).fold(("worn", "out"))
    assert (folded.words, folded.meaning, folded.spoken) == (
        ("worn", "out"),
        "fatigue",
        ("fatigue",),
    )


def test_the_built_in_vocabulary_knows_patients_words() -> None:
    same = Lexicon(ENGLISH, (), {}).vocabulary.same
    for patient, clinic in (
        ("puffer", "inhaler"),
        ("always tired", "fatigue"),
        ("how much does it cost", "what is the price of it"),
        ("colour", "color"),
    ):
        assert set(same(patient)) & set(same(clinic)), (patient, clinic)
