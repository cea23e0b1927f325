"""The command line: what can be typed, and in which module of this package it is done.

Only the chosen command's module is imported, so that `python -m chatbot check` stays quick and
works when everything else is broken.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from chatbot import __version__
from chatbot.builtin import read_yaml
from chatbot.errors import ChatbotError
from chatbot.settings import Settings

_PARTS: dict[str, dict[str, str]] = read_yaml("commands.yaml")
COMMANDS = {name: (module, told) for module in _PARTS for name, told in _PARTS[module].items()}

Run = Callable[[argparse.Namespace, Settings], int | None]
Argument = tuple[str, dict[str, Any]]
_FOUND: dict[str, tuple[Run, Sequence[Argument]]] = {}


def command(name: str, *arguments: Argument) -> Callable[[Run], Run]:
    """Make a function the command `name`, or one action of it such as `db upgrade`.

    What the function returns is the exit code, none is 0; an action's docstring is its help.
    """

    def register(run: Run) -> Run:
        _FOUND[name] = run, arguments
        return run

    return register


def argument(name: str, help: str | None = None, **options: Any) -> Argument:
    """An argument as argparse takes it."""
    return name, {"help": help, **options}


def flag(name: str, help: str) -> Argument:
    """An option without a value."""
    return argument(name, help, action="store_true")


def a_date(text: str) -> date:
    """A date as typed."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date such as 2027-01-15") from None


def count(number: int, noun: str, many: str = "") -> str:
    """`1 error`, `2 errors`."""
    return f"{number} {noun if number == 1 else many or noun + 's'}"


ON = argument("--on", "as if on this day", type=a_date, metavar="DATE")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; errors raised on purpose are printed plainly and give exit code 1."""
    name, *rest = list(sys.argv[1:] if argv is None else argv) or [""]
    lines = [f"  {known:<10} {told}" for known, (_, told) in sorted(COMMANDS.items())]
    overview = "\n".join(["python -m chatbot COMMAND [options]", "", *lines])
    if name in ("", "-h", "--help"):
        print(overview)
        return 0 if name else 2
    if name == "--version":
        print(__version__)
        return 0
    if name not in COMMANDS:
        print(f"There is no command {name!r}. The commands are:\n{overview}", file=sys.stderr)
        return 2
    if name == "handoffs" and rest in ([], ["--all"]):
        rest = ["list", *rest]
    args = (parser := _parser(name)).parse_args(rest)
    if "run" not in args:
        parser.print_help()
        return 2
    try:
        return args.run(args, Settings.from_environ(os.environ)) or 0
    except ChatbotError as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader of our output (`| head`) has left; nothing went wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        advice = "Check the path, the rights and the disk's space."
        print(f"{place}{error.strerror or error}. {advice}", file=sys.stderr)
        return 1


def _parser(name: str) -> argparse.ArgumentParser:
    module, told = COMMANDS[name]
    importlib.import_module(f"{__name__}.{module}")
    parser = argparse.ArgumentParser(prog=f"python -m chatbot {name}", description=told)
    actions = None if name in _FOUND else parser.add_subparsers(metavar="ACTION", title="actions")
    for found, (run, arguments) in _FOUND.items():
        if found.split()[0] == name:
            part = actions.add_parser(found.split()[1], help=run.__doc__) if actions else parser
            part.set_defaults(run=run)
            for argued, options in arguments:
                part.add_argument(argued, **options)
    return parser
