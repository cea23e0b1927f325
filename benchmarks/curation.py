"""How long the curator's work takes on 1,000 documents with 10,000 passages: 2 s for each, at most.

    python -m benchmarks.curation

The folder is made of random words from fixed lists, so that every run measures the same.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

from chatbot.answering.assistant import Assistant
from chatbot.answering.confidence import Gate
from chatbot.curation.drafts import Entry, faq_source
from chatbot.curation.expectations import changed_documents, results
from chatbot.curation.freshness import expiries, reminders
from chatbot.curation.gaps import Asked, Why, gaps
from chatbot.curation.lint import lint, numbers
from chatbot.knowledge.editing import append, change
from chatbot.knowledge.folder import Files
from chatbot.knowledge.loading import load
from chatbot.knowledge.model import Expectation
from chatbot.retrieval.retriever import Retriever

LIMIT = 2.0  # seconds
ARTICLES, SECTIONS, ENTRIES = 500, 19, 500
TODAY = date(2026, 6, 1)
WORDS = (
    "ketamine infusion visit nurse blood pressure headache sleep mood fatigue dose hours minutes "
    "before after during clinic plan ride home water food wine medicine doctor treatment follow "
    "safe tired dizzy numb calm rest music light blanket chair room letter phone cost insurance "
    "session week month year trial study people effect side symptom spine nerve muscle brain pain"
)
APPROVAL = "status: approved\napproved_by: X\napproved_on: 2026-01-01\nreview_by: 2026-06-20\n"


def folder(chance: random.Random) -> Files:
    """The clinic, 500 articles of 19 sections and 500 entries."""
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
    return Files({**files, "faqs/f.yaml": source.encode()})


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


def main() -> int:
    """Print a line for each part; exit 1 when one is over the limit."""
    chance = random.Random(1)
    files, slow = folder(chance), []

    def timed(name: str, work: Callable[[], object]) -> None:
        start = time.perf_counter()
        work()
        took = time.perf_counter() - start
        slow.extend([name] if took > LIMIT else [])
        print(f"{name:<40} {took:6.2f} s{'  OVER' if took > LIMIT else ''}")

    corpus = load(files).corpus
    print(f"{len(corpus.documents)} documents, {len(corpus.passages)} passages")
    gate = Gate.carried_over(Retriever(corpus, semantics=False))
    assistant = Assistant(corpus, semantics=False, gate=gate).prepare()
    questions = list(asked(chance))
    expected = [Expectation(one.question, "e1") for one in questions[:200]]
    faqs = files.contents["faqs/f.yaml"].decode()
    timed("lint", lambda: lint(corpus, files))
    timed("numbers", lambda: numbers(corpus, files))
    timed("test, 200 questions", lambda: results(assistant, expected, TODAY))
    timed("documents that differ", lambda: changed_documents(corpus, corpus))
    timed("gaps, 2,000 questions", lambda: gaps(assistant, questions, TODAY))
    timed("expiring", lambda: expiries(corpus, TODAY, [p.id for p in corpus.passages], 90))
    timed("reminders", lambda: reminders(corpus, TODAY))
    timed("stop quoting one of 500 entries",
          lambda: change("faqs/f.yaml", faqs, {"e250": {"status": "retired"}}))  # fmt: skip
    timed("add a wording to one of 500 entries",
          lambda: append("faqs/f.yaml", faqs, "e250", "also_asked", "why"))  # fmt: skip
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
