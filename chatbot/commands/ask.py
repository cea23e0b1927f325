"""`ask`: one question, answered as a visitor would see it, with the reasons on request."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, date, datetime
from typing import Any

from chatbot.answering.assistant import Assistant
from chatbot.answering.model import Reply
from chatbot.knowledge.clinic import today
from chatbot.knowledge.folder import read
from chatbot.knowledge.loading import load
from chatbot.knowledge.model import Corpus
from chatbot.settings import Settings

HELP = 'answer one question: ask "how long is the drip" [--explain]'


def configure(parser: argparse.ArgumentParser) -> None:
    """The question and how to show the reply."""
    parser.add_argument("question")
    parser.add_argument("--explain", action="store_true", help="show every step in plain words")
    parser.add_argument("--json", action="store_true", help="print the reply as the API sends it")
    parser.add_argument("--on", type=date.fromisoformat, metavar="DATE", help="as if on this day")
    parser.add_argument(
        "--after", action="append", default=[], metavar="QUESTION", help="an earlier question"
    )


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print the reply; the exit code is 0 for every outcome."""
    from chatbot.web.serialise import reply_json

    assistant = assistant_for(settings)
    day = args.on or clinic_today(assistant.corpus)
    reply = assistant.reply(args.question, today=day, context=args.after)
    if args.json:
        offer: dict[str, Any] = {"offered": True, "url": "/handoff"}
        offer |= {"hours": None, "reply_expected": None}
        print(json.dumps(reply_json(reply, "", offer), ensure_ascii=False, indent=2))
        return 0
    _print(reply)
    if args.explain:
        print("\nWhy:")
        for step in reply.steps:
            print(f"  {step}")
    return 0


def assistant_for(settings: Settings) -> Assistant:
    """The assistant that `serve` would start with: closed when the folder has errors."""
    loaded = load(read(settings.knowledge))
    return Assistant(
        loaded.corpus,
        semantics=settings.semantics,
        public_url=settings.public_url,
        closed=bool(loaded.errors),
    )


def clinic_today(corpus: Corpus) -> date:
    """Today's date where the clinic is."""
    return today(corpus.clinic, datetime.now(UTC))


def _print(reply: Reply) -> None:
    print(f"{reply.outcome.value}: {reply.message}")
    for resource in reply.resources:
        ways = [f"call {resource.call}" if resource.call else ""]
        ways += [f"text {resource.text}" if resource.text else "", resource.url or ""]
        print(f"  {resource.label}: {', '.join(way for way in ways if way)}")
    for quotation, citation in zip(reply.quotations, reply.citations, strict=True):
        print(f"\n{quotation.passage.text}\n")
        section = f", {citation.section}" if citation.section else ""
        print(f"  [{citation.number}] {citation.title}{section}")
        print(f"      approved {citation.approved_on}, {citation.url}")
    for option in reply.options:
        print(f"  - {option.label}  ({option.document})")
    if reply.looked_for:
        print(f"  looked for: {', '.join(reply.looked_for)}")
    print(f"\n{reply.disclaimer}")
