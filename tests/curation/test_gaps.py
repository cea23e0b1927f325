"""Questions that get no good answer, in groups."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from chatbot.answering.assistant import Assistant
from chatbot.curation.gaps import Asked, Gap, Why
from chatbot.curation.gaps import gaps as listed
from chatbot.knowledge.folder import Files
from chatbot.knowledge.loading import load

TODAY = date(2026, 6, 1)
START = datetime(2026, 6, 1, 12, tzinfo=UTC)
FAQS = b"""\
status: approved
approved_by: Dr X
approved_on: 2026-01-15
review_by: 2027-01-15
faqs:
  - {id: length, question: How long does an infusion take?, answer: About two hours.}
  - {id: food, question: Can I eat before my visit?, answer: Follow your letter.}
"""


@pytest.fixture(scope="module")
def assistant() -> Assistant:
    files = Files({"clinic.yaml": b"name: X\n", "faqs/f.yaml": FAQS})
    return Assistant(load(files).corpus, semantics=False)


def gaps(assistant: Assistant, asked: list[Asked], *gone: str, **more: int) -> tuple[Gap, ...]:
    ask = partial(assistant.reply, today=TODAY, withdrawn=frozenset(gone))
    return listed(asked, ask, assistant.retriever, **more)


def asked(*questions: str, why: Why | None = Why.UNANSWERED, apart: float = 3600) -> list[Asked]:
    return [
        Asked(question, START + timedelta(seconds=apart * number), why)
        for number, question in enumerate(questions)
    ]


def test_like_wordings_make_one_gap_and_the_most_frequent_comes_first(assistant: Assistant) -> None:
    found = gaps(
        assistant,
        asked("do you treat tinnitus", "is parking free", "treating tinnitus?",
              "do you treat tinnitus", "is the parking free"),
    )  # fmt: skip
    assert [(gap.question, gap.count) for gap in found] == [
        ("do you treat tinnitus", 3), ("is parking free", 2),
    ]  # fmt: skip
    assert found[0].wordings == ("do you treat tinnitus", "treating tinnitus?")
    assert found[0].reasons == ((Why.UNANSWERED, 3),)


def test_the_nearest_passages_are_named(assistant: Assistant) -> None:
    (gap,) = gaps(assistant, asked("can i eat pizza in the waiting room on mars"))
    assert gap.nearest[0].document == "food"


def test_what_is_answered_now_is_no_gap_any_more(assistant: Assistant) -> None:
    question = "How long does an infusion take?"
    assert gaps(assistant, asked(question)) == ()
    assert len(gaps(assistant, asked(question), "length")) == 1


def test_an_answer_that_was_no_help_stays_a_gap(assistant: Assistant) -> None:
    found = gaps(assistant, asked("How long does an infusion take?", why=Why.UNHELPFUL))
    assert [gap.reasons for gap in found] == [((Why.UNHELPFUL, 1),)]


def again(assistant: Assistant, apart: float) -> tuple[Gap, ...]:
    questions = ("How long does an infusion take?", "how long is one infusion in all")
    return gaps(assistant, asked(*questions, why=None, apart=apart))


def test_a_second_try_within_two_minutes_counts_against_the_first_answer(
    assistant: Assistant,
) -> None:
    (gap,) = again(assistant, 60)
    assert (gap.question, gap.reasons) == (
        "How long does an infusion take?", ((Why.REPHRASED, 1),),
    )  # fmt: skip
    assert again(assistant, 600) == ()


def test_words_of_people_in_danger_are_not_shown(assistant: Assistant) -> None:
    assert gaps(assistant, asked("i want to kill myself", why=Why.HANDED_OFF)) == ()


def test_only_so_many_are_given(assistant: Assistant) -> None:
    questions = [f"{word} please" for word in ("tinnitus", "acne", "gout", "asthma")]
    assert len(gaps(assistant, asked(*questions), limit=2)) == 2
