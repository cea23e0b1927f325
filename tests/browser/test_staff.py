"""The staff's pages in a real browser: on a phone, with scripts and without."""

from __future__ import annotations

import re
from collections.abc import Callable

import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from chatbot.handoff.model import Actor, Event, Party, Submission
from chatbot.storage.handoffs import Receipt
from tests.browser.conftest import NOW, SAMPLE, MakeSite, Site

pytestmark = pytest.mark.browser
PASSWORD = "correct horse battery"
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
MakeContext = Callable[..., BrowserContext]
_keys = iter(range(1000))


@pytest.fixture(scope="module")
def desk(make_site: MakeSite) -> Site:
    site = make_site(SAMPLE, STAFF_MFA="off")
    site.services.store.staff.add("Anna", PASSWORD, NOW)
    return site


def ask(site: Site, question: str, **more: str) -> Receipt:
    asked = Submission(question, **{"name": "Kim", "email": "kim@example.org", **more})
    key = f"key of request {next(_keys)}"
    return site.services.store.handoffs.submit(asked, key=key, now=NOW, due_at=None)


def sign_in(page: Page, url: str) -> None:
    page.goto(url)
    page.fill("#name", "Anna")
    page.fill("#password", PASSWORD)
    page.click("main button")


def enter(page: Page, site: Site, reference: str = "") -> None:
    sign_in(page, f"{site.url}/staff/handoffs/{reference}" if reference else f"{site.url}/staff/")
    page.locator("form[action$=sign-out]").wait_for(state="attached")


@pytest.mark.parametrize("scripts", [True, False])
def test_answering_on_a_phone_with_scripts_and_without(
    desk: Site, make_context: MakeContext, scripts: bool
) -> None:
    receipt = ask(desk, "Can I eat before my infusion visit?")
    page = make_context(**PHONE, java_script_enabled=scripts).new_page()
    enter(page, desk, receipt.reference)
    expect(page).to_have_title(re.compile(f"^{receipt.reference}"))
    page.click("text=I take this")
    page.fill("#text", "Dear Kim")
    page.fill("#find", "eat before")
    page.press("#find", "Enter")  # searches; it must not send
    assert page.input_value("#text") == "Dear Kim"
    page.check(".passage input >> nth=0")
    page.click("text=Send answer")
    page.wait_for_selector(".badge.answered")
    assert page.locator(".thread .reply").inner_text().count("Dear Kim") == 1
    page.goto(f"{desk.url}/staff/numbers")
    wide = page.locator("html").bounding_box()
    assert wide is not None
    assert wide["width"] <= 360
    visitor = make_context().new_page()
    visitor.goto(f"{desk.url}/handoff/{receipt.token}")
    assert "fasting rules" in visitor.locator("main").inner_text()


def test_new_questions_are_announced_and_hidden_pages_do_not_ask(
    desk: Site, make_context: MakeContext
) -> None:
    page = make_context().new_page()
    page.clock.install()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    enter(page, desk)
    page.wait_for_selector(".queue")
    ask(desk, "Is there parking?")
    page.clock.run_for(61_000)
    page.wait_for_selector("#news:has-text('One more question is waiting')")
    expect(page).to_have_title(re.compile(r"^\("))
    polls = [url for url in asked if url.endswith("/counts")]
    assert len(polls) == 1
    hide = "Object.defineProperty(document, 'hidden', {get: () => true, configurable: true})"
    page.evaluate(hide)
    page.clock.run_for(300_000)
    assert len([url for url in asked if url.endswith("/counts")]) == 1


def test_hostile_words_do_nothing(desk: Site, page: Page) -> None:
    words = "<img src=x onerror=document.title='owned'><script>document.title='owned'</script>"
    receipt = ask(desk, words, name=words, email="a@b.example", phone=words, message=words)
    by = Actor(Party.STAFF, "Anna")
    handoffs = desk.services.store.handoffs
    handoffs.apply(receipt.reference, 1, Event.REPLY, by, NOW, text=words)
    enter(page, desk, receipt.reference)
    for path in (receipt.reference, f"{receipt.reference}/faq"):
        page.goto(f"{desk.url}/staff/handoffs/{path}")
        page.wait_for_load_state("networkidle")
        assert "owned" not in page.title()
        assert page.locator("main img, main script").count() == 0
    handoffs.apply(receipt.reference, 2, Event.ERASE, by, NOW)


