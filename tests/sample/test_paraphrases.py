"""How the sample folder answers questions that were written without sight of its text.

The floors lie a little under what docs/quality.md reports, so that noise passes and a loss fails.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from chatbot.answering.assistant import Assistant
from chatbot.curation.evaluation import Evaluation, evaluate, read_questions
from chatbot.knowledge.folder import read
from chatbot.knowledge.loading import load

ROOT = Path(__file__).resolve().parent.parent.parent
QUESTIONS = Path(__file__).with_name("paraphrases.jsonl")


@pytest.fixture(scope="module")
def result() -> Evaluation:
    corpus = load(read(ROOT / "knowledge")).corpus
    questions = read_questions(QUESTIONS.read_bytes(), QUESTIONS.name)
    day = max(document.approved_on or date.min for document in corpus.documents)
    return evaluate(Assistant(corpus), questions, day)


def test_the_right_passage_comes_first_or_near(result: Evaluation) -> None:
    assert result.hit_at_1.value >= 0.81
    assert result.recall_at_3.value >= 0.91


def test_hardly_anything_is_answered_wrongly(result: Evaluation) -> None:
    assert result.outcomes["answered-wrong"].value <= 0.02


def test_most_are_helped(result: Evaluation) -> None:
    asked = result.hit_at_1.of
    helped = result.outcomes["answered-right"].count + result.outcomes["choose-with-target"].count
    assert helped / asked >= 0.79
