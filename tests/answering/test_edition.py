"""What visitors are offered to ask first."""

from __future__ import annotations

from datetime import date

import pytest

from chatbot.answering.edition import publish
from tests.knowledge.world import entry, faq, loaded


def suggested(files: int) -> list[str]:
    """The files whose first question is offered, by number."""
    texts = {
        f"faqs/f{n:02}.yaml": faq(
            entry("x", f"first-{n}").replace("How long?", f"{n}?")
            + entry("y", f"second-{n}").replace("How long?", f"not {n}?")
        )
        for n in range(files)
    }
    edition = publish(loaded(dict(texts)).corpus, {}, "", date(2026, 6, 1))
    return [question.removesuffix("?") for question in edition.suggestions]


@pytest.mark.parametrize(
    ("files", "numbers"),
    [(0, []), (1, [0]), (2, [0, 1]), (4, [0, 1, 2, 3]), (5, [0, 1, 2, 4]), (10, [0, 3, 6, 9])],
)
def test_the_first_question_of_files_spread_over_all_is_offered(
    files: int, numbers: list[int]
) -> None:
    assert suggested(files) == [str(number) for number in numbers]
