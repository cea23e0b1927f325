"""`python -m chatbot purge`: keep the promise of how long things are kept."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from chatbot.settings import Settings
from chatbot.storage.store import open_store

HELP = "erase what is older than CHATBOT_RETENTION_DAYS (serve does this by itself)"


def configure(parser: argparse.ArgumentParser) -> None:
    """No arguments."""


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Purge and say how much."""
    store = open_store(settings, b"", str)
    store.database.check()
    gone = store.purge(datetime.now(UTC))
    print(f"{gone} entries older than {settings.retention_days} days are gone."
          " Hand-offs that nobody has answered are kept.")  # fmt: skip
    return 0
