"""Every state of the widget in every surrounding: axe, focus order, names and roles."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.widget.conftest import LONG, Visitor, axe, shape

pytestmark = pytest.mark.browser
Visitors = Callable[..., Visitor]

SURROUNDINGS: dict[str, tuple[str, dict[str, Any]]] = {
    "desktop": ("", {}),
    "phone": (
        "",
        {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
    ),
    "400-percent": ("", {"viewport": {"width": 320, "height": 256}}),
    "dark": ("&theme=dark", {"color_scheme": "dark"}),
    "forced-colours": ("", {"forced_colors": "active"}),
    "reduced-motion": ("", {"reduced_motion": "reduce"}),
    "right-to-left": ("&dir=rtl&lang=ar&language=en", {}),
}


@pytest.mark.parametrize("surrounding", SURROUNDINGS)
def test_nothing_is_wrong_closed_open_answered_and_closed_again(
    visitor: Visitors, surrounding: str
) -> None:
    query, options = SURROUNDINGS[surrounding]
    one = visitor(**options).goto(f"/blank?x=1{query}")
    assert one.page.locator("faq-bot").evaluate("host => host.shadowRoot.mode") == "open"
    axe(one.page)
    frame = one.open()
    axe(one.page)
    axe(frame)
    one.ask(LONG)
    assert "two hours" in frame.inner_text("#latest")
    axe(frame)
    for place in (one.page, frame):
        assert place.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
    frame.locator("#question").focus()
    one.page.keyboard.press("Escape")
    expect(one.dialog).to_be_hidden()
    one.expect_focus("launcher")


@pytest.mark.parametrize("surrounding", SURROUNDINGS)
def test_nothing_is_wrong_while_waiting_and_when_nothing_answers(
    visitor: Visitors, surrounding: str
) -> None:
    query, options = SURROUNDINGS[surrounding]
    one = visitor(**options)
    one.page.clock.install()
    one.goto(f"/blank?bot={one.world.site}&phone=555-0100{query}")
    one.launcher.click()
    axe(one.page)
    one.page.clock.run_for(8100)
    expect(one.page.locator("faq-bot .status")).to_contain_text("988")
    one.page.clock.resume()
    axe(one.page)
    assert one.page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
    order = []
    for _ in range(6):
        order.append(
            one.page.evaluate(
                "document.querySelector('faq-bot').shadowRoot.activeElement?.textContent"
            )
        )
        one.page.keyboard.press("Tab")
    assert order == ["Close", "911", "988", "text 988", "555-0100", "Open the question page"]


@pytest.mark.parametrize("surrounding", ["desktop", "phone", "400-percent", "forced-colours"])
def test_everything_to_press_is_at_least_44_by_24(visitor: Visitors, surrounding: str) -> None:
    one = visitor(**SURROUNDINGS[surrounding][1])
    one.page.clock.install()
    one.goto(f"/blank?bot={one.world.site}&phone=555-0100")
    one.launcher.click()
    one.page.clock.run_for(8100)
    small = """(all) => all.map((e) => [e.textContent, e.getBoundingClientRect()])
        .filter(([, box]) => box.width && (box.width < 44 || box.height < 24))"""
    assert one.page.locator("faq-bot").locator("button, a").evaluate_all(small) == []


def test_assistive_technology_is_given_these_names_and_roles(visitor: Visitors) -> None:
    one = visitor().goto("/blank")
    root = one.page.locator("faq-bot")
    assert shape(root.aria_snapshot()) == '- button "Ask a question"'
    frame = one.open()
    assert shape(root.aria_snapshot()).splitlines()[:5] == [
        '- button "Ask a question" [expanded]',
        '- dialog "Ask a question":',
        '  - heading "Ask a question" [level=2]',
        '  - button "Close"',
        "  - status",
    ]
    one.ask(LONG)
    spoken = frame.locator("body").aria_snapshot()
    assert '- log "Conversation":' in spoken
    assert re.search(rf'article "You asked ?: {re.escape(LONG)}"', spoken)
    assert re.search(r'- textbox "Your question"', spoken)
    assert "- status" in spoken


def test_at_400_percent_the_question_and_the_answer_can_be_reached(visitor: Visitors) -> None:
    one = visitor(viewport={"width": 320, "height": 256}).goto("/blank")
    frame = one.open()
    one.ask(LONG)
    frame.locator("#latest").scroll_into_view_if_needed()
    seen = frame.locator("#latest").evaluate(
        "(turn) => { const box = turn.getBoundingClientRect();"
        " return Math.min(box.bottom, innerHeight) - Math.max(box.top, 0) }"
    )
    assert seen > 100
