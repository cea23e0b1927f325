"""`diff`: which answers an edit makes appear, vanish or change."""

from __future__ import annotations

import argparse
import difflib
import io
import subprocess
import tarfile
from datetime import UTC, date, datetime
from pathlib import Path

from chatbot.answering.assistant import Assistant
from chatbot.commands.ask import clinic_today
from chatbot.curation.comparison import Change, changes, documents, known_questions
from chatbot.errors import KnowledgeError, Problem, StorageError
from chatbot.knowledge.folder import Files, read
from chatbot.knowledge.loading import load
from chatbot.knowledge.sentences import sentences
from chatbot.settings import Settings

HELP = "show which answers differ between two folders or Git revisions"


def configure(parser: argparse.ArgumentParser) -> None:
    """The two sides."""
    parser.add_argument("old", help="a folder, or a Git revision such as HEAD or main~1")
    parser.add_argument("new", nargs="?", help="likewise; default: the folder as it is now")
    parser.add_argument("--on", type=date.fromisoformat, metavar="DATE", help="as if on this day")
    parser.add_argument("--fail-on", choices=["vanishes", "any"], help="exit 1 for a merge gate")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print the differences; exit 0 unless `--fail-on` applies or a side has errors."""
    old = _assistant(args.old, settings)
    new = _assistant(args.new or str(settings.knowledge), settings)
    day = args.on or clinic_today(new.corpus)
    for name, what in documents(old.corpus, new.corpus):
        print(f"document {name}: {what}")
    questions = (*known_questions(old.corpus), *known_questions(new.corpus), *_logged(settings))
    found = changes(old, new, questions, day)
    for change in found:
        print("\n".join(_lines(change)))
    print(f"{len(set(questions))} questions asked, {len(found)} get another reply.")
    failing = [c for c in found if args.fail_on in ("any", c.kind)]
    return 1 if failing else 0


def _logged(settings: Settings) -> list[str]:
    """What visitors asked, as far as it is kept and the database is there."""
    if not settings.question_log:
        return []
    from chatbot.storage.store import open_store

    try:
        noted = open_store(settings, b"", str).exchanges.since(datetime.min.replace(tzinfo=UTC))
    except StorageError as error:
        print(f"Without the questions of visitors: {error}")
        return []
    return [one.question for one in noted if one.question]


def _lines(change: Change) -> list[str]:
    lines = [f"\n“{change.question}” {change.kind}: {change.before} → {change.after}"]
    if change.text_before and change.text_after:
        old, new = _sentences(change.text_before), _sentences(change.text_after)
        lines += [f"    {line}" for line in difflib.ndiff(old, new) if line[0] in "+-"]
    return lines


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def _assistant(side: str, settings: Settings) -> Assistant:
    files = read(Path(side)) if Path(side).is_dir() else _revision(side, settings.knowledge)
    loaded = load(files)
    if loaded.errors:
        raise KnowledgeError(loaded.errors)
    return Assistant(loaded.corpus, semantics=settings.semantics, public_url=settings.public_url)


def _revision(revision: str, folder: Path) -> Files:
    """The knowledge folder as Git has it at a revision; nothing is checked out."""
    try:
        prefix = _git(folder, "rev-parse", "--show-prefix").decode().strip()
        archive = _git(folder, "archive", "--format=tar", f"{revision}:{prefix}")
    except (OSError, subprocess.CalledProcessError) as error:
        raise KnowledgeError([_unknown(revision)]) from error
    contents: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar.getmembers():
            if member.isfile() and (stream := tar.extractfile(member)):
                contents[member.name] = stream.read()
    return Files(contents)


def _git(folder: Path, *words: str) -> bytes:
    top = ["git", "-C", str(folder)]
    if words[0] == "archive":
        top = ["git", "-C", _git(folder, "rev-parse", "--show-toplevel").decode().strip()]
    return subprocess.run([*top, *words], capture_output=True, check=True).stdout  # noqa: S603


def _unknown(revision: str) -> Problem:
    message = "is neither a folder nor a Git revision that holds the knowledge folder."
    return Problem(revision, 0, "revision", message, "Give a folder's path, or e.g. HEAD~1.")
