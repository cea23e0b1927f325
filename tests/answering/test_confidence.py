"""The gate: sure of what is asked, not of its neighbours, and it says why."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.answering.calibration import calibrate
from chatbot.answering.confidence import Gate, Judgement
from chatbot.retrieval.model import Ranking
from chatbot.retrieval.retriever import Retriever
from tests.retrieval.world import CLINIC, article, corpus, faq

RETRIEVER = Retriever(CLINIC)
GATE = calibrate(RETRIEVER)


def judged(question: str, gate: Gate = GATE, **left_out: str) -> tuple[Ranking, Judgement]:
    ranking = RETRIEVER.search(RETRIEVER.query(question), **left_out)
    return ranking, gate.judge(ranking)


def answers(question: str, **left_out: str) -> bool:
    _, judgement = judged(question, **left_out)
    sure = judgement.confidences[:1] >= (judgement.answer_at,)
    return sure and not judgement.vetoes[0]


@pytest.mark.parametrize(
    "question",
    ["how long does an infusion take", "can i eat before my infusion", "what does a visit cost"],
)
def test_an_entrys_own_question_is_answered_and_without_the_entry_is_not(question: str) -> None:
    own = judged(question)[0].hits[0].passage.document
    assert answers(question)
    assert not answers(question, without=own)


@pytest.mark.parametrize(
    "question",
    ["how do i bake sourdough bread", "is it going to rain", "play some jazz", "asdf qwer"],
)
def test_off_topic_questions_are_neither_answered_nor_offered_anything(question: str) -> None:
    _, judgement = judged(question)
    assert all(confidence < judgement.option_at for confidence in judgement.confidences)


def test_nothing_found_is_said() -> None:
    judgement = GATE.judge(Ranking(RETRIEVER.query("ketamine")))
    assert (judgement.confidences, judgement.vetoes) == ((), ())
    assert judgement.steps


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=80))
def test_confidences_are_probabilities_in_parallel_with_the_hits(question: str) -> None:
    ranking, judgement = judged(question)
    assert len(judgement.confidences) == len(judgement.vetoes) == len(ranking.hits)
    assert all(-1e-6 <= confidence <= 1 for confidence in judgement.confidences)


def test_the_best_few_of_a_plausible_ranking_may_be_offered_and_of_another_none() -> None:
    free = replace(GATE, answer_at=0.9999, option_at=0.0, about_at=0.0)
    _, judgement = judged("can i drive or eat", free)
    assert sum(c >= judgement.option_at for c in judgement.confidences) >= 2
    for shut in (replace(free, option_at=0.9999), replace(free, about_at=0.9999)):
        _, judgement = judged("can i drive or eat", shut)
        assert all(c < judgement.option_at for c in judgement.confidences)


def test_of_the_options_only_the_second_may_be_far_behind() -> None:
    free = replace(GATE, answer_at=0.9999, option_at=0.0, about_at=0.0)
    ranking, _ = judged("can i drive or eat", free)
    best = ranking.hits[0].score
    hits = tuple(
        replace(hit, score=best if place == 0 else 0.3 * best)
        for place, hit in enumerate(ranking.hits[:4])
    )
    judgement = free.judge(replace(ranking, hits=hits))
    offered = [c >= judgement.option_at for c in judgement.confidences]
    assert offered == [True, True, False, False]


def test_one_bare_word_that_the_folder_has_gets_options() -> None:
    strict = replace(GATE, answer_at=0.9999, option_at=0.9999, about_at=0.0)
    ranking, judgement = judged("infusion", strict)
    assert ranking.hits[0].matched == ("infusion",)
    assert sum(c >= judgement.option_at for c in judgement.confidences) >= 2


def test_what_only_a_passage_of_an_article_has_is_offered_though_no_heading_asks_for_it() -> None:
    told = "Bring your card. The elevator is behind the fountain. Parking is free."
    folder = corpus(
        article("visit", "Your visit", What_to_bring=told, Afterwards="Rest at home for a day."),
        article("creams", "Acne", Creams="Use the cream at night. It takes about six weeks."),
    )
    retriever = Retriever(folder)
    gate = calibrate(retriever)
    for question in ("where is the elevator", "is parking free"):
        ranking = retriever.search(retriever.query(question))
        judgement = gate.judge(ranking)
        assert ranking.hits[0].passage.text.startswith("Bring your card")
        assert judgement.option_at <= judgement.confidences[0] < judgement.answer_at
    judgement = gate.judge(retriever.search(retriever.query("is the escalator free of charge")))
    assert judgement.confidences[0] < judgement.option_at


def test_likeness_alone_quotes_nothing() -> None:
    ranking, _ = judged("how long is one infusion")
    bare = replace(ranking.hits[0], matched=(), pairs=())
    assert GATE.judge(replace(ranking, hits=(bare,))).vetoes == ("any word of the question",)
    paired = replace(bare, pairs=(("session", "infusion", 0.6),))
    assert GATE.judge(replace(ranking, hits=(paired,))).vetoes == (None,)


def test_passages_alike_only_in_how_it_is_asked_are_not_offered() -> None:
    free = replace(GATE, answer_at=0.9999, option_at=0.0, about_at=0.0)
    ranking, _ = judged("can i drive or eat", free)
    bare = tuple(replace(hit, matched=(), pairs=()) for hit in ranking.hits)
    judgement = free.judge(replace(ranking, hits=bare))
    assert all(c < judgement.option_at for c in judgement.confidences)
    judgement = free.judge(replace(ranking, hits=(*bare[:1], *ranking.hits[1:])))
    assert sum(c >= judgement.option_at for c in judgement.confidences) >= 2


def test_every_step_of_a_judgement_is_told() -> None:
    told = " ".join(judged("Can I have ketamine if I take lithium?")[1].steps)
    assert "sertraline" in told
    assert "lacks “lithium”" in told
    assert "needed to quote" in told


def test_a_folder_with_few_phrasings_is_never_laxer_than_the_gate_carried_over() -> None:
    found, carried = calibrate(RETRIEVER), Gate.carried_over(RETRIEVER)
    assert found.answer_at >= carried.answer_at


def test_an_entry_on_an_everyday_matter_does_not_raise_the_bar_for_the_others() -> None:
    wifi = faq("wifi", "Is there wifi?", "Yes.", "what is a good password", "play some jazz music")
    folder = corpus(*CLINIC.documents, wifi)
    assert calibrate(Retriever(folder)).answer_at <= GATE.answer_at + 0.01


def test_calibration_is_the_same_every_time() -> None:
    again = calibrate(Retriever(CLINIC))
    assert again == replace(calibrate(RETRIEVER), details=again.details)


@pytest.mark.parametrize("semantics", [True, False])
def test_folders_of_nothing_and_of_one_entry_have_a_gate(semantics: bool) -> None:
    for folder in (corpus(), corpus(faq("one", "What is it?", "A drip."))):
        retriever = Retriever(folder, semantics)
        assert 0 < calibrate(retriever).answer_at < 1


def test_without_vectors_the_gate_has_its_own_weights() -> None:
    plain = Retriever(CLINIC, semantics=False)
    assert Gate.carried_over(plain).answer != Gate.carried_over(RETRIEVER).answer
    ranking = plain.search(plain.query("how long does an infusion take"))
    judgement = calibrate(plain).judge(ranking)
    assert judgement.confidences[0] >= judgement.answer_at
