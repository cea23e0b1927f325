"""`verify`: prove every live passage against the files, word for word."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime

from chatbot.knowledge.clinic import today
from chatbot.knowledge.folder import read
from chatbot.knowledge.loading import load
from chatbot.knowledge.proof import disproved
from chatbot.settings import Settings

HELP = "prove that every live passage is word for word what its file says"


def configure(parser: argparse.ArgumentParser) -> None:
    """It takes no arguments."""


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Load the folder, read its files once more, and compare; exit 1 if anything differs."""
    corpus = load(read(settings.knowledge)).corpus
    files = read(settings.knowledge)
    live = corpus.live(today(corpus.clinic, datetime.now(UTC)))
    found = [problem for document in live for problem in disproved(document, files)]
    for problem in found:
        print(problem, file=sys.stderr)
    passages = sum(len(document.passages) for document in live)
    print(f"{passages - len(found)} of {passages} live passages in {len(live)} documents proven: "
          "file, span, SHA-256, text and HTML")  # fmt: skip
    return 1 if found else 0