def test_a_link_from_another_site_finds_the_session_again(
    desk: Site, make_site: MakeSite, make_context: MakeContext
) -> None:
    receipt = ask(desk, "Can my daughter wait with me?")
    page = make_context().new_page()
    enter(page, desk)
    page.wait_for_selector(".queue")
    away = make_site(SAMPLE).url.replace("127.0.0.1", "localhost")
    page.route(f"{away}/**", lambda route: route.fulfill(
        content_type="text/html",
        body=f"<a href='{desk.url}/staff/handoffs/{receipt.reference}'>Open</a>"))  # fmt: skip
    page.goto(f"{away}/mail")
    page.click("a")
    page.wait_for_selector("#answer")
    expect(page).to_have_title(re.compile(f"^{receipt.reference}"))


def test_every_page_is_accessible_in_light_and_dark(desk: Site, chromium: Browser) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    receipt = ask(desk, "May I drive?", message="After the visit")
    by = Actor(Party.STAFF, "Anna")
    desk.services.store.handoffs.apply(receipt.reference, 1, Event.REPLY, by, NOW, text="No.")
    for scheme in ("light", "dark"):
        context = chromium.new_context(color_scheme=scheme)
        page = context.new_page()
        page.goto(f"{desk.url}/staff/sign-in")
        paths = [
            "",
            "numbers",
            "password",
            f"handoffs/{receipt.reference}",
            f"handoffs/{receipt.reference}/faq",
        ]
        found = [axe.run(page)]
        enter(page, desk)
        for path in paths:
            page.goto(f"{desk.url}/staff/{path}")
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            found.append(axe.run(page))
        problems = [
            v["id"] + v["nodes"][0]["html"] for f in found for v in f.response["violations"]
        ]
        context.close()
        assert problems == []


def test_lists_stay_in_their_column_and_hints_in_their_fields(
    desk: Site, make_context: MakeContext
) -> None:
    page = make_context(viewport={"width": 360, "height": 640}).new_page()
    enter(page, desk)
    fits = "e => { e.value = e.placeholder; return e.scrollWidth <= e.clientWidth; }"
    assert page.locator("#search").evaluate(fits)
    page.goto(f"{desk.url}/staff/knowledge/")
    assert page.locator("#question").evaluate(fits)
    page.goto(f"{desk.url}/staff/knowledge/documents/infusion-length")
    marks = page.locator("main ul:not([class])").first
    assert marks.evaluate("e => parseFloat(getComputedStyle(e).paddingInlineStart)") > 15


def test_a_code_from_the_app_is_asked_for(make_site: MakeSite, make_context: MakeContext) -> None:
    site = make_site(SAMPLE)
    secret = site.services.store.staff.add("Anna", PASSWORD, NOW)
    page = make_context(**PHONE).new_page()
    sign_in(page, f"{site.url}/staff/")
    assert page.evaluate("document.querySelector('#code').matches(':invalid')")
    page.fill("#code", pyotp.TOTP(secret).at(NOW))
    page.click("main button")
    page.wait_for_selector(".queue")
    assert {cookie["httpOnly"] for cookie in page.context.cookies()} == {True}
    assert {cookie["sameSite"] for cookie in page.context.cookies()} == {"Strict"}


def test_words_written_backwards_turn_nothing_else_around(desk: Site, page: Page) -> None:
    words = "\u202ehsilgne"
    receipt = ask(desk, words, name=words, message=words)
    enter(page, desk, receipt.reference)
    around = """word => [...document.querySelectorAll('main *:not(textarea)')].filter(e =>
        [...e.childNodes].some(n => n.nodeType === 3 && n.data.includes(word)) &&
        !(e.matches('bdi, [dir=auto]') && e.textContent.trim() === word)).map(e => e.outerHTML)"""
    for path in (f"/staff/handoffs/{receipt.reference}", "/staff/", "/chat"):
        page.goto(desk.url + path)
        if path == "/chat":
            page.fill("#question", words)
            page.press("#question", "Enter")
        page.get_by_text(words).first.wait_for()
        assert page.evaluate(around, words) == [], path
    desk.services.store.handoffs.apply(
        receipt.reference, 1, Event.ERASE, Actor(Party.STAFF, "Anna"), NOW
    )
