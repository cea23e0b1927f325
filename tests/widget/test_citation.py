"""A citation of the page around the widget is shown on that page; its text is left alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.widget.conftest import STUDY, Visitor

pytestmark = pytest.mark.browser
Visitors = Callable[..., Visitor]
MARKED = "[...CSS.highlights.get('faq-bot')].map((range) => String(range).replace(/\\s+/g, ' '))"
SENTENCE = "Eighteen people took part in the pilot study; nobody’s treatment was changed."
CITATION = ".quote figcaption a"


def test_the_cited_sentence_is_scrolled_to_and_marked_without_touching_the_text(
    visitor: Visitors,
) -> None:
    one = visitor().goto("/article?position=start")
    before = one.page.evaluate("document.body.outerHTML")
    one.open()
    frame = one.ask(STUDY)
    assert (
        frame.locator(CITATION)
        .get_attribute("href")
        .startswith(f"{one.world.site}/article#:~:text=")
    )
    frame.locator(CITATION).click()
    one.page.wait_for_function("CSS.highlights.has('faq-bot')")
    assert one.page.evaluate(MARKED) == [SENTENCE]
    top = one.page.evaluate("[...CSS.highlights.get('faq-bot')][0].getBoundingClientRect().top")
    assert 0 < top < 800
    one.expect_focus("p")
    assert len(one.context.pages) == 1
    one.page.mouse.click(1200, 400)
    assert one.page.evaluate("CSS.highlights.has('faq-bot')") is False
    assert one.page.evaluate("document.body.outerHTML") == before
    assert one.page.evaluate("location.hash") == ""


def test_on_a_phone_the_panel_closes_to_show_it(visitor: Visitors) -> None:
    one = visitor(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    one.goto("/article?x=1#what-the-study-found")
    one.open()
    one.ask(STUDY).locator(CITATION).click()
    expect(one.dialog).to_be_hidden()
    assert one.page.evaluate(MARKED) == [SENTENCE]
    one.expect_focus("p")


def test_a_citation_of_another_page_opens_in_a_new_tab_and_the_page_learns_nothing_else(
    visitor: Visitors,
) -> None:
    one = visitor().goto("/blank")
    frame = one.open()
    one.ask(STUDY)
    with one.context.expect_page() as opened:
        frame.locator(CITATION).click()
    assert opened.value.url.startswith(f"{one.world.site}/article")
    assert opened.value.evaluate("window.opener") is None
    assert one.page.evaluate("!!CSS.highlights.size") is False


def test_where_the_text_is_no_longer_on_the_page_it_opens_in_a_new_tab(visitor: Visitors) -> None:
    one = visitor().goto("/article")
    one.page.evaluate("document.querySelectorAll('main p').forEach((p) => p.remove())")
    one.open()
    frame = one.ask(STUDY)
    with one.context.expect_page():
        frame.locator(CITATION).click()


def test_the_address_of_the_page_never_enters_the_frame(visitor: Visitors) -> None:
    one = visitor().goto("/article?condition=depression")
    frame = one.open()
    frame.evaluate(
        "window.heard = []; addEventListener('message', (event) => heard.push(event.data))"
    )
    one.ask(STUDY)
    frame.locator(CITATION).click()
    one.page.wait_for_function("CSS.highlights.has('faq-bot')")
    assert frame.evaluate("JSON.stringify(heard) + document.referrer") == '[{"faqBot":"visited"}]'
    assert not any("condition" in url for url in one.requests if url.startswith(one.world.bot))
