"""The real application on loopback, and Debian's Chromium to visit it with."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright
from werkzeug.serving import make_server

from chatbot.app import create_app
from chatbot.web.services import EXTENSION, Services

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--no-first-run"),
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",  # nothing leaves the machine
)
NOW = datetime(2026, 6, 1, 18, 0, tzinfo=UTC)

CLINIC = """\
name: Example Clinic
phone: "555-0100"
time_zone: America/Los_Angeles
hours: {mon: "09:00-17:00", tue: "09:00-17:00", wed: "09:00-17:00"}
"""

VISITS = """\
status: approved
approved_by: Medical director
approved_on: 2026-01-15
review_by: 2027-01-15
faqs:
  - id: infusion-length
    question: How long does an infusion take?
    also_asked: [how much time should i plan, how long will i be there]
    answer: |
      The infusion itself takes about **40 minutes**. Plan for about two hours in all. Then:

      - rest in the quiet room
      - drink some water
  - id: eating-before
    question: Can I eat before my infusion visit?
    also_asked: [do i have to fast before the infusion]
    answer: |
      Follow the fasting rules on your appointment letter. Water is fine before the infusion.
  - id: suicidal-thoughts
    question: Can ketamine help with suicidal thoughts?
    also_asked: [does ketamine help suicidal thinking]
    answer: |
      Some studies found fewer suicidal thoughts after ketamine. It does not replace urgent help.
  - id: lamotrigine
    question: Do I need to stop lamotrigine before ketamine?
    also_asked: [lamotrigine and ketamine]
    answer: |
      Do not stop lamotrigine on your own. Ask the doctor who prescribes it.
"""

ARTICLE = """\
---
title: Ketamine and MS fatigue
status: approved
approved_by: Medical director
approved_on: 2026-01-15
review_by: 2027-01-15
references: [{title: The pilot study, url: "https://clinic.example/study"}]
---
Fatigue is common in multiple sclerosis.

## What the study found

Eighteen people took part in the pilot study. The main result showed no difference in fatigue.

### Later weeks

Some of them felt less tired after four weeks.
"""

SAMPLE = {
    "clinic.yaml": CLINIC,
    "faqs/visits.yaml": VISITS,
    "articles/ms-fatigue.md": ARTICLE,
}


@dataclass(frozen=True, slots=True)
class Site:
    """A served clinic. While `answering` is cleared, every posted form waits."""

    url: str
    services: Services
    answering: threading.Event

    @contextmanager
    def thresholds(self, answer_at: float, option_at: float) -> Iterator[None]:
        """Other thresholds for answering and offering, to bring about every outcome."""
        assistant = self.services.library.assistant
        before = assistant.gate
        assistant.gate = replace(before, answer_at=answer_at, option_at=option_at, about_at=0)
        try:
            yield
        finally:
            assistant.gate = before


MakeSite = Callable[..., Site]


@pytest.fixture(scope="package")
def make_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeSite]:
    """Serves a folder given as a mapping, until the last browser test is done."""
    servers = []

    def make(files: dict[str, str], **settings: Any) -> Site:
        root = tmp_path_factory.mktemp("site")
        for path, content in files.items():
            place = root / "knowledge" / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(content, "utf-8")
        given = {"KNOWLEDGE": root / "knowledge", "INSTANCE": root / "i", "RATE_LIMIT": "off"}
        app = create_app(given | settings, now=lambda: NOW, background=False)
        answering = threading.Event()
        answering.set()
        inner = app.wsgi_app

        def patient(environ: Any, start_response: Any) -> Any:
            if environ["REQUEST_METHOD"] == "POST":
                answering.wait(30)
            return inner(environ, start_response)

        app.wsgi_app = patient  # type: ignore[method-assign]
        server = make_server("127.0.0.1", 0, app, threaded=True)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return Site(f"http://127.0.0.1:{server.port}", app.extensions[EXTENSION], answering)

    yield make
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="package")
def site(make_site: MakeSite) -> Site:
    """The small clinic that most tests visit."""
    return make_site(SAMPLE)


@pytest.fixture(scope="package")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """One browser for all tests."""
    assert CHROMIUM.exists(), "needs Debian's chromium: apt-get install chromium"
    browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(ARGUMENTS))
    yield browser
    browser.close()


@pytest.fixture
def make_context(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Builds a clean browser profile, closed at the end of the test."""
    made = []

    def make(**options: Any) -> BrowserContext:
        made.append(chromium.new_context(**options))
        return made[-1]

    yield make
    for context in made:
        context.close()


@pytest.fixture
def page(make_context: Callable[..., BrowserContext]) -> Iterator[Page]:
    """A desktop page; anything the browser complains about fails the test."""
    page = make_context(viewport={"width": 1024, "height": 800}).new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text))
    yield page
    refused = "Failed to load resource: the server responded with a status of 4"
    assert [text for text in complaints if not text.startswith(refused)] == []


def ask(page: Page, question: str) -> None:
    """Ask in the way most people do: type and press Enter; returns when a reply is there."""
    before = page.locator("#log article").count()
    page.fill("#question", question)
    page.press("#question", "Enter")
    page.locator("#log article").nth(before).wait_for()
