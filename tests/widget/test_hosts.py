"""Other sites that make it hard: strict policies, hostile styles, swapped bodies, frames."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.widget.conftest import LONG, Visitor

pytestmark = pytest.mark.browser
Visitors = Callable[..., Visitor]


@pytest.mark.parametrize("host", ["wordpress", "hostile", "strict"])
def test_the_widget_looks_and_works_the_same_on(visitor: Visitors, host: str) -> None:
    plain, other = visitor().goto("/blank"), visitor().goto(f"/{host}")
    look = """(e) => { const s = getComputedStyle(e); return [s.display, s.position, s.color,
        s.opacity, s.backgroundColor, s.fontFamily, s.visibility, s.textTransform, s.letterSpacing,
        s.transform, s.pointerEvents, e.textContent] }"""
    assert other.launcher.evaluate(look) == plain.launcher.evaluate(look)
    assert other.launcher.bounding_box() == plain.launcher.bounding_box()
    plain.open()
    frame = other.open()
    assert other.dialog.evaluate(look) == plain.dialog.evaluate(look)
    assert other.dialog.bounding_box() == plain.dialog.bounding_box()
    other.ask(LONG)
    frame.press("#question", "Escape")
    other.expect_focus("launcher")
    assert other.page.evaluate("violations") == []
    assert frame.evaluate("violations") == []


def test_calling_from_inside_the_frame_is_not_stopped_by_a_strict_policy(visitor: Visitors) -> None:
    one = visitor().goto("/strict")
    frame = one.open()
    frame.evaluate("document.querySelector('a[href^=\"tel:\"]').click()")
    one.page.wait_for_timeout(200)
    assert one.page.evaluate("violations") == []
    assert frame.locator('a[href^="tel:"]').first.get_attribute("target") == "_top"


def test_a_swapped_body_neither_loses_nor_doubles_it_nor_ends_the_conversation(
    visitor: Visitors,
) -> None:
    one = visitor().goto("/blank")
    one.open()
    one.ask(LONG)
    one.page.evaluate("""() => {
        const body = document.createElement("body");
        const link = document.createElement("a");
        const script = document.createElement("script");
        Object.assign(link, {href: "/", textContent: "Ask", id: "new"}).dataset.faqBot = "";
        script.src = document.querySelector("script").src;
        body.append(link, script);
        document.body.replaceWith(body);
    }""")
    one.page.wait_for_timeout(300)
    assert one.page.locator("faq-bot").count() == 1
    assert "two hours" in one.frame().inner_text("#latest")
    one.page.locator("faq-bot .bar button").click()
    one.page.locator("#new").click()
    expect(one.dialog).to_be_visible()


def test_a_page_that_replaces_everything_gets_it_back(visitor: Visitors) -> None:
    one = visitor().goto("/blank")
    one.page.evaluate(
        "document.documentElement.replaceChildren(document.head, document.createElement('body'))"
    )
    one.page.locator("faq-bot").wait_for(state="attached")
    one.open()


def test_coming_back_to_a_cached_page_finds_it_working(visitor: Visitors) -> None:
    one = visitor().goto("/blank")
    one.page.evaluate(
        "addEventListener('pageshow', (event) => { window.cached = event.persisted })"
    )
    one.page.goto(f"{one.world.site}/gone")
    one.page.go_back()
    assert one.page.locator("faq-bot").count() == 1
    one.open()


def test_in_a_page_inside_a_page_it_works_where_both_are_allowed(visitor: Visitors) -> None:
    one = visitor()
    one.page.goto(f"{one.world.site}/framed")
    inner = one.page.frame_locator("#inner")
    inner.locator("faq-bot button.ask").click()
    question = inner.frame_locator("faq-bot iframe").locator("#question")
    expect(question).to_be_focused()
    question.press("Escape")
    expect(inner.locator("faq-bot dialog")).to_be_hidden()


def test_it_is_not_printed_with_the_page(visitor: Visitors) -> None:
    one = visitor().goto("/blank")
    one.page.emulate_media(media="print")
    expect(one.launcher).to_be_hidden()


def test_a_closed_panel_takes_no_click_from_the_page(visitor: Visitors) -> None:
    one = visitor().goto("/blank")
    one.open()
    box = one.dialog.bounding_box()
    assert box
    one.page.locator("faq-bot .bar button").click()
    below = one.page.evaluate(
        "([x, y]) => document.elementFromPoint(x, y).localName", [box["x"] + 50, box["y"] + 50]
    )
    assert below != "faq-bot"


CLOSE = "parent.postMessage({faqBot: 'close'}, '*')"


def test_the_loader_hears_only_its_own_frame(visitor: Visitors) -> None:
    one = visitor().goto("/blank")
    one.open()
    # The right origin, but another window: a second frame of the chatbot.
    one.page.evaluate(
        """(src) => new Promise((done) => {
        const frame = Object.assign(document.createElement("iframe"), {src, name: "other"});
        frame.onload = done;
        document.body.append(frame);
    })""",
        f"{one.world.bot}/chat?embed=1",
    )
    other = one.page.frame("other")
    assert other
    other.evaluate(CLOSE)
    one.page.evaluate("postMessage({faqBot: 'close'}, '*')")
    one.page.wait_for_timeout(150)
    expect(one.dialog).to_be_visible()


def test_the_loader_does_not_hear_its_frame_once_it_shows_another_origin(visitor: Visitors) -> None:
    one = visitor().goto("/blank")
    frame = one.open()
    one.page.evaluate("""() => new Promise((done) => {
        const frame = document.querySelector("faq-bot").shadowRoot.querySelector("iframe");
        frame.addEventListener("load", done);
        frame.src = "/gone";
    })""")
    frame.evaluate(CLOSE)
    one.page.wait_for_timeout(150)
    expect(one.dialog).to_be_visible()


def test_the_frame_hears_only_the_page_around_it(visitor: Visitors) -> None:
    one = visitor().goto("/blank")
    frame = one.open()
    frame.evaluate("""() => {
        window.heard = [];
        document.getElementById("question").addEventListener("focus", () => heard.push("focus"));
        document.activeElement.blur();
        postMessage({faqBot: "focus"}, "*");
    }""")
    one.page.wait_for_timeout(150)
    assert frame.evaluate("heard") == []


def test_the_page_around_hears_nothing_of_the_conversation(visitor: Visitors) -> None:
    one = visitor().goto("/blank")
    one.page.evaluate(
        "window.heard = []; addEventListener('message', ({data}) => heard.push(data))"
    )
    frame = one.open()
    one.ask(LONG)
    frame.press("#question", "Escape")
    expect(one.dialog).to_be_hidden()
    assert one.page.evaluate("heard") == [{"faqBot": "ready"}, {"faqBot": "close"}]
