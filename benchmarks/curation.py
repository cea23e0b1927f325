"""How long the curator's work takes on 1,000 documents with 10,000 passages: 2 s for each, at most.

    python -m benchmarks.curation

The folder is made of random words from fixed lists, so that every run measures the same. A page is
asked of the real application as the first of its kind; "again" is the second time. Commands have
to index the folder first, which a running site has done; that is told apart and has no limit here.
"""

from __future__ import annotations

import contextlib
import io
import os
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from unittest.mock import patch

from flask import Flask

from chatbot.answering.assistant import Assistant
from chatbot.answering.model import Option, Outcome, Reply
from chatbot.app import create_app
from chatbot.commands import main as run
from chatbot.curation.drafts import Entry, faq_source
from chatbot.curation.freshness import reminders
from chatbot.curation.gaps import Asked, Why
from chatbot.knowledge.documents import read_file
from chatbot.knowledge.folder import Files
from chatbot.web.services import EXTENSION, Services

LIMIT = 2.0  # seconds
ARTICLES, SECTIONS, ENTRIES = 500, 19, 500
TODAY = date(2026, 6, 1)
NOW = datetime(2026, 6, 1, 18, tzinfo=UTC)
PASSWORD = "correct horse battery"
WORDS = (
    "ketamine infusion visit nurse blood pressure headache sleep mood fatigue dose hours minutes "
    "before after during clinic plan ride home water food wine medicine doctor treatment follow "
    "safe tired dizzy numb calm rest music light blanket chair room letter phone cost insurance "
    "session week month year trial study people effect side symptom spine nerve muscle brain pain"
)
APPROVAL = "status: approved\napproved_by: X\napproved_on: 2026-01-01\nreview_by: 2026-06-20\n"


def folder(chance: random.Random) -> Files:
    """The clinic, 500 articles of 19 sections, 500 entries and 200 expected questions."""
    files = {"clinic.yaml": b"name: X\n"}
    for number in range(ARTICLES):
        text = f"---\ntitle: {title(chance)} {number}\n{APPROVAL}tags: [driving, sleep]\n---\n"
        for section in range(SECTIONS):
            text += f"\n## {title(chance)} {section}\n\n{paragraph(chance)}\n"
        files[f"articles/a{number}.md"] = text.encode()
    entries = [
        Entry(f"e{n}", f"{title(chance)} {n}?", paragraph(chance), [title(chance)] * 3)
        for n in range(ENTRIES)
    ]
    source = faq_source(entries, "made").replace("status: draft\n", APPROVAL)
    lines = "".join(f"- {{ask: {title(chance)}, expect: e1}}\n" for _ in range(200))
    return Files({**files, "faqs/f.yaml": source.encode(), "questions.yaml": lines.encode()})


def title(chance: random.Random) -> str:
    """Five words."""
    return " ".join(chance.choices(WORDS.split(), k=5)).capitalize()


def paragraph(chance: random.Random) -> str:
    """Five sentences."""
    sentences = (" ".join(chance.choices(WORDS.split(), k=12)).capitalize() + "." for _ in range(4))
    return " ".join([*sentences, f"Driving: wait {chance.randrange(2, 48)} hours."])


def asked(chance: random.Random) -> Iterator[Asked]:
    """2,000 questions of three months."""
    start = datetime(2026, 3, 1, tzinfo=UTC)
    for number in range(2_000):
        why = chance.choice([None, None, Why.UNANSWERED, Why.UNHELPFUL])
        yield Asked(title(chance), start + timedelta(hours=number), why)


def fill(here: Services, chance: random.Random) -> None:
    """An account, and what visitors asked, were shown and reported."""
    here.store.staff.add("Anna", PASSWORD, NOW)
    passages = here.library.assistant.corpus.passages
    for number, one in enumerate(asked(chance)):
        shown = chance.choice(passages)
        option = Option(shown.section or "", shown.id, shown.document, None)
        outcome = Outcome.HANDOFF if one.why else Outcome.ANSWERED
        reply = Reply(outcome, "", "", "", options=(option,))
        here.store.exchanges.note(f"r{number}", reply, one.question, one.at)
        if one.why is Why.UNHELPFUL:
            here.store.exchanges.feedback(f"r{number}", False, "wrong", NOW)
        if number % 500 == 499:
            here.store.exchanges.flush()


