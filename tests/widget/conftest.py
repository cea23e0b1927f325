"""A real chatbot, real pages of other sites on another host name, and a real browser."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Frame, Page, Playwright
from werkzeug.serving import make_server

from chatbot.app import create_app
from tests.widget import sites

ROOT = Path(__file__).resolve().parents[2]
LOADER = ROOT / "static" / "embed.js"
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--no-first-run"),
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
]
FOCUS = """() => {
    const active = document.activeElement;
    if (active.localName !== "faq-bot") return active.id || active.localName;
    const inner = active.shadowRoot.activeElement;
    const button = inner.className === "ask" ? "launcher" : "close";
    return {iframe: "frame", button}[inner.localName] ?? inner.localName;
}"""
APPROVED = """\
status: approved
approved_by: Medical director
approved_on: 2026-01-15
review_by: 2027-01-15
"""
LONG = "How long does an infusion take?"
STUDY = "How many people took part in the pilot study on MS fatigue?"
FOLDER = {
    "clinic.yaml": 'name: Example Clinic\nphone: "555-0100"\n',
    "faqs/visits.yaml": APPROVED
    + """\
faqs:
  - id: infusion-length
    question: How long does an infusion take?
    also_asked: [how much time should i plan, how long will i be there]
    answer: |
      Plan for about **two hours** in all. The infusion itself takes 40 minutes.
""",
    "faqs/studies.yaml": APPROVED
    + f"""\
url: SITE/article
faqs:
  - id: pilot-study
    question: {STUDY}
    answer: |
      Fatigue is common in multiple sclerosis. {sites.SENTENCE.replace("’", "'")}
""",
}


def chatbot(folder: Path, site: str = "https://clinic.example", **settings: str) -> Flask:
    """The real application on the folder above, whose study is published on `site`."""
    for path, text in FOLDER.items():
        place = folder / "knowledge" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text.replace("SITE", site), "utf-8")
    given = {"KNOWLEDGE": folder / "knowledge", "INSTANCE": folder / "instance"}
    return create_app(
        {**given, "RATE_LIMIT": "off", "SEMANTICS": "off", **settings},
        now=lambda: datetime(2026, 6, 1, 18, 0, tzinfo=UTC),
        background=False,
    )


@dataclass(frozen=True, slots=True)
class World:
    """Origins: the chatbot, a site it allows, and the same site under a name it does not allow."""

    bot: str
    site: str
    stranger: str


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The chatbot on 127.0.0.1 and the sites on localhost, so that each is third to the other."""
    bot = ["", LOADER.read_text("utf-8")]
    folder = tmp_path_factory.mktemp("widget")
    with sites.served(bot) as port:
        site = f"http://localhost:{port}"
        server = make_server(
            "127.0.0.1", 0, chatbot(folder, site, EMBED_ORIGINS=site), threaded=True
        )
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        bot[0] = f"http://127.0.0.1:{server.server_port}"
        yield World(bot[0], site, f"http://127.0.0.1:{port}")
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium, which can reach this machine only."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield browser
    browser.close()


class Visitor:
    """A tab on a page that carries the button."""

    def __init__(self, world: World, context: BrowserContext) -> None:
        self.world = world
        self.context = context
        self.page: Page = context.new_page()
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.launcher = self.page.locator("faq-bot button.ask")
        self.dialog = self.page.locator("faq-bot dialog")

    def goto(self, path: str, origin: str = "") -> Visitor:
        """Open a page of the site and wait for the button's script."""
        self.page.goto((origin or self.world.site) + path)
        self.page.wait_for_selector("faq-bot", state="attached")
        return self

    def open(self) -> Frame:
        """Press the launcher; the frame once it has answered."""
        self.launcher.click()
        return self.frame()

    def frame(self) -> Frame:
        """The conversation's frame, with the question box in it focused."""
        self.page.locator("faq-bot iframe").wait_for(state="visible")
        [frame] = [f for f in self.page.frames if "embed=1" in f.url]
        frame.wait_for_selector("#question:focus")
        return frame

    def ask(self, question: str) -> Frame:
        """Ask, and wait for the turn."""
        frame = self.frame()
        frame.fill("#question", question)
        frame.press("#question", "Enter")
        frame.wait_for_selector("#latest")
        return frame

    def focus(self) -> str:
        """What has the focus in the page: an id, a tag, or `launcher`, `close`, `frame`."""
        return str(self.page.evaluate(FOCUS))

    def expect_focus(self, place: str) -> None:
        """The focus comes to `place`: a frame of another process takes and gives it in its time."""
        end = time.monotonic() + 5
        while (found := self.focus()) != place and time.monotonic() < end:
            time.sleep(0.02)
        assert found == place


@pytest.fixture
def visitor(world: World, browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors; keyword arguments as for a Playwright context. No page may raise an error."""
    made: list[Visitor] = []

    def make(**options: Any) -> Visitor:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        context.add_init_script(
            "window.violations = [];"
            "addEventListener('securitypolicyviolation', (event) =>"
            " violations.push(event.violatedDirective + ' ' + event.blockedURI));"
        )
        made.append(Visitor(world, context))
        return made[-1]

    yield make
    for one in made:
        one.context.close()
        assert one.errors == []


def axe(place: Page | Frame, *, least: int = 20) -> None:
    """axe finds nothing, and looked at enough to mean it."""
    if not place.evaluate("'axe' in window"):
        place.evaluate(AXE)
    found = place.evaluate("""async () => {
        const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
        const run = await axe.run(document, {iframes: false, runOnly: rules});
        const told = (node) => node.target.flat().join(" ") + " " + node.failureSummary;
        const violations = run.violations.map(({id, nodes}) => id + ": " + nodes.map(told));
        return {passes: run.passes.length, violations};
    }""")
    assert found["violations"] == []
    assert found["passes"] > least


def shape(snapshot: str) -> str:
    """An accessibility snapshot without what differs from run to run."""
    return re.sub(r"http://[\w.]+:\d+", "", snapshot)
