"""What a ranking must be: right on plain questions, explained, the same everywhere."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.retrieval.retriever import Retriever
from tests.retrieval.world import CLINIC, article, corpus, faq

ON, OFF = Retriever(CLINIC), Retriever(CLINIC, semantics=False)


def best(question: str, retriever: Retriever = ON) -> str:
    hits = retriever.search(retriever.query(question)).hits
    return hits[0].passage.document if hits else ""


@pytest.mark.parametrize("retriever", [ON, OFF], ids=["vectors", "no vectors"])
@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("how long does the infusion take", "length"),
        ("can I eat before the infusion", "eating"),
        ("how much is it", "cost"),
        ("ms fatigue trial results", "fatigue"),
        ("can i drive my car home", "driving"),
        ("how lng is an infuson", "length"),
    ],
)
def test_plain_questions_find_their_passage(
    question: str, document: str, retriever: Retriever
) -> None:
    assert best(question, retriever) == document


def test_an_article_section_is_found_by_its_title_with_its_heading() -> None:
    [first, *_] = ON.search(ON.query("what did the MS fatigue trial find")).hits
    assert first.passage.section == "What the trial found"


def test_the_parts_add_up_to_the_score() -> None:
    for hit in ON.search(ON.query("can I eat something before my ketamine drip?")).hits:
        assert sum(hit.parts.values()) == pytest.approx(hit.score, abs=1e-5)


def test_words_are_paired_only_where_vectors_may_speak() -> None:
    query = "what about queasiness in the evening"
    assert all(not hit.pairs for hit in OFF.search(OFF.query(query)).hits)
    pairs = [pair for hit in ON.search(ON.query("do people vomit")).hits for pair in hit.pairs]
    assert all(0.5 <= like <= 1 for _, _, like in pairs)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_gives_a_ranking_in_order_with_rounded_scores(question: str) -> None:
    hits = ON.search(ON.query(question)).hits
    order = [(-hit.score, hit.passage.id) for hit in hits]
    assert order == sorted(order)
    assert all(hit.score == round(hit.score, 6) > 0 for hit in hits)


def test_ties_go_by_passage_id() -> None:
    twins = Retriever(corpus(faq("b", "Same words?", "One."), faq("a", "Same words?", "One.")))
    hits = twins.search(twins.query("same words")).hits
    assert [hit.passage.document for hit in hits] == ["a", "b"]


def test_order_of_documents_changes_nothing() -> None:
    turned = Retriever(corpus(*reversed(CLINIC.documents)))
    for question in ("how long is it", "can I drive", "fatigue"):
        assert turned.search(turned.query(question)) == ON.search(ON.query(question))


@pytest.mark.parametrize("semantics", [True, False])
def test_empty_and_tiny_corpora_work(semantics: bool) -> None:
    nothing = Retriever(corpus(), semantics)
    assert nothing.search(nothing.query("anything at all")).hits == ()
    one = Retriever(corpus(faq("one", "???", "!!!")), semantics)
    assert one.search(one.query("anything")).hits == ()
    single = Retriever(corpus(faq("one", "What does it cost?", "Ask us.")), semantics)
    assert best("what does it cost", single) == "one"
    assert single.search(single.query("what does it cost"), without="one").hits == ()


def test_a_document_or_a_phrasing_can_be_left_out() -> None:
    query = ON.query("how much time")
    left = ON.search(query, without="length").hits
    assert "length" not in {hit.passage.document for hit in left}
    [full, less] = [ON.search(query).hits[0], ON.search(query, unasked="how much time").hits[0]]
    assert full.asked == "how much time"
    assert less.asked != "how much time"
    assert less.score < full.score


def test_the_clinics_synonyms_count_in_questions_and_passages() -> None:
    known = Retriever(
        corpus(
            faq("hall", "Where is the blue hall?", "Upstairs."),
            faq("door", "Where is the door?", "Downstairs."),
            synonyms=(("blue hall", "zorbatorium"),),
        ),
        semantics=False,
    )
    assert best("zorbatorium", known) == "hall"


def test_another_language_has_its_own_stems_and_no_english_lists() -> None:
    spanish = Retriever(
        corpus(
            faq("dura", "¿Cuánto dura la infusión?", "Unas dos horas."),
            faq("comer", "¿Puedo comer antes?", "No durante cuatro horas."),
            language="es",
        )
    )
    assert spanish.index.meaning is None
    assert best("duracion de las infusiones", spanish) == "dura"


def test_long_articles_and_short_entries_compete_fairly() -> None:
    mixed = Retriever(
        corpus(
            article("prep", "Getting ready", Food_and_drink="Stop eating four hours before."),
            faq("park", "Where can I park?", "Behind the building."),
            faq("ready", "When will my results be ready?", "Within a week."),
        )
    )
    assert best("can I eat and drink before I come", mixed) == "prep"
