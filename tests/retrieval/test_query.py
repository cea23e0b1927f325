"""Reading a question: what asks, what it leans on, how it is spelt, what it means."""

from __future__ import annotations

import pytest

from chatbot.retrieval.query import kind
from chatbot.retrieval.retriever import Retriever
from tests.retrieval.world import CLINIC

RETRIEVER = Retriever(CLINIC, semantics=False)


def weights(question: str, *context: str) -> dict[str, float]:
    query = RETRIEVER.query(question, context)
    surfaces = (" ".join(words) for words in query.surface)
    return dict(zip(surfaces, query.weights, strict=True))


def test_small_words_count_less_but_are_never_dropped() -> None:
    found = weights("how long does the infusion take")
    assert found["infusion"] == 1.0
    assert 0 < found["how"] < 1
    assert 0 < found["the"] < found["how"]


def test_the_sentence_that_asks_weighs_most() -> None:
    found = weights(
        "I slept badly again and my garden is full of weeds. Can I drive after the infusion?"
    )
    assert found["drive"] == 1.0
    assert found["garden"] < 0.5


def test_a_long_sentence_is_cut_where_it_begins_to_ask() -> None:
    found = weights(
        "so my neighbour told me about her garden and the weather last summer and i was"
        " wondering can i drive after the infusion"
    )
    assert found["drive"] == 1.0
    assert found["garden"] < 0.5


def test_what_is_told_counts_fully_when_the_question_only_points_at_it() -> None:
    assert weights("My sister felt nausea on the drip. Is that usual?")["nausea"] == 1.0


@pytest.mark.parametrize("follow_up", ["and how long does it last?", "what about that?", "why?"])
def test_a_question_that_cannot_stand_alone_takes_the_one_before(follow_up: str) -> None:
    query = RETRIEVER.query(follow_up, ("does ketamine cause nausea",))
    assert any("nausea" in step for step in query.steps)
    assert "nausea" in weights(follow_up, "does ketamine cause nausea")


def test_a_question_that_stands_alone_does_not() -> None:
    found = weights("how much does one infusion cost at your clinic", "does ketamine cause nausea")
    assert "nausea" not in found


def test_a_misspelling_is_mended_and_said() -> None:
    assert "Read “ketemine” as “ketamine”." in RETRIEVER.query("what is ketemine").steps


def test_folding_is_said_in_plain_words() -> None:
    assert any("to mean “fatigue”" in step for step in RETRIEVER.query("always tired").steps)


def test_a_question_of_nothing_has_no_terms() -> None:
    for question in ("", "   ", "?!", "👍👍"):
        assert RETRIEVER.query(question).terms == ()


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("how long does it take", "time"),
        ("How much is it?", "number"),
        ("when can I come", "time"),
        ("can i drive", "whether"),
        ("tell me, where are you", "place"),
        ("ketamine", ""),
    ],
)
def test_the_kind_of_answer_wanted_is_read_off_the_question_word(
    question: str, wanted: str
) -> None:
    assert kind(question) == wanted
