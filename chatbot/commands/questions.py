"""Commands that ask questions of the folder: ask, test, evaluate, diff, gaps."""

import difflib
import io
import json
import subprocess
import sys
import tarfile
from argparse import Namespace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from chatbot.answering.assistant import Assistant
from chatbot.answering.model import Outcome
from chatbot.commands import show
from chatbot.commands.folder import clinic_today
from chatbot.curation import expectations
from chatbot.errors import ChatbotError, KnowledgeError, Problem, StorageError
from chatbot.knowledge.folder import Files, read
from chatbot.knowledge.loading import Loaded, load
from chatbot.knowledge.sentences import sentences
from chatbot.settings import Settings

LOOKED_BACK = timedelta(days=90)
LONGEST = 4_000  # characters of a question, as over HTTP


def _assistant(loaded: Loaded, settings: Settings, *, sound: bool = False) -> Assistant:
    """The assistant that `serve` would start with: closed when the folder has errors. If it
    has to be `sound`, they are raised as a KnowledgeError."""
    if sound and loaded.errors:
        raise KnowledgeError(loaded.problems)
    return Assistant(
        loaded.corpus,
        semantics=settings.semantics,
        public_url=settings.public_url,
        closed=bool(loaded.errors),
    )


def do_ask(args: Namespace, settings: Settings) -> None:
    """Print the reply; the exit code is 0 for every outcome."""
    from chatbot.web.serialise import handoff_json, reply_json

    assistant = _assistant(load(read(settings.knowledge)), settings)
    day = args.on or clinic_today(assistant.corpus)
    danger = assistant.danger(args.question)
    reply = assistant.reply(args.question, today=day, danger=danger)
    if len(args.question) > LONGEST and reply.outcome is not Outcome.CRISIS:
        raise ChatbotError(f"A question has at most {LONGEST:,} characters. Shorten it.")
    if args.json:
        moment = datetime.now(UTC) + (day - clinic_today(assistant.corpus))
        offer = handoff_json(assistant.corpus.clinic, moment, "/handoff")
        print(json.dumps(reply_json(reply, "", offer), ensure_ascii=False, indent=2))
    else:
        show("ask", reply=reply, danger=danger if args.explain else None)


def do_test(args: Namespace, settings: Settings) -> int:
    """Print every broken expectation with its line; exit 1 when there is one."""
    assistant = _assistant(load(read(settings.knowledge)), settings, sound=True)
    ask_on = partial(assistant.reply, today=args.on or clinic_today(assistant.corpus))
    found = expectations.results(assistant.corpus.expectations, ask_on)
    show("test", results=found)
    return 0 if all(result.kept for result in found) else 1


def do_evaluate(args: Namespace, settings: Settings) -> None:
    """Print how well a folder answers questions whose answers are known."""
    from chatbot.curation.evaluation import evaluate, read_questions, unknown

    loaded = load(read(args.knowledge or settings.knowledge))
    assistant = _assistant(loaded, settings, sound=True)
    questions = read_questions(args.questions.read_bytes(), str(args.questions))
    gone = unknown(questions, loaded.corpus)
    for problem in [
        *loaded.problems,
        *(f"No passage {name!r}: counted as missed." for name in gone),
    ]:
        print(problem, file=sys.stderr)
    result = evaluate(assistant, questions, clinic_today(loaded.corpus))
    if args.json:
        print(json.dumps(result.as_json(), indent=2))
    else:
        show("evaluate", result=result)


def do_diff(args: Namespace, settings: Settings) -> int:
    """Print which answers differ; exit 0 unless `--fail-on` applies or a side has errors."""
    sides = [load(_files(side, settings.knowledge)) for side in (args.old, args.new)]
    old, new = (_assistant(side, settings, sound=True) for side in sides)
    questions = [q for side in (old, new) for q in expectations.known_questions(side.corpus)]
    questions += _logged(settings)
    found = expectations.changes(old, new, questions, args.on or clinic_today(new.corpus))
    show(
        "diff",
        documents=expectations.changed_documents(old.corpus, new.corpus),
        changes=found,
        differing=_differing,
        asked=len(set(questions)),
        same=old.corpus == new.corpus,  # then nothing was asked
    )
    return 1 if any(args.fail_on in ("any", change.kind) for change in found) else 0


def _differing(*texts: str) -> list[str]:
    """The sentences that only one of two texts has; none where one is empty."""
    before, after = ([text[start:end] for start, end in sentences(text)] for text in texts)
    differ = difflib.ndiff(before, after) if before and after else ()
    return [line for line in differ if line[0] in "+-"]


def _logged(settings: Settings) -> list[str]:
    """What visitors asked, as far as it is kept and the database is there."""
    if not settings.question_log:
        return []
    from chatbot.storage.store import Store

    try:
        noted = Store(settings).exchanges.since(datetime.min.replace(tzinfo=UTC))
    except StorageError as error:
        print(f"Without the questions of visitors: {error}")
        return []
    return [one.question for one in noted if one.question]


def _files(side: str | None, folder: Path) -> Files:
    """The files of a folder, or the knowledge folder as Git has it; nothing is checked out."""
    if side is None or Path(side).is_dir():
        return read(folder if side is None else Path(side))
    try:
        # From within a folder, Git archives only what is in it.
        command = ["git", "-C", str(folder), "archive", "--format=tar", "--end-of-options", side]
        archive = subprocess.run(command, capture_output=True, check=True).stdout  # noqa: S603
    except (OSError, subprocess.CalledProcessError) as error:
        message = "is neither a folder nor a Git revision that holds the knowledge folder."
        unknown = Problem(side, 0, "revision", message, "Give a folder's path, or e.g. HEAD~1.")
        raise KnowledgeError([unknown]) from error
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        found = ((member.name, tar.extractfile(member)) for member in tar if member.isfile())
        return Files({name: stream.read() for name, stream in found if stream})


def do_gaps(_args: Namespace, settings: Settings) -> None:
    """Print what is not answered well: how often and why, its wordings, what comes nearest."""
    from chatbot.curation.gaps import gaps as find
    from chatbot.storage.asked import asked
    from chatbot.storage.store import Store

    store = Store(settings)
    store.prepare()
    since = datetime.now(UTC) - LOOKED_BACK
    assistant = _assistant(load(read(settings.knowledge)), settings)
    ask_today = partial(assistant.reply, today=clinic_today(assistant.corpus))
    found = find(asked(store, since), ask_today, assistant.retriever)
    show("gaps", gaps=found, told=expectations.told, logged=settings.question_log)
