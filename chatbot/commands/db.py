"""`python -m chatbot db`: the database's tables and copies."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from chatbot.settings import Settings
from chatbot.storage.backup import backup, restore
from chatbot.storage.engine import open_database
from chatbot.storage.migrations import migrate

HELP = "make or change the database's tables; back it up; restore it"


def configure(parser: argparse.ArgumentParser) -> None:
    """Subcommands."""
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("upgrade", help="make the tables, or bring them to this program's version")
    keep = actions.add_parser("backup", help="write a checked copy (SQLite), also while serving")
    keep.add_argument("file", type=Path)
    back = actions.add_parser("restore", help="put a copy in its place; the old file is kept")
    back.add_argument("file", type=Path)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Do it and say what was done."""
    database = open_database(settings)
    if args.action == "upgrade":
        before = database.version()
        migrate(database)
        print(f"The database was at version {before or 'none'} and is at {database.version()} now.")
    elif args.action == "backup":
        backup(database, args.file)
        print(f"Wrote {args.file} and checked it. It holds personal data: keep it safe.")
    else:
        kept = restore(database, args.file, datetime.now(UTC))
        print(f"Restored from {args.file}." + (f" The old database is {kept}." if kept else ""))
        database.check()
    return 0
