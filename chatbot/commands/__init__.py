"""The command line, one file per command.

A command is a module of this package with `HELP`, `configure(parser)` and `run(args, settings)`,
which returns the exit code. Its file name is its name. Only the chosen command is imported, so that
`python -m chatbot check` stays quick and works when everything else is broken.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Sequence
from typing import Protocol, cast

from chatbot import __version__
from chatbot.errors import ChatbotError
from chatbot.settings import Settings


class Command(Protocol):
    """What each module of this package offers."""

    HELP: str

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's own arguments."""

    def run(self, args: argparse.Namespace, settings: Settings) -> int:
        """Do it; the returned number is the exit code."""


def names() -> tuple[str, ...]:
    """All commands, in alphabetical order."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; errors raised on purpose are printed plainly and give exit code 1."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments or arguments[0] in ("-h", "--help"):
        print(_overview())
        return 0 if arguments else 2
    if arguments[0] == "--version":
        print(__version__)
        return 0
    name, rest = arguments[0], arguments[1:]
    if name not in names():
        print(f"There is no command {name!r}. The commands are:\n{_overview()}", file=sys.stderr)
        return 2
    command = _command(name)
    parser = argparse.ArgumentParser(prog=f"python -m chatbot {name}", description=command.HELP)
    command.configure(parser)
    args = parser.parse_args(rest)
    try:
        return command.run(args, Settings.from_environ(os.environ))
    except ChatbotError as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader of our output (`| head`) has left; nothing went wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _command(name: str) -> Command:
    return cast(Command, importlib.import_module(f"{__name__}.{name}"))


def _overview() -> str:
    lines = [f"  {name:<10} {_command(name).HELP}" for name in names()]
    return "\n".join(["python -m chatbot COMMAND [options]", "", *lines])
