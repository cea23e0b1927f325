"""`gaps`: what visitors ask that the folder does not answer well."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta

from chatbot.commands.ask import assistant_for, clinic_today
from chatbot.curation.expectations import told
from chatbot.settings import Settings

HELP = "list what visitors ask that is not answered, most frequent first"


def configure(parser: argparse.ArgumentParser) -> None:
    """How far back, and how many."""
    parser.add_argument("--days", type=int, default=90, help="how far back to look (90)")
    parser.add_argument("--limit", type=int, default=50, help="how many groups at most (50)")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print each group: how often and why, its wordings, and the documents that come nearest."""
    from chatbot.curation.gaps import gaps
    from chatbot.safety.identifiers import redact
    from chatbot.storage.asked import asked
    from chatbot.storage.store import open_store

    store = open_store(settings, b"", redact)
    store.database.check()
    since = datetime.now(UTC) - timedelta(days=args.days)
    assistant = assistant_for(settings)
    found = gaps(assistant, asked(store, since, redact), clinic_today(assistant.corpus),
                 limit=args.limit)  # fmt: skip
    for gap in found:
        why = ", ".join(f"{reason} {count}×" for reason, count in gap.reasons)
        print(f"{gap.count}× “{gap.question}” ({why}); now: {', '.join(told(gap.reply))}")
        for wording in gap.wordings[1:5]:
            print(f"     also “{wording}”")
        for passage in gap.nearest:
            section = f"#{passage.anchor}" if passage.anchor else ""
            print(f"     near {passage.document}{section} ({passage.file})")
    print(f"{len(found)} gaps.")
    if not settings.question_log:
        print("Only questions sent to the staff are known: CHATBOT_QUESTION_LOG is off.")
    return 0
