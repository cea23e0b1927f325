"""`check`: everything that is wrong with the knowledge folder, and what is live in it."""

from __future__ import annotations

import argparse
import textwrap
from collections import Counter
from datetime import UTC, date, datetime, timedelta

from chatbot.knowledge.clinic import today
from chatbot.knowledge.folder import read
from chatbot.knowledge.loading import load
from chatbot.knowledge.model import Corpus, Kind, State
from chatbot.settings import Settings

HELP = "check the knowledge folder; exit 1 on errors, with --strict on warnings too"
SOON = timedelta(days=30)


def configure(parser: argparse.ArgumentParser) -> None:
    """How strict to be, and whether to look at the writing too."""
    parser.add_argument("--lint", action="store_true", help="also warn of how the texts read")
    parser.add_argument("--strict", action="store_true", help="warnings fail too")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print all findings, then the state of the documents."""
    files = read(settings.knowledge)
    loaded = load(files)
    problems = loaded.problems
    if args.lint:
        from chatbot.curation.lint import lint, numbers

        problems += lint(loaded.corpus, files)
    for problem in problems:
        print(f"{problem} [{problem.level}: {problem.code}]")
    for (topic, unit), values in numbers(loaded.corpus, files).items() if args.lint else ():
        said = "; ".join(f"{number} ({', '.join(places)})" for number, places in values.items())
        print(f"Numbers, {topic}, {unit}: {said}")
    _report(loaded.corpus, today(loaded.corpus.clinic, datetime.now(UTC)))
    errors = len(loaded.errors)
    print(f"{errors} errors, {len(problems) - errors} warnings")
    return 1 if errors or (args.strict and problems) else 0


def _report(corpus: Corpus, day: date) -> None:
    kinds = Counter(document.kind for document in corpus.documents)
    print(f"{corpus.clinic.name}: {kinds[Kind.ARTICLE]} articles, {kinds[Kind.FAQ]} FAQ entries, "
          f"{len(corpus.passages)} passages")  # fmt: skip
    if corpus.clinic.closed:
        print(f"CLOSED: {corpus.clinic.closed}")
    strict = corpus.clinic.require_approved_text
    for state in State:
        found = [d for d in corpus.documents if d.state(day, require_approved_text=strict) is state]
        if found:
            named = "" if state is State.LIVE else ": " + ", ".join(d.id for d in found)
            print(f"{len(found)} {state.value}{named}")
    live = corpus.live(day)
    for document in live:
        if document.review_by and document.review_by <= day + SOON:
            print(
                f"Soon out of date: {document.id} ({document.file}), last day {document.review_by}"
            )
    sample = [d.id for d in live if "sample" in (d.approved_by or "").casefold()]
    if sample:
        said = f"{len(sample)} live, but approved only as a sample; a clinician must approve: "
        print(textwrap.fill(said + ", ".join(sample), 100, subsequent_indent="  ",
                            break_on_hyphens=False))  # fmt: skip
