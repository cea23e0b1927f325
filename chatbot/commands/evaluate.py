"""Measure a folder against questions whose answers are known."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from chatbot.errors import KnowledgeError, Problem
from chatbot.settings import Settings

HELP = "measure a knowledge folder against a file of questions with known answers"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's own arguments."""
    parser.add_argument("--knowledge", type=Path, help="the folder (default: CHATBOT_KNOWLEDGE)")
    parser.add_argument(
        "--questions",
        type=Path,
        required=True,
        help='lines of {"question": "…", "targets": ["id"]}; no targets: must not be answered',
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print the measures; 1 when the folder or the file cannot be used."""
    from chatbot.answering.assistant import Assistant
    from chatbot.curation.evaluation import evaluate, read_questions
    from chatbot.knowledge.folder import read
    from chatbot.knowledge.loading import load

    loaded = load(read(args.knowledge or settings.knowledge))
    for problem in loaded.problems:
        print(problem, file=sys.stderr)
    if loaded.errors:
        return 1
    corpus = loaded.corpus
    questions = read_questions(_text(args.questions), str(args.questions), corpus)
    assistant = Assistant(corpus, semantics=settings.semantics)
    today = datetime.now(ZoneInfo(corpus.clinic.time_zone)).date()
    result = evaluate(assistant, questions, today)
    print(json.dumps(result.as_json(), indent=2) if args.json else "\n".join(result.lines()))
    return 0


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        problem = Problem(
            str(path), 0, "questions", f"cannot be read ({reason}).", "Check the path."
        )
        raise KnowledgeError([problem]) from error
