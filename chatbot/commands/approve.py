"""`approve`: write an approval into an article or FAQ entry, leaving all else as it is."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from chatbot.knowledge.approval import approve
from chatbot.knowledge.clinic import today
from chatbot.knowledge.folder import read, write
from chatbot.knowledge.loading import load
from chatbot.settings import Settings

HELP = "approve FILE[#ID] --by NAME --until DATE"


def configure(parser: argparse.ArgumentParser) -> None:
    """Which document, by whom, and the last day it may be quoted."""
    parser.add_argument("document", metavar="FILE[#ID]", help="an article, FAQ file or FAQ entry")
    parser.add_argument("--by", required=True, metavar="NAME", help="who approves")
    parser.add_argument("--until", required=True, type=date.fromisoformat, metavar="DATE",
                        help="the last day it may be quoted, such as 2027-01-15")  # fmt: skip


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Write the approval with today's date at the clinic."""
    name, _, entry = args.document.partition("#")
    files = read(settings.knowledge)
    clinic = load(files).corpus.clinic
    day = today(clinic, datetime.now(UTC))
    path = _path(name, settings.knowledge)
    if path not in files.contents or "/" not in path:
        print(f"{name} is no article or FAQ file in {settings.knowledge}.", file=sys.stderr)
        print("Write its path, such as faqs/visits.yaml#visit-length.", file=sys.stderr)
        return 1
    if not args.by.strip() or args.until < day:
        print(f"Name who approves, and a last day not before today, {day}.", file=sys.stderr)
        return 1
    content, names = approve(path, files.contents[path], entry or None, by=args.by.strip(),
                             on=day, until=args.until, language=clinic.language)  # fmt: skip
    write(settings.knowledge / path, content)
    print(f"Approved until {args.until} in {path}: {', '.join(names)}")
    return 0


def _path(name: str, folder: Path) -> str:
    """The path within the folder, of a name relative to here or to the folder."""
    here, root = Path(name).resolve(), folder.resolve()
    return here.relative_to(root).as_posix() if here.is_relative_to(root) else name