def pages(app: Flask) -> Iterator[tuple[str, Callable[[], None]]]:
    """Every page of the desk and everything that can be done on one, by name."""
    client = app.test_client()
    client.post("/staff/sign-in", data={"name": "Anna", "password": PASSWORD})
    seal = re.findall(r'name="seal" value="(\w+)"', client.get("/staff/").text)[0]

    def page(path: str, **fields: str) -> None:
        at = f"/staff/knowledge/{path}"
        got = client.post(at, data={"seal": seal, **fields}) if fields else client.get(at)
        assert got.status_code in (200, 303), got.text

    yield from {
        "documents": partial(page, ""),
        "an article": partial(page, "documents/a7"),
        "an entry of 500 in one file": partial(page, "documents/e7"),
        "what would be answered": partial(page, "", question="How long is the ketamine infusion?"),
        "gaps, 2,000 questions": partial(page, "gaps/"),
        "expiring": partial(page, "expiring"),
        "reports, 500": partial(page, "reports"),
        "check, 200 expected questions": partial(page, "check"),
        "check, again": partial(page, "check"),
        "stop quoting an entry": partial(page, "documents/e8", action="stop"),
        "approve it": partial(page, "documents/e8", action="approve", until="2027-01-01"),
        "approve an article": partial(page, "documents/a8", action="approve", until="2027-01-01"),
        "add a wording": partial(page, "gaps/", action="also", document="e9", question="why now"),
        "start a draft": partial(page, "gaps/", action="draft", question="what of zebras"),
    }.items()


def commands(
    before: Path, now: Path, assistant: Assistant
) -> Iterator[tuple[str, Callable[[], None]]]:
    """The commands, as on a start: nothing read yet; and again with the index given to them."""

    def command(*words: str, given: bool) -> None:
        read_file.cache_clear()
        here = "chatbot.commands.questions.Assistant"
        with contextlib.redirect_stdout(io.StringIO()), contextlib.ExitStack() as stack:
            if given:
                stack.enter_context(patch(here, lambda *_args, **_options: assistant))
            run([*words, "--on", str(TODAY)] if words[0] in ("test", "diff") else words)

    yield "check", partial(command, "check", given=False)
    yield "check --lint", partial(command, "check", "--lint", given=False)
    yield "test, indexed", partial(command, "test", given=True)
    yield "test, with indexing", partial(command, "test", given=False)
    yield "diff, nothing differs", partial(command, "diff", str(now), given=False)
    yield "diff, four edits, indexing twice", partial(command, "diff", str(before), given=False)


def main() -> int:
    """Print a line for each part; exit 1 when a page is over the limit."""
    slow: list[str] = []

    def timed(name: str, work: Callable[[], object]) -> None:
        start, spent = time.perf_counter(), time.process_time()
        work()
        took, spent = time.perf_counter() - start, time.process_time() - spent
        over = "  OVER" if took > LIMIT else ""
        slow.extend([name] if over and name.startswith("page") else [])
        print(f"{name:<40} {took:6.2f} s ({spent:5.2f} s of a processor){over}", flush=True)

    with tempfile.TemporaryDirectory() as temporary:
        chance, before, place = random.Random(1), Path(temporary, "old"), Path(temporary, "now")
        for path, content in folder(chance).contents.items():
            for side in (before, place):
                (side / path).parent.mkdir(parents=True, exist_ok=True)
                (side / path).write_bytes(content)
        given = {"KNOWLEDGE": place, "INSTANCE": place / ".instance", "STAFF_MFA": "off",
                 "QUESTION_LOG": "on"}  # fmt: skip
        app = create_app(given, now=lambda: NOW, background=False)
        here: Services = app.extensions[EXTENSION]
        assistant = here.library.assistant
        corpus = assistant.corpus
        print(f"{len(corpus.documents)} documents, {len(corpus.passages)} passages")
        fill(here, chance)
        for name, work in pages(app):
            timed(f"page: {name}", work)
        timed("reminders", lambda: reminders(corpus, TODAY))
        os.environ |= {"CHATBOT_KNOWLEDGE": str(place), "CHATBOT_INSTANCE": str(given["INSTANCE"])}
        for name, work in commands(before, place, assistant):
            timed(f"command: {name}", work)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
