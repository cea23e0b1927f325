"""Links lead to the very sentence, or say nothing about it."""

from __future__ import annotations

from datetime import date
from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from chatbot.answering.links import citation_url, text_directive
from chatbot.knowledge.model import Document, Kind, Passage, Status

TEXT = "Plan for two hours. The infusion itself takes about forty minutes in a quiet room."


def document(
    text: str = TEXT, url: str | None = None, anchor: str | None = "the-visit"
) -> Document:
    passage = Passage("d.1", "d", "articles/d.md", (0, 1), text, "0", text, text, anchor, "Visit")
    return Document(
        "d",
        Kind.ARTICLE,
        "articles/d.md",
        1,
        "Title",
        Status.APPROVED,
        (passage,),
        "0",
        approved_on=date(2026, 1, 1),
        review_by=date(2027, 1, 1),
        url=url,
    )


def test_a_published_page_is_linked_with_anchor_and_sentence() -> None:
    shown = document(url="https://clinic.example/blog/x")
    start = TEXT.index("The infusion")
    url = citation_url(shown, shown.passages[0], (start, len(TEXT)), "")
    assert url == (
        "https://clinic.example/blog/x#the-visit:~:text=The%20infusion%20itself,a%20quiet%20room."
    )


def test_without_a_published_page_our_own_page_is_linked() -> None:
    shown = document(anchor=None)
    assert citation_url(shown, shown.passages[0], None, "https://faq.example").startswith(
        "https://faq.example/sources/d#:~:text=Plan%20for%20two%20hours."
    )


def test_an_address_with_its_own_fragment_keeps_it_and_leads_to_the_sentence() -> None:
    shown = document(url="https://clinic.example/faq?x=1#visit")
    assert citation_url(shown, shown.passages[0], None, "") == (
        "https://clinic.example/faq?x=1#visit:~:text=Plan%20for%20two%20hours."
    )


def test_an_address_with_its_own_text_directive_is_left_as_it_is() -> None:
    shown = document(url="https://clinic.example/faq#:~:text=Plan")
    assert citation_url(shown, shown.passages[0], None, "") == shown.url


def test_a_sentence_that_stands_twice_is_not_linked() -> None:
    assert text_directive("Ask us.", "Ask us. We mean it. ask US.") == ""


def test_syntax_inside_the_sentence_is_encoded() -> None:
    directive = text_directive("Low-dose, yes & no", "Low-dose, yes & no")
    assert directive == ":~:text=Low%2Ddose%2C%20yes%20%26%20no"


@given(st.lists(st.sampled_from(["one", "two", "three", "Four,", "five-six"]), max_size=40))
def test_both_ends_of_a_directive_stand_once_in_the_document(words: list[str]) -> None:
    whole = " ".join(words)
    directive = text_directive(whole, whole + " end")
    if directive:
        for end in directive.removeprefix(":~:text=").split(","):
            assert (whole + " end").casefold().count(unquote(end).casefold()) == 1
