"""A detail that the question has and the passage lacks keeps it from answering."""

from __future__ import annotations

import pytest

from chatbot.answering.details import Details, Difference
from chatbot.retrieval.retriever import Retriever
from tests.retrieval.world import article, corpus, faq

FOLDER = corpus(
    faq("sertraline", "Can I take sertraline with it?", "Yes, at your usual dose."),
    faq("dose", "How strong is it?", "We give 0.5 mg for each kilogram of your weight."),
    faq("birth", "Is it safe for an expectant mother?", "Not in pregnancy."),
    faq("lungs", "Will my lungs be checked?", "Yes, at every visit."),
    article("knee", "Knee pain", What_helps="Rest and ice for a day or two."),
    *(faq(f"other-{n}", f"What about number {n}?", "Ketamine is given here.") for n in range(6)),
)
RETRIEVER = Retriever(FOLDER, semantics=False)
DETAILS = Details(RETRIEVER)


def difference(question: str, name: str) -> Difference:
    [passage, *_] = next(d for d in FOLDER.documents if d.id == name).passages
    asked = next(d for d in FOLDER.documents if d.id == name).title
    [found] = DETAILS.differences(RETRIEVER.query(question), [(passage, asked)])
    return found


@pytest.mark.parametrize(
    ("question", "name", "lacking"),
    [
        ("can i take lithium with it", "sertraline", ("lithium",)),
        ("can i take it while pregnant", "sertraline", ("pregnant",)),
        ("what helps hip pain", "knee", ("hip",)),
        ("is 5 mg too strong", "dose", ("5 mg",)),
    ],
)
def test_another_drug_life_stage_body_part_or_dose_forbids_the_answer(
    question: str, name: str, lacking: tuple[str, ...]
) -> None:
    assert difference(question, name).strong == lacking


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("can i take sertraline with it", "sertraline"),
        ("can i take zoloft with it", "sertraline"),  # the same medicine under its brand
        ("is it safe when i am pregnant", "birth"),  # another form of the word in the passage
        ("what helps my knee", "knee"),  # in the document's title
        ("is 0.5 mg too strong", "dose"),
        ("is 0.5 milligrams too strong", "dose"),
        ("is ketamine strong", "dose"),  # the whole clinic is about it
        ("how strong is it", "dose"),
    ],
)
def test_the_same_detail_in_other_words_or_places_does_not(question: str, name: str) -> None:
    assert difference(question, name).strong == ()


def test_a_detail_that_only_the_entry_has_makes_it_less_sure() -> None:
    assert difference("can i take it", "sertraline").extra == ("sertraline",)


def test_a_list_of_medicines_is_about_each_of_them() -> None:
    listed = faq("listed", "Can I have it with ritalin?", "Ritalin or adderall: tell the team.")
    retriever = Retriever(corpus(listed, *(faq(f"f{n}", "Hello?", "Yes.") for n in range(9))))
    query = retriever.query("is adderall all right")
    [found] = Details(retriever).differences(query, [(listed.passages[0], listed.title)])
    assert found == Difference()


def test_another_language_has_no_details() -> None:
    spanish = Retriever(corpus(faq("uno", "¿Puedo tomar sertralina?", "Sí."), language="es"))
    details = Details(spanish)
    query = spanish.query("¿puedo tomar lithium?")
    [hit, *_] = spanish.search(query).hits
    assert details.differences(query, [(hit.passage, hit.asked)]) == (Difference(),)
