"""`python -m chatbot deliver`: send what waits in the outbox, when `serve` does not run."""

from __future__ import annotations

import argparse
import signal
import threading
from datetime import UTC, datetime

from chatbot.delivery.worker import deliverer
from chatbot.settings import Settings
from chatbot.storage.deliveries import channels
from chatbot.storage.store import open_store

HELP = "send waiting notices about hand-offs, once or until stopped"


def configure(parser: argparse.ArgumentParser) -> None:
    """`--watch`."""
    parser.add_argument("--watch", action="store_true", help="go on until stopped")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Deliver; exit code 1 when nobody can be told or a notice was given up."""
    store = open_store(settings, b"", str)
    store.database.check()
    worker = deliverer(settings, store)
    if args.watch:
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        worker.start()
        stop.wait()
    else:
        print(f"Tried {worker.run_once(datetime.now(UTC))} notices.")
    worker.stop()
    dead = store.deliveries.dead()
    for delivery in dead:
        print(f"Given up: {delivery.reference} by {delivery.channel}: {delivery.last_error}")
    if not channels(settings):
        print("Nobody is told of hand-offs: set CHATBOT_SMTP_URL and CHATBOT_NOTIFY_EMAIL, or"
              " CHATBOT_WEBHOOK_URL.")  # fmt: skip
    return 1 if dead or not channels(settings) else 0
