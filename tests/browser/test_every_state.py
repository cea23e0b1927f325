"""Every state of every page a visitor can meet: no accessibility violation, nothing cut off."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Page

from tests.browser.conftest import CLINIC, SAMPLE, VISITS, MakeSite, Site, ask

pytestmark = pytest.mark.browser

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NEVER, ALWAYS = 1.1, 0.0


def visit(path: str) -> Callable[[Site, Page], None]:
    return lambda site, page: page.goto(site.url + path) and None


def asked(
    question: str, path: str = "/chat", gate: tuple[float, float] | None = None
) -> Callable[[Site, Page], None]:
    def go(site: Site, page: Page) -> None:
        page.goto(site.url + path)
        with site.thresholds(*gate) if gate else nullcontext():
            ask(page, question)

    return go


def sent(site: Site, page: Page) -> None:
    page.goto(site.url + "/handoff")
    page.fill("#question", "How long does a visit take?")
    page.fill("#email", "someone@example.org")
    page.check("#consent")
    page.click("main button.primary")


def with_errors(site: Site, page: Page) -> None:
    page.goto(site.url + "/handoff")
    page.fill("#email", "someone")
    page.click("main button.primary")


def status(site: Site, page: Page) -> None:
    sent(site, page)
    page.goto(page.locator("main a[href*='/handoff/']").first.get_attribute("href") or "")
    for summary in page.locator("summary").all():
        summary.click()


def not_helpful(site: Site, page: Page) -> None:
    asked("how long does an infusion take?", gate=(ALWAYS, ALWAYS))(site, page)
    with site.thresholds(ALWAYS, ALWAYS):
        page.get_by_role("button", name="No", exact=True).click()
        page.locator("section.feedback").wait_for()


def slow(site: Site, page: Page) -> None:
    site.answering.clear()
    try:
        page.clock.install()
        page.goto(site.url + "/chat")
        page.fill("#question", "how long does an infusion take?")
        page.press("#question", "Enter")
        page.clock.fast_forward(3500)
        page.locator("#pending .care").wait_for()
    finally:
        site.answering.set()


def typing(site: Site, page: Page) -> None:
    page.goto(site.url + "/chat")
    page.fill("#question", "how long is the infusion? Mail me at someone@example.org")
    page.locator("#matches li").first.wait_for()


STATES: dict[str, Callable[[Site, Page], None]] = {
    "opening": visit("/chat"),
    "opening, embedded": visit("/chat?embed=1"),
    "typing": typing,
    "answered": asked("how long does an infusion take?"),
    "answered, embedded": asked("how long does an infusion take?", "/chat?embed=1"),
    "two passages": asked("infusion", gate=(ALWAYS, ALWAYS)),
    "not helpful": not_helpful,
    "choose": asked("infusion", gate=(NEVER, ALWAYS)),
    "hand-off": asked("what is the capital of Mongolia?"),
    "not understood": asked("???"),
    "greeting": asked("hello"),
    "crisis": asked("I want to kill myself"),
    "crisis, violence": asked("my husband hits me and I am afraid to go home"),
    "crisis, in Spanish": asked("me quiero matar"),
    "concern": asked("can ketamine help with suicidal thoughts?"),
    "urgent": asked("there is blood in my pee since the infusion"),
    "personal": asked("should I stop my lamotrigine before ketamine?"),
    "slow": slow,
    "hand-off form": visit("/handoff"),
    "hand-off form with errors": with_errors,
    "hand-off sent": sent,
    "hand-off status": status,
    "article": visit("/sources/ms-fatigue"),
    "privacy": visit("/privacy"),
    "nothing here": visit("/sources/gone"),
}


def violations(page: Page, rules: list[str] = RULES, least: int = 21) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", rules)
    # A run that looked at nothing must not pass.
    assert len(found["passes"]) >= least, found["passes"]
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def assert_reads_well(page: Page) -> None:
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, ["color-contrast"], least=1) == []
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 320, "height": 256})
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 320, f"{width} px wide on a screen of 320"
    assert small_targets(page) == []


def small_targets(page: Page) -> list[str]:
    """Buttons and fields lower than 44 px; links within a sentence are not meant."""
    return page.evaluate(
        """() => [...document.querySelectorAll('button, .button, .act, summary, textarea, input')]
        .filter(e => e.checkVisibility() && !e.matches('[type=checkbox], [type=radio]'))
        .filter(e => e.getBoundingClientRect().height < 43.9)
        .map(e => e.outerHTML.slice(0, 120))"""
    )


@pytest.mark.parametrize("state", STATES)
def test_a_state_has_no_accessibility_violation_and_fits(
    site: Site, page: Page, state: str
) -> None:
    STATES[state](site, page)
    assert_reads_well(page)


def test_a_closed_clinic_says_so_and_still_helps(make_site: MakeSite, page: Page) -> None:
    closed = make_site(SAMPLE | {"clinic.yaml": CLINIC + "closed: Moving house\n"})
    for path in ("/chat?embed=1", "/chat"):
        page.goto(closed.url + path)
        assert "not answering questions" in page.locator("main").inner_text()
        assert page.locator("#question, blockquote").count() == 0
        assert page.get_by_role("link", name="Ask our staff").is_visible()
    assert_reads_well(page)


def test_an_unreviewed_sample_says_so_on_every_page(make_site: MakeSite, page: Page) -> None:
    faqs = VISITS.replace("approved_by: Medical director", "approved_by: sample")
    accent = CLINIC + 'accent: "#767676"\n'  # as light as an accent may be
    sample = make_site(SAMPLE | {"faqs/visits.yaml": faqs, "clinic.yaml": accent})
    for path in ("/handoff", "/privacy", "/sources/lamotrigine", "/nothing", "/chat"):
        page.goto(sample.url + path)
        assert page.get_by_text("Sample content, not reviewed by a clinician").is_visible()
    assert_reads_well(page)


@pytest.mark.parametrize("path", ["/chat", "/chat?embed=1", "/handoff"])
def test_words_stay_readable_with_forced_colours_and_from_right_to_left(
    site: Site, page: Page, path: str
) -> None:
    page.emulate_media(forced_colors="active")
    page.goto(site.url + path)
    assert violations(page) == []
    page.evaluate("document.documentElement.dir = 'rtl'")
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
