"""`close`: the kill switch. Crisis help and hand-off go on, nothing is quoted."""

from __future__ import annotations

import argparse

from chatbot.errors import KnowledgeError
from chatbot.knowledge.clinic import FILE
from chatbot.knowledge.editing import change, quoted
from chatbot.knowledge.folder import read, write
from chatbot.settings import Settings

HELP = "close REASON: stop answering until `open`"


def configure(parser: argparse.ArgumentParser) -> None:
    """Why, for the staff; visitors do not see it."""
    parser.add_argument("reason")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Write `closed` into clinic.yaml; a running site follows within two seconds."""
    return switch(settings, args.reason.strip() or "closed")


def switch(settings: Settings, reason: str | None) -> int:
    """Write `closed` with a reason, or take it away; also when other keys are wrong."""
    content = read(settings.knowledge).contents.get(FILE, b"")
    text = content.decode("utf-8", "surrogateescape")
    bom, text = text[: text.startswith("\ufeff")], text.removeprefix("\ufeff")
    value = None if reason is None else quoted(reason)
    try:
        text = change(FILE, text, {None: {"closed": value}})
    except (KnowledgeError, UnicodeError):
        if value is None:
            raise
        # A running site obeys this line whatever else the file holds.
        text = f"closed: {value}\n{text}"
    write(settings.knowledge / FILE, (bom + text).encode("utf-8", "surrogateescape"))
    print("Open." if reason is None else f"Closed: {reason}")
    return 0
