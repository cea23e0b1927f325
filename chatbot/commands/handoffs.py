"""`python -m chatbot handoffs`: hand-offs without the web pages."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime

from chatbot.handoff.model import Actor, Event, Handoff, Party, State
from chatbot.settings import Settings
from chatbot.storage.store import Store, open_store

HELP = "list, show, export or erase what visitors asked staff"
_BY = Actor(Party.STAFF, "command line")


def configure(parser: argparse.ArgumentParser) -> None:
    """Subcommands."""
    actions = parser.add_subparsers(dest="action", required=True)
    listing = actions.add_parser("list", help="references and states, without anybody's words")
    listing.add_argument("--all", action="store_true", help="answered, closed and erased ones too")
    for name, help_text in (
        ("show", "one hand-off with everything that was said"),
        ("export", "everything kept about the person behind one, as JSON"),
        ("erase", "delete its words and addresses for good"),
    ):
        actions.add_parser(name, help=help_text).add_argument("reference")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Do it; what shows or changes somebody's words is noted in the audit trail."""
    store = open_store(settings, b"", str)
    store.database.check()
    if args.action == "list":
        return _list(store, everything=args.all)
    now, reference = datetime.now(UTC), args.reference.upper()
    if args.action == "erase":
        store.handoffs.apply(reference, None, Event.ERASE, _BY, now)
        print(f"{reference} is erased. Its reference, dates and state are kept.")
        return 0
    found = store.inbox.export(reference) if args.action == "export" else None
    thread = store.inbox.thread(reference)
    store.audit.record("export" if found else "view", reference, _BY, now)
    if found is not None:
        print(json.dumps(found, indent=2, default=str, ensure_ascii=False))
        return 0
    item = thread.item
    print(_line(item))
    for name in ("question", "message", "name", "email", "phone", "reason", "claimed_by"):
        print(f"{name + ':':<12}{getattr(item, name)}")
    for said in thread.messages:
        print(f"\n{said.at:%Y-%m-%d %H:%M} {said.event.value} {said.by}\n{said.text}")
    for told in thread.deliveries:
        print(f"{told.channel} to {told.audience}: {told.kind}, {told.state} {told.last_error}")
    return 0


def _list(store: Store, everything: bool) -> int:
    items = store.inbox.items(() if everything else (State.WAITING, State.CLAIMED), limit=1000)
    for item in items:
        print(_line(item))
    dead = store.deliveries.dead()
    print(f"{len(items)} shown, {len(dead)} notices given up.")
    return 0


def _line(item: Handoff) -> str:
    marks = ("URGENT " if item.urgent else "") + ("OVERDUE" if item.overdue else "")
    return f"{item.reference}  {item.submitted_at:%Y-%m-%d %H:%M}  {item.state.value:<9} {marks}"
