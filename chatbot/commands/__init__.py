"""The command line: what can be typed, and in which module of this package it is done.

Only the chosen command's module is imported, so that `python -m chatbot check` stays quick and
works when everything else is broken.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from chatbot import __version__
from chatbot.builtin import read_yaml
from chatbot.errors import ChatbotError
from chatbot.settings import ROOT, Settings

_PARTS: dict[str, dict[str, dict[str, Any]]] = read_yaml("commands.yaml")
COMMANDS = {name: (module, told) for module in _PARTS for name, told in _PARTS[module].items()}


def a_date(text: str) -> date:
    """A date as typed."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date such as 2027-01-15") from None


def a_port(text: str) -> int:
    """A TCP port as typed; of nothing, that of the environment or 8000."""
    text = text or os.environ.get("PORT", "8000")
    if not text.isdecimal() or int(text) > 65535:
        no_port = f"{text!r} is no port: give --port or PORT a number up to 65535"
        raise argparse.ArgumentTypeError(no_port)
    return int(text)


TYPES: dict[str, Callable[[str], object]] = {"path": Path, "date": a_date, "port": a_port}


def count(number: int, noun: str, many: str = "") -> str:
    """`1 error`, `2 errors`."""
    return f"{number} {noun if number == 1 else many or noun + 's'}"


def show(template: str, /, **values: Any) -> None:
    """Print what a command has found, as that template of templates/text says it."""
    from jinja2 import Environment, FileSystemLoader

    loader = FileSystemLoader(ROOT / "templates" / "text")
    texts = Environment(loader=loader, trim_blocks=True, lstrip_blocks=True)  # noqa: S701
    if said := texts.get_template(f"{template}.txt").render(values, count=count).rstrip("\n"):
        print(said)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; errors raised on purpose are printed plainly and give exit code 1."""
    given = list(sys.argv[1:] if argv is None else argv)
    if given in (["handoffs"], ["handoffs", "--all"]):
        given.insert(1, "list")
    parser = argparse.ArgumentParser(prog="python -m chatbot")
    parser.add_argument("--version", action="version", version=__version__)
    commands = {name: part for name, (_, part) in sorted(COMMANDS.items())}
    _fill(parser, {"actions": commands})
    args = parser.parse_args(given)
    if not args.run:
        args.parser.print_help()
        return 2
    try:
        module = importlib.import_module(f"{__name__}.{COMMANDS[args.run.split('_')[1]][0]}")
        return getattr(module, args.run)(args, Settings.from_environ(os.environ)) or 0
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


def _fill(parser: argparse.ArgumentParser, part: Mapping[str, Any], run: str = "do") -> None:
    """Give the parser the actions or arguments of one part of the table; `run` does it."""
    parser.set_defaults(parser=parser, run="" if "actions" in part else run)
    if "actions" in part:
        actions = parser.add_subparsers(metavar="COMMAND", title="commands")
        for name, entry in part["actions"].items():
            added = actions.add_parser(name, help=entry["told"], description=entry["told"])
            _fill(added, entry, f"{run}_{name}")
    for name, options in part.get("arguments", {}).items():
        typed = {"type": TYPES[options["type"]]} if "type" in options else {}
        parser.add_argument(name, **{**options, **typed})
