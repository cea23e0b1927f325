"""`python -m chatbot handoffs`: hand-offs without the web pages."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime

from chatbot.handoff.model import Actor, Event, Party
from chatbot.handoff.states import OPEN
from chatbot.settings import Settings
from chatbot.storage.store import Store, open_store

HELP = "list, export or erase what visitors asked staff"
_BY = Actor(Party.STAFF, "command line")


def configure(parser: argparse.ArgumentParser) -> None:
    """Subcommands."""
    actions = parser.add_subparsers(dest="action", required=True)
    listing = actions.add_parser("list", help="references and states, without anybody's words")
    listing.add_argument("--all", action="store_true", help="answered, closed and erased ones too")
    export = actions.add_parser("export", help="all that is kept about its person, as JSON")
    export.add_argument("reference")
    erase = actions.add_parser("erase", help="delete its words and addresses for good")
    erase.add_argument("reference")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Do it; what shows or changes somebody's words is noted in the audit trail."""
    store = open_store(settings, b"", str)
    store.database.check()
    if args.action == "list":
        _list(store, everything=args.all)
        return 0
    now, reference = datetime.now(UTC), args.reference.upper()
    if args.action == "erase":
        store.handoffs.apply(reference, None, Event.ERASE, _BY, now)
        print(f"{reference} is erased. Its reference, dates and state are kept.")
    else:
        found = store.inbox.export(reference)
        store.audit.record("export", reference, _BY, now)
        print(json.dumps(found, indent=2, default=str, ensure_ascii=False))
    return 0


def _list(store: Store, everything: bool) -> None:
    items = store.inbox.items(() if everything else OPEN, limit=1000)
    for item in items:
        marks = ("URGENT " if item.urgent else "") + ("OVERDUE" if item.overdue else "")
        print(f"{item.reference}  {item.submitted_at:%Y-%m-%d %H:%M}  {item.state:<9} {marks}")
    print(f"{len(items)} shown, {len(store.deliveries.dead())} notices given up.")
