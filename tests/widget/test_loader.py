"""The loader in a page: its weight, its footprint, its options, its dialog and its events."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from chatbot.builtin import read_yaml
from tests.widget.conftest import LOADER, LONG, ROOT, Visitor

Visitors = Callable[..., Visitor]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
browser = pytest.mark.browser


def test_the_loader_weighs_at_most_5_kb_compressed() -> None:
    assert len(gzip.compress(LOADER.read_bytes(), 9)) <= 5000


def test_the_loader_never_writes_markup_or_touches_storage() -> None:
    source = LOADER.read_text("utf-8")
    words = "innerHTML|outerHTML|insertAdjacentHTML|document.write|eval|Function|cookie|Storage"
    assert not re.findall(
        rf"\b(?:{words}|indexedDB|sendBeacon|fetch|XMLHttpRequest|unload)\b", source
    )
    assert '"*"' not in source + (ROOT / "static/js/frame.js").read_text("utf-8")


def test_the_numbers_in_the_loader_are_those_of_the_crisis_resources() -> None:
    table = re.search(r"const NUMBERS = \{.*?\n(.*?)\};", LOADER.read_text("utf-8"), re.DOTALL)
    assert table
    rows = dict(re.findall(r"(\w\w): \[(.*?)\]", table[1]))
    resources = read_yaml("safety/resources.yaml")
    assert rows.keys() == resources.keys()
    for country, row in rows.items():
        emergency, crisis, *texts = re.findall(r'"(.*?)"', row)
        first, line = [
            entry for entry in resources[country] if not entry.get("for") or entry.get("always")
        ][:2]
        assert (first["call"], line["call"]) == (emergency, crisis)
        assert texts in ([], [line.get("text")])


@browser
def test_before_a_click_there_is_one_request_and_nothing_is_stored(visitor: Visitors) -> None:
    one = visitor().goto("/blank")
    one.page.wait_for_timeout(300)
    assert one.requests == [f"{one.world.site}/blank", f"{one.world.bot}/static/embed.js"]
    assert one.context.cookies() == []
    assert one.page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert one.page.evaluate("indexedDB.databases()") == []
    one.expect_focus("body")
    assert one.dialog.count() == 0


@browser
def test_a_conversation_works_with_storage_denied_and_asks_only_the_clinic(
    visitor: Visitors,
) -> None:
    one = visitor().goto("/blank")
    one.open()
    frame = one.ask(LONG)
    assert "two hours" in frame.inner_text("#latest")
    assert one.context.cookies() == []
    denied = "() => { try { return localStorage.length } catch (error) { return error.name } }"
    assert frame.evaluate(denied) == "SecurityError"  # Chromium keeps third parties from storage
    assert frame.evaluate("document.referrer") == ""
    assert {url.split("/")[2] for url in one.requests} == {
        one.world.site.split("/")[2],
        one.world.bot.split("/")[2],
    }


@browser
def test_the_launcher_opens_a_dialog_and_esc_brings_the_focus_back(visitor: Visitors) -> None:
    one = visitor().goto("/blank")
    expect(one.launcher).to_have_attribute("aria-expanded", "false")
    one.page.keyboard.press("Tab")
    one.page.keyboard.press("Tab")
    one.expect_focus("launcher")
    one.page.keyboard.press("Enter")
    frame = one.frame()
    expect(one.launcher).to_have_attribute("aria-expanded", "true")
    one.expect_focus("frame")
    assert one.dialog.evaluate("d => d.matches(':modal')") is False
    frame.press("#question", "Escape")
    expect(one.dialog).to_be_hidden()
    expect(one.launcher).to_have_attribute("aria-expanded", "false")
    one.expect_focus("launcher")


@browser
def test_the_panel_closes_on_esc_from_the_page_without_moving_the_focus(visitor: Visitors) -> None:
    one = visitor().goto("/blank")
    one.open()
    one.page.locator("#link").focus()
    one.page.keyboard.press("Escape")
    expect(one.dialog).to_be_hidden()
    one.expect_focus("link")


@browser
def test_tab_goes_from_the_launcher_through_the_panel(visitor: Visitors) -> None:
    one = visitor().goto("/blank")
    one.open()
    one.launcher.focus()
    for place in ("launcher", "close", "frame"):
        one.expect_focus(place)
        one.page.keyboard.press("Tab")
    one.page.keyboard.press("Shift+Tab")
    one.page.keyboard.press("Shift+Tab")
    one.expect_focus("close")
    one.page.keyboard.press("Enter")
    one.expect_focus("launcher")


@browser
def test_on_a_phone_the_dialog_is_modal_and_covers_everything(visitor: Visitors) -> None:
    one = visitor(**PHONE).goto("/blank")
    frame = one.open()
    assert one.dialog.evaluate("d => d.matches(':modal')") is True
    box = one.dialog.bounding_box()
    assert box == {"x": 0, "y": 0, "width": 390, "height": 844}
    assert frame.evaluate("parseFloat(getComputedStyle(question).fontSize)") >= 16
    for _ in range(30):
        one.page.keyboard.press("Tab")
        assert one.focus() in ("close", "frame", "body", "dialog")
    one.page.locator("faq-bot .bar button").focus()
    one.page.keyboard.press("Escape")
    expect(one.dialog).to_be_hidden()
    one.expect_focus("launcher")


@browser
def test_turning_the_phone_keeps_the_conversation(visitor: Visitors) -> None:
    one = visitor(viewport={"width": 700, "height": 800}).goto("/blank")
    one.open()
    one.ask(LONG)
    one.page.set_viewport_size({"width": 390, "height": 844})
    expect(one.dialog).to_have_js_property("open", True)
    one.page.wait_for_function(
        "document.querySelector('faq-bot').shadowRoot.querySelector('dialog').matches(':modal')"
    )
    assert "two hours" in one.page.frames[-1].inner_text("#latest")


@browser
def test_closing_and_opening_again_keeps_the_conversation(visitor: Visitors) -> None:
    one = visitor().goto("/blank")
    one.open()
    one.ask(LONG)
    one.page.locator("faq-bot .bar button").click()
    frame = one.open()
    assert "two hours" in frame.inner_text("#latest")


@browser
def test_the_link_opens_the_panel_and_gets_the_focus_back(visitor: Visitors) -> None:
    one = visitor().goto("/blank?position=none")
    expect(one.launcher).to_be_hidden()
    one.page.locator("#link").click()
    one.frame().press("#question", "Escape")
    expect(one.dialog).to_be_hidden()
    one.expect_focus("link")


@browser
def test_the_link_with_a_key_held_opens_a_new_tab_as_any_link(visitor: Visitors) -> None:
    one = visitor().goto("/blank")
    with one.context.expect_page() as opened:
        one.page.locator("#link").click(modifiers=["Control"])
    assert opened.value.url == f"{one.world.bot}/chat"
    assert one.dialog.count() == 0


@browser
def test_without_scripts_the_link_leads_to_the_question_page(visitor: Visitors) -> None:
    one = visitor(java_script_enabled=False)
    one.page.goto(f"{one.world.site}/blank")
    one.page.locator("#link").click()
    assert one.page.url == f"{one.world.bot}/chat"
    assert one.page.locator("h1").inner_text() == "Ask a question"


@browser
def test_a_clicked_link_to_the_hash_opens_it_and_a_page_with_another_hash_does_not(
    visitor: Visitors,
) -> None:
    one = visitor().goto("/blank?open-on=%23ask#other")
    one.page.wait_for_timeout(100)
    assert one.dialog.count() == 0
    one.page.evaluate("location.hash = 'ask'")
    one.frame()


@browser
def test_the_global_works_before_the_script_is_there_and_a_second_script_does_nothing(
    visitor: Visitors,
) -> None:
    one = visitor()
    one.page.add_init_script(
        "window.heard = []; window.FaqBot = [['on', 'open', () => heard.push('open')],"
        " ['on', 'close', () => { throw Error('theirs') }],"
        " ['on', 'close', () => heard.push('close')], ['unknown'], ['toggle']];"
        "addEventListener('error', (event) => heard.push(event.message));"
    )
    one.goto("/blank")
    one.frame()
    one.page.evaluate(
        "new Promise((done) => document.head.append(Object.assign(document.createElement('script'),"
        " {src: document.scripts[0].src, onload: done})))"
    )
    assert one.page.locator("faq-bot").count() == 1
    one.page.evaluate("FaqBot.push(['close'])")
    assert one.page.evaluate("heard") == ["open", "Uncaught Error: theirs", "close"]
    one.errors.clear()


@browser
def test_destroy_leaves_nothing_behind(visitor: Visitors) -> None:
    one = visitor().goto("/blank")
    one.open()
    one.page.evaluate("FaqBot.destroy()")
    assert one.page.locator("faq-bot").count() == 0
    assert one.page.evaluate("[typeof FaqBot, document.adoptedStyleSheets.length]") == [
        "undefined",
        0,
    ]
    one.page.evaluate("document.documentElement.append(document.createElement('i'))")
    assert one.page.locator("faq-bot").count() == 0
    one.page.locator("#link").click()
    assert one.page.url == f"{one.world.bot}/chat"


def geometry(page: Page) -> dict[str, float]:
    box = page.locator("faq-bot button.ask").bounding_box()
    assert box
    view = page.viewport_size
    assert view
    return {
        "left": box["x"],
        "right": view["width"] - box["x"] - box["width"],
        "bottom": view["height"] - box["y"] - box["height"],
    }


@browser
def test_options_place_name_and_colour_the_launcher(visitor: Visitors) -> None:
    one = visitor().goto(
        "/blank?position=start&offset=20 80&label=Preguntas&color=%23ffe08a&language=es"
    )
    where = geometry(one.page)
    assert (where["left"], where["bottom"]) == (20, 80)
    expect(one.launcher).to_have_text("Preguntas")
    colours = "e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).color]"
    assert one.launcher.evaluate(colours) == ["rgb(255, 224, 138)", "rgb(0, 0, 0)"]
    one.open()
    expect(one.page.locator("faq-bot .bar button")).to_have_text("Cerrar")
    assert one.page.locator("faq-bot").get_attribute("lang") == "es"


@browser
def test_nonsense_in_options_changes_nothing(visitor: Visitors) -> None:
    one = visitor().goto(
        "/blank?position=up&offset=1;}&color=red;}*{}&theme=x;&language=xx&open-on="
    )
    where = geometry(one.page)
    assert (where["right"], where["bottom"]) == (16, 16)
    assert one.launcher.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(31, 111, 120)"
    expect(one.launcher).to_have_text("Ask a question")


@browser
def test_any_colour_leaves_the_launcher_readable(visitor: Visitors) -> None:
    one = visitor().goto("/blank")
    contrast = """([background, ink]) => {
        const light = (colour) => [.2126, .7152, .0722].reduce((sum, weight, at) => {
            const c = colour[at] / 255;
            return sum + weight * (c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
        }, 0);
        const [a, b] = [light(background), light(ink)].sort((x, y) => y - x);
        return (a + .05) / (b + .05);
    }"""
    for shade in ("#767676", "#757575", "#ff4500", "#808000"):
        url = f"/blank?color=%23{shade[1:]}"
        one.goto(url)
        pair = one.launcher.evaluate(
            "e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).color]"
            ".map((colour) => colour.match(/\\d+/g).map(Number))"
        )
        assert one.page.evaluate(contrast, pair) >= 4.5, shade


@browser
def test_a_focused_control_under_the_launcher_is_seen_and_the_launcher_comes_back(
    visitor: Visitors,
) -> None:
    one = visitor().goto("/controls")
    one.page.locator("#corner").focus()
    expect(one.launcher).to_have_class("ask aside")
    assert one.launcher.evaluate("e => getComputedStyle(e).opacity") == "0.15"
    one.page.locator("#link").focus()
    expect(one.launcher).to_have_class("ask")
    one.page.locator("#corner").focus()
    one.launcher.focus()
    expect(one.launcher).to_have_class("ask")


@browser
def test_dark_and_light_follow_the_page_or_the_option_into_the_frame(visitor: Visitors) -> None:
    dark = "matchMedia('(prefers-color-scheme: dark)').matches"
    one = visitor(color_scheme="null").goto("/dark")
    assert one.open().evaluate(dark) is True
    other = visitor(color_scheme="null").goto("/blank?theme=dark")
    assert other.open().evaluate(dark) is True


@browser
@pytest.mark.parametrize("system", ["light", "dark"])
@pytest.mark.parametrize(("page", "ground"), [("/dark", "21, 25, 28"), ("/blank", "255, 255, 255")])
def test_the_frame_is_as_dark_as_the_panel_whatever_the_system_prefers(
    visitor: Visitors, system: str, page: str, ground: str
) -> None:
    shown = "getComputedStyle(document.documentElement).backgroundColor"
    one = visitor(color_scheme=system).goto(page)
    assert one.open().evaluate(shown) == f"rgb({ground})"
    other = {"/dark": "light", "/blank": "dark"}[page]
    assert visitor(color_scheme=system).goto(f"{page}?theme={other}").open().evaluate(shown) != (
        f"rgb({ground})"
    )


@browser
def test_a_frame_that_does_not_answer_gives_way_to_numbers_and_a_link(visitor: Visitors) -> None:
    one = visitor(reduced_motion="reduce")
    one.page.clock.install()
    site = one.world.site
    one.goto(f"/blank?bot={site}&phone=555-0100")
    one.page.evaluate("FaqBot.on('unavailable', () => { window.told = true })")
    one.launcher.click()
    expect(one.page.locator("faq-bot .status")).to_have_text("One moment…")
    one.page.clock.run_for(4000)
    assert one.page.evaluate("window.told") is None
    one.page.clock.run_for(4100)
    shown = one.page.locator("faq-bot .status")
    expect(shown).to_contain_text("Emergency: 911")
    expect(shown).to_contain_text("Crisis line, any time: 988 text 988")
    expect(shown).to_contain_text("Our clinic: 555-0100")
    links = shown.locator("a").evaluate_all("all => all.map((a) => a.getAttribute('href'))")
    assert links == ["tel:911", "tel:988", "sms:988", "tel:5550100", f"{site}/chat"]
    assert one.page.evaluate("window.told") is True
    one.expect_focus("close")
    one.page.keyboard.press("Escape")
    one.expect_focus("launcher")


@browser
@pytest.mark.parametrize(
    ("country", "line"),
    [("gb", "Emergency: 999"), ("XX", "Emergency: call your local emergency number")],
)
def test_the_numbers_are_those_of_the_country_and_of_no_other(
    visitor: Visitors, country: str, line: str
) -> None:
    one = visitor()
    one.page.clock.install()
    one.goto(f"/blank?bot={one.world.site}&country={country}")
    one.launcher.click()
    one.page.clock.run_for(8100)
    expect(one.page.locator("faq-bot .status")).to_contain_text(line)
    assert "988" not in one.page.locator("faq-bot .status").inner_text()


@browser
def test_a_site_that_is_not_allowed_gets_the_numbers_and_the_link_soon(visitor: Visitors) -> None:
    one = visitor()
    one.goto("/blank", origin=one.world.stranger)
    one.launcher.click()
    expect(one.page.locator("faq-bot .status")).to_contain_text("988", timeout=4000)
    assert one.page.locator("faq-bot iframe").is_hidden()


def test_the_page_of_the_loader_is_documented() -> None:
    guide = (Path(ROOT) / "docs/embedding.md").read_text("utf-8")
    options = set(re.findall(r"option\.(\w+)", LOADER.read_text("utf-8"))) - {"colour"}
    for name in options:
        written = re.sub(r"([A-Z])", lambda found: "-" + found[1].lower(), name)
        assert f"`data-{written}`" in guide
