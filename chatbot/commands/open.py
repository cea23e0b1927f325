"""`open`: undo `close`."""

from __future__ import annotations

import argparse

from chatbot.commands.close import switch
from chatbot.settings import Settings

HELP = "answer again after `close`"


def configure(parser: argparse.ArgumentParser) -> None:
    """It takes no arguments."""


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Take `closed` out of clinic.yaml; a running site follows within two seconds."""
    return switch(settings, None)
