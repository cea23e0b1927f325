"""The key sentence is marked in the clean HTML: exactly it, or nothing."""

from __future__ import annotations

import re
from html import unescape

from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.answering.model import Quotation
from chatbot.knowledge.passages import passage
from chatbot.knowledge.sentences import sentences
from chatbot.knowledge.source import Source
from chatbot.web.marking import marked


def quotation(markdown: str, start: int, end: int) -> Quotation:
    source = Source.of("a.md", markdown)
    return Quotation(passage("a", source, 0, markdown, len(markdown)), 1, (start, end))


def shown(markdown: str, sentence: str) -> str:
    text = quotation(markdown, 0, 0).passage.text
    start = text.index(sentence)
    return marked(quotation(markdown, start, start + len(sentence)))


def without(html: str) -> str:
    return html.replace("<mark>", "").replace("</mark>", "")


def test_a_plain_sentence_is_marked() -> None:
    assert (
        shown("One. Two here. Three.", "Two here.") == "<p>One. <mark>Two here.</mark> Three.</p>"
    )


def test_markup_inside_the_sentence_stays_well_formed() -> None:
    html = shown("One. About **two hours** in [all](https://a.example/?x>1). Three.",
                 "About two hours in all.")  # fmt: skip
    assert "<mark>About </mark><strong><mark>two hours</mark></strong>" in html or (
        "<mark>About</mark> <strong><mark>two hours</mark></strong>" in html
    )
    assert 'href="https://a.example/?x' in html


def test_a_list_item_is_marked_without_its_mark() -> None:
    html = shown("Bring:\n\n- your letter\n- a friend", "- a friend")
    assert "<li><mark>a friend</mark></li>" in html


def test_a_sentence_over_several_items_is_left_alone() -> None:
    markdown = "Bring:\n\n- your letter\n- a friend"
    assert "<mark>" not in shown(markdown, "- your letter\n- a friend")


def test_what_stands_there_twice_is_left_alone() -> None:
    assert "<mark>" not in shown("Rest. Then rest a while. Rest. Bye.", "Rest.")


def test_characters_that_html_needs_written_otherwise_stay_so() -> None:
    html = shown("If a < b & c > d, wait. Go.", "If a < b & c > d, wait.")
    assert "<mark>If a &lt; b &amp; c &gt; d, wait.</mark>" in html


def test_nothing_to_mark_gives_the_html_as_it_is() -> None:
    one = Quotation(quotation("One. Two.", 0, 0).passage, 1, None)
    assert marked(one) == one.passage.html


words = st.sampled_from(["ketamine", "**two hours**", "a < b", "[link](https://a.example)", "é“x”"])
lines = st.lists(st.lists(words, min_size=1, max_size=5), min_size=1, max_size=6)


@settings(deadline=None)
@given(lines, st.booleans(), st.data())
def test_marking_changes_no_character_and_marks_only_the_sentence(
    parts: list[list[str]], listed: bool, data: st.DataObject
) -> None:
    mark = "- " if listed else ""
    markdown = "\n".join(mark + " ".join(part) + "." for part in parts)
    whole = quotation(markdown, 0, 0).passage
    spans = sentences(whole.text)
    start, end = data.draw(st.sampled_from(spans)) if spans else (0, 0)
    html = marked(quotation(markdown, start, end))
    assert without(html) == without(whole.html)
    inside = "".join(re.findall(r"<mark>(.*?)</mark>", html, re.DOTALL))
    if inside:
        sentence = whole.text[start:end].removeprefix(mark)
        assert "".join(unescape(re.sub("<[^>]+>", "", inside)).split()) == "".join(sentence.split())
