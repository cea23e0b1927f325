"""A conversation as a visitor has it: by keyboard, without scripts, on a bad line, in danger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import NOW, SAMPLE, MakeSite, Site, ask

pytestmark = pytest.mark.browser

DANGER = "I want to kill myself"
BENIGN = "how long does an infusion take?"
NEVER, ALWAYS = 1.1, 0.0
MakeContext = Callable[..., BrowserContext]


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.id || document.activeElement.innerText")


@pytest.mark.parametrize(
    "question",
    [
        BENIGN,
        "what is the capital of Mongolia?",
        DANGER,
        "can ketamine help with suicidal thoughts?",
        "should I stop my lamotrigine before ketamine?",
        "hello",
    ],
)
def test_a_reply_reads_the_same_with_and_without_scripts(
    site: Site, page: Page, make_context: MakeContext, question: str
) -> None:
    page.goto(site.url + "/chat")
    ask(page, question)
    plain = make_context(java_script_enabled=False).new_page()
    plain.goto(site.url + "/chat")
    plain.fill("#question", question)
    plain.get_by_role("button", name="Ask", exact=True).click()
    turns = [p.locator("#log article").text_content() or "" for p in (page, plain)]
    assert turns[0].split() == turns[1].split()
    assert len(turns[0].split()) > 10


def test_everything_works_without_scripts(site: Site, make_context: MakeContext) -> None:
    page = make_context(java_script_enabled=False).new_page()
    page.goto(site.url + "/chat")
    page.fill("#question", "infusion")
    with site.thresholds(NEVER, ALWAYS):
        page.get_by_role("button", name="Ask", exact=True).click()
    page.locator("#log .choices button").first.click()
    expect(page.locator("blockquote")).to_have_count(1)
    expect(page.locator("#latest")).to_be_focused()
    page.get_by_role("button", name="No", exact=True).click()
    page.get_by_role("button", name="Something in it is wrong").click()
    expect(page.get_by_text("Our staff look at these reports")).to_be_visible()
    with page.expect_popup() as popup:
        page.get_by_role("button", name="Ask our staff").click()
    assert popup.value.input_value("#question") == "infusion"
    assert site.services.store.exchanges.reports()[-1].reason == "wrong"


def test_earlier_questions_travel_along_and_the_page_keeps_only_three(
    site: Site, page: Page
) -> None:
    page.goto(site.url + "/chat")
    for number in range(5):
        ask(page, f"what about number {number}?")
    kept = page.locator("#ask [name=context]").evaluate_all("all => all.map(e => e.value)")
    assert kept == [f"what about number {number}?" for number in (2, 3, 4)]


def test_a_conversation_needs_nothing_but_a_keyboard(site: Site, page: Page) -> None:
    page.goto(site.url + "/chat")
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the main part"
    page.keyboard.press("Enter")
    for _ in range(10):
        page.keyboard.press("Tab")
        if focused(page) == "question":
            break
    page.keyboard.type("how long does")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("an infusion take?")
    assert page.input_value("#question") == "how long does\nan infusion take?"
    page.keyboard.press("Enter")
    page.locator("#log article").wait_for()
    assert (focused(page), page.input_value("#question")) == ("question", "")
    for _ in range(15):
        page.keyboard.press("Shift+Tab")
        if focused(page) == "No":
            break
    page.keyboard.press("Enter")
    page.locator("section.feedback").wait_for()
    assert "What was the matter?" in focused(page)


def test_danger_moves_focus_to_help_which_stays_until_dismissed(site: Site, page: Page) -> None:
    page.goto(site.url + "/chat")
    ask(page, DANGER)
    card = page.locator("[role=alert]")
    assert card.evaluate("e => e === document.activeElement")
    assert card.get_by_role("link", name="Call 988").get_attribute("href") == "tel:988"
    expect(card).to_be_in_viewport()
    assert DANGER not in page.locator("#log").inner_text()
    strip = page.locator(".help-strip")
    ask(page, BENIGN)
    expect(page.locator("blockquote")).to_have_count(1)
    expect(strip).to_be_in_viewport()
    strip.get_by_role("button", name="Hide").click()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(strip).not_to_be_in_viewport()


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("path", ["/chat", "/chat?embed=1"])
def test_a_person_gets_the_question_and_the_conversation_stays(
    site: Site, make_context: MakeContext, path: str, scripts: bool
) -> None:
    page = make_context(java_script_enabled=scripts).new_page()
    page.goto(site.url + path)
    page.fill("#question", BENIGN)
    page.get_by_role("button", name="Ask", exact=True).click()
    page.locator("blockquote").wait_for()
    if scripts or "embed" not in path:  # without scripts there is no panel
        with page.expect_popup() as popup:
            page.get_by_text("Talk to a person").first.click()
        assert popup.value.input_value("#question") == BENIGN
    with page.expect_popup() as popup:
        page.get_by_role("link", name="Privacy").first.click()
    assert popup.value.url.endswith("/privacy")
    expect(page.locator("blockquote")).to_have_count(1)


def test_leaving_fast_leaves_nothing_to_go_back_to(site: Site, page: Page) -> None:
    page.route("https://www.wikipedia.org/**", lambda route: route.fulfill(body="away"))
    page.goto(site.url + "/chat")
    ask(page, "my husband hits me and I am afraid to go home")
    page.get_by_role("link", name="Leave this page fast").click()
    page.wait_for_url("https://www.wikipedia.org/**")
    page.go_back()
    assert not page.url.startswith(site.url)


def test_after_three_seconds_help_is_shown_and_after_fifteen_the_line_is_given_up(
    site: Site, page: Page
) -> None:
    page.clock.install(time=NOW)
    page.goto(site.url + "/chat")
    page.clock.pause_at(NOW + timedelta(hours=1))  # else the test's own time would count as well
    page.fill("#question", BENIGN)
    site.answering.clear()
    try:
        page.press("#question", "Enter")
        page.clock.fast_forward(2900)
        expect(page.locator("#pending .care")).to_have_count(0)
        page.clock.fast_forward(200)
        expect(page.locator("#pending").get_by_role("link", name="Call 988")).to_be_visible()
        expect(page.get_by_role("status")).to_contain_text("taking longer")
        page.clock.fast_forward(12_000)
        trouble = page.locator("#trouble")
        expect(trouble).to_contain_text("We could not reach our site")
        expect(trouble).to_contain_text("555-0100")
        expect(trouble.get_by_role("link", name="Call 911")).to_be_visible()
        assert page.input_value("#question") == BENIGN
    finally:
        site.answering.set()
    page.press("#question", "Enter")
    expect(page.locator("blockquote")).to_have_count(1)
    expect(page.locator("#trouble")).to_be_empty()


def test_danger_typed_while_another_question_waits_is_answered_in_its_place(
    site: Site, page: Page
) -> None:
    page.goto(site.url + "/chat")
    site.answering.clear()
    try:
        page.fill("#question", BENIGN)
        page.press("#question", "Enter")
        page.fill("#question", DANGER)
        page.press("#question", "Enter")
    finally:
        site.answering.set()
    expect(page.locator("[role=alert]")).to_be_focused()
    expect(page.locator("#log article")).to_have_count(1)


def test_too_many_questions_are_told_so_and_danger_is_answered_all_the_same(
    make_site: MakeSite, page: Page
) -> None:
    busy = make_site(SAMPLE, RATE_LIMIT="1 per minute")
    page.goto(busy.url + "/chat")
    ask(page, BENIGN)
    page.fill("#question", "and the next one?")
    page.press("#question", "Enter")
    expect(page.locator("#trouble")).to_contain_text("Please wait")
    expect(page.get_by_role("status")).to_contain_text("Too many questions")
    assert page.input_value("#question") == "and the next one?"
    ask(page, DANGER)
    expect(page.locator("[role=alert]")).to_be_visible()


def test_a_finished_reply_is_announced_once_and_the_status_apart_from_it(
    site: Site, page: Page
) -> None:
    page.goto(site.url + "/chat")
    page.evaluate(
        """() => {
            window.added = [];
            new MutationObserver(all => all.forEach(one => one.addedNodes.forEach(
                node => window.added.push(node.nodeName)
            ))).observe(document.getElementById('log'), {childList: true, subtree: true});
        }"""
    )
    assert page.get_by_role("log").locator("[role=status]").count() == 0
    assert page.get_by_role("status").count() == 1
    ask(page, BENIGN)
    ask(page, "hello")
    assert page.evaluate("window.added") == ["ARTICLE", "ARTICLE"]
    assert page.get_by_role("log").get_by_role("heading", level=2).count() == 2


def test_personal_numbers_are_warned_of_and_never_keep_a_question_from_being_sent(
    site: Site, page: Page
) -> None:
    page.goto(site.url + "/chat")
    note = page.locator("#careful")
    page.fill("#question", "I weigh 70 kg, call 911?")
    expect(note).to_be_hidden()
    for personal in ("write to me@example.org", "ring 555 010 0199", "my number is 123456789"):
        page.fill("#question", personal)
        expect(note).to_be_visible()
    page.get_by_role("button", name="Hide this note").click()
    page.fill("#question", "write to me@example.org")
    expect(note).to_be_hidden()
    page.reload()
    page.fill("#question", "I want to die, call me on 555 010 0199")
    expect(note).to_be_visible()
    page.press("#question", "Enter")
    page.locator("[role=alert]").wait_for()


def test_known_questions_are_offered_while_typing_without_telling_anybody(
    site: Site, page: Page
) -> None:
    page.goto(site.url + "/chat")
    asked: list[str] = []
    with page.expect_response("**/api/v1/suggest"):
        page.locator("#question").focus()
    page.on("request", lambda request: asked.append(request.url))
    page.locator("#question").press_sequentially("lamotrigine before")
    choice = page.locator("#matches button").first
    expect(choice).to_have_text("Do I need to stop lamotrigine before ketamine?")
    assert asked == []
    choice.click()
    expect(page.locator("blockquote")).to_contain_text("Do not stop lamotrigine on your own.")


def test_clearing_leaves_the_opening_page_and_no_question(site: Site, page: Page) -> None:
    page.goto(site.url + "/chat")
    ask(page, BENIGN)
    page.get_by_role("link", name="Clear this conversation").click()
    expect(page.get_by_text("For example")).to_be_visible()
    assert BENIGN not in page.content().replace("How long does an infusion take?", "")
    assert page.locator("[name=context]").count() == 0


def test_copying_takes_the_quotation_with_its_source_and_disclaimer(site: Site, page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(site.url + "/chat")
    ask(page, BENIGN)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    text = page.evaluate("navigator.clipboard.readText()")
    for part in ("40 minutes", "Approved by our clinic", "not medical advice", "/sources/"):
        assert part in text


def test_a_link_leads_to_the_very_sentence(site: Site, page: Page) -> None:
    page.goto(site.url + "/chat")
    ask(page, "how much time should I plan?")
    link = page.locator("figcaption a").first
    assert ":~:text=" in (link.get_attribute("href") or "")
    with page.expect_popup() as popup:
        link.click()
    assert popup.value.url.startswith(site.url + "/sources/infusion-length")


def test_mistakes_in_the_form_are_named_in_one_place_that_has_the_focus(
    site: Site, page: Page
) -> None:
    page.goto(site.url + "/handoff")
    page.fill("#question", "May I bring my dog?")
    page.click("main button.primary")
    expect(page.locator(".errors")).to_be_focused()
    expect(page.locator(".errors li")).to_have_count(2)
    page.locator(".errors a").first.click()
    assert focused(page) == "email"
    assert page.input_value("#question") == "May I bring my dog?"


def test_inside_another_page_every_link_opens_outside(site: Site, page: Page) -> None:
    page.goto(site.url + "/chat?embed=1")
    ask(page, BENIGN)
    links = page.locator("a[href^='/'], a[href^='http']").evaluate_all(
        "all => all.filter(a => !a.hash || !a.href.startsWith(location.href))"
        ".map(a => [a.target, a.rel, a.id])"
    )
    assert links
    assert [
        link for link in links if link[0] not in ("_blank", "_top") and link[2] != "clear"
    ] == []
    with page.expect_popup() as popup:
        page.locator("#log").get_by_role("button", name="Talk to a person").click()
    assert popup.value.input_value("#question") == BENIGN
    box = page.locator("#question").bounding_box()
    assert box
    assert box["y"] > 500  # at the bottom of 800


@pytest.mark.parametrize("path", ["/chat", "/chat?embed=1"])
def test_on_a_small_phone_help_is_one_row_and_both_numbers_are_seen_at_once(
    site: Site, make_context: MakeContext, path: str
) -> None:
    height = 640 if path == "/chat" else 595  # the panel has a bar of its own
    page = make_context(viewport={"width": 360, "height": height}, has_touch=True).new_page()
    page.goto(site.url + path)
    box = page.locator(".help-strip").bounding_box()
    assert box
    assert box["height"] < 60
    for question in (BENIGN, "does it hurt?", "can I eat before?", "how much does it cost?"):
        ask(page, question)
    if "embed" in path:  # the conversation scrolls, and nothing around it
        assert page.evaluate("document.scrollingElement.scrollHeight") == height
        dock = page.locator(".dock").bounding_box()
        assert dock
        assert dock["height"] < 80
    ask(page, DANGER)
    bar = "document.elementFromPoint(box.x + box.width / 2, box.bottom - 4)"
    for number in ("Call 911", "Call 988"):
        link = page.locator("[role=alert]").get_by_role("link", name=number)
        uncovered = f"e => {{ const box = e.getBoundingClientRect(); return e.contains({bar}); }}"
        page.wait_for_function(uncovered, arg=link.element_handle())


def test_without_scripts_a_reply_is_shown_from_its_heading_and_not_framed(
    site: Site, make_context: MakeContext
) -> None:
    page = make_context(
        java_script_enabled=False, viewport={"width": 360, "height": 640}
    ).new_page()
    page.goto(site.url + "/chat")
    page.fill("#question", BENIGN)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("h1")).to_be_in_viewport(ratio=1)
    assert page.locator("#latest").evaluate("e => getComputedStyle(e).outlineStyle") == "none"


def test_a_visit_is_small_and_leaves_nothing_behind(site: Site, make_context: MakeContext) -> None:
    context = make_context()
    page = context.new_page()
    answers: list[Any] = []

    def keep(answer: Any) -> None:
        answers.append(answer)

    page.on("response", keep)
    page.goto(site.url + "/chat")
    page.wait_for_load_state("networkidle")
    assert len(answers) <= 6
    assert sum(len(answer.body()) for answer in answers) <= 60_000
    ask(page, BENIGN)
    ask(page, "what is the capital of Mongolia?")
    assert {answer.url.split("/")[2] for answer in answers} == {site.url.split("/")[2]}
    assert not [answer.url for answer in answers if "Mongolia" in answer.url]
    assert context.cookies() == []
    kept = "[localStorage.length, sessionStorage.length, document.cookie]"
    assert page.evaluate(kept) == [0, 0, ""]
    databases = page.evaluate("indexedDB.databases().then(all => all.length)")
    assert databases == 0


def test_the_disclaimer_is_long_once_and_whole_everywhere(site: Site, page: Page) -> None:
    page.goto(site.url + "/chat")
    ask(page, "how long does an infusion take?")
    ask(page, "can i eat before my infusion visit?")
    older, newest = page.locator("#log .disclaimer").all()
    wraps = "e => getComputedStyle(e).whiteSpace"
    assert (older.evaluate(wraps), newest.evaluate(wraps)) == ("nowrap", "normal")
    assert (
        older.text_content() == newest.text_content() == site.services.library.assistant.disclaimer
    )
    page.emulate_media(media="print")
    assert older.evaluate(wraps) == "normal"
