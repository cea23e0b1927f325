"""`test`: do the questions in questions.yaml still get what is expected of them?"""

from __future__ import annotations

import argparse
from datetime import date

from chatbot.commands.ask import assistant_for, clinic_today
from chatbot.settings import Settings

HELP = "ask every question of questions.yaml and compare with what is expected"


def configure(parser: argparse.ArgumentParser) -> None:
    """The day to test as if on."""
    parser.add_argument("--on", type=date.fromisoformat, metavar="DATE", help="as if on this day")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print every broken expectation with its line; exit 1 when there is one."""
    from chatbot.curation.expectations import results

    assistant = assistant_for(settings)
    corpus = assistant.corpus
    if not corpus.expectations:
        print("There are no expected questions. Add some to questions.yaml, e.g.")
        print("- {ask: how long is the drip, expect: infusion-length}")
        return 0
    found = results(assistant, corpus.expectations, args.on or clinic_today(corpus))
    broken = [result for result in found if not result.kept]
    for result in broken:
        line = result.expectation.line
        print(f"questions.yaml:{line}: “{result.expectation.ask}”")
        print(f"    expected {result.expectation.expect}, got {result.got}")
    print(f"{len(found) - len(broken)} of {len(found)} questions get what is expected.")
    return 1 if broken else 0
