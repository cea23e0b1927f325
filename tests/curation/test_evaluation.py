"""Counting how questions end must be exact, and say how sure the numbers are."""

from __future__ import annotations

import json
from datetime import date

import pytest

from chatbot.answering.assistant import Assistant
from chatbot.curation.evaluation import OUTCOMES, Share, evaluate, read_questions, unknown
from chatbot.errors import KnowledgeError
from tests.retrieval.world import CLINIC

TODAY = date(2026, 6, 1)


def lines(*questions: tuple[str, list[str]]) -> bytes:
    told = (json.dumps({"question": q, "targets": targets}) for q, targets in questions)
    return "\n".join(told).encode()


def test_every_question_is_counted_once_by_how_it_ends() -> None:
    asked = read_questions(
        lines(
            ("How long does an infusion take?", ["length"]),
            ("What does a visit cost?", ["driving"]),  # answered, though not with what is wanted
            ("how do I bake bread", []),
            ("hello", []),
        ),
        "questions.jsonl",
    )
    result = evaluate(Assistant(CLINIC), asked, TODAY)
    counts = {name: share.count for name, share in result.outcomes.items()}
    assert counts == dict(zip(OUTCOMES, (1, 1, 0, 0, 1, 1), strict=True))
    assert (result.hit_at_1.count, result.hit_at_1.of) == (1, 2)
    assert [question for question, _ in result.wrong] == ["What does a visit cost?"]
    assert json.loads(json.dumps(result.as_json()))["hit@1"]["of"] == 2
    assert len(result.shares) == 2 + len(OUTCOMES)


def test_a_target_may_be_a_section() -> None:
    target = "fatigue#What the trial found"
    [question] = read_questions(lines(("what did the trial find", [target])), "q")
    passages = {passage.section: passage for passage in CLINIC.passages}
    assert question.wants(passages["What the trial found"])
    assert not question.wants(passages["What is not known"])


def test_every_bad_line_is_named_at_once() -> None:
    text = b'{"question": 3}\nnot json\n\n{"question": "x", "targets": []}\n\xff'
    with pytest.raises(KnowledgeError) as caught:
        read_questions(text, "q.jsonl")
    assert [problem.line for problem in caught.value.problems] == [1, 2, 5]


@pytest.mark.parametrize("text", [b"", b"\n \n"])
def test_a_file_without_questions_is_refused(text: bytes) -> None:
    with pytest.raises(KnowledgeError, match=r"q.jsonl: it holds no question"):
        read_questions(text, "q.jsonl")


def test_what_is_not_there_any_more_is_named_and_counts_as_missed() -> None:
    gone = ("How long does an infusion take?", ["gone", "gone#too"])
    asked = read_questions(lines(gone, ("Why?", ["length"])), "q.jsonl")[:1]
    assert unknown(asked, CLINIC) == ["gone", "gone#too"]
    result = evaluate(Assistant(CLINIC), asked, TODAY)
    assert (result.hit_at_1.count, result.hit_at_1.of) == (0, 1)
    assert result.outcomes["answered-wrong"].count == 1


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (0, 0, 0.0, 1.0)],
)
def test_intervals_are_wilsons(count: int, of: int, low: float, high: float) -> None:
    assert Share(count, of).interval == pytest.approx((low, high), abs=1e-4)
