"""Commands on the knowledge folder itself: check, verify, approve, close, open, import."""

import sys
from argparse import Namespace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from chatbot.commands import count, show
from chatbot.errors import ChatbotError, KnowledgeError, errors
from chatbot.knowledge.clinic import FILE, today
from chatbot.knowledge.documents import read_file
from chatbot.knowledge.editing import approve, change, quoted
from chatbot.knowledge.folder import read, write
from chatbot.knowledge.loading import load
from chatbot.knowledge.model import Corpus, Kind, State
from chatbot.knowledge.passages import disproved
from chatbot.knowledge.problems import finding
from chatbot.knowledge.withdrawal import CLOSED
from chatbot.settings import Settings

SOON = timedelta(days=30)


def clinic_today(corpus: Corpus) -> date:
    """Today's date where the clinic is."""
    return today(corpus.clinic, datetime.now(UTC))


def do_check(args: Namespace, settings: Settings) -> int:
    """Print all findings, then the state of the documents."""
    files = read(settings.knowledge)
    loaded = load(files)
    problems, stated, hint = loaded.problems, {}, ""
    if args.lint:
        from chatbot.answering.assistant import Assistant
        from chatbot.curation.expectations import QUICK, missed
        from chatbot.curation.lint import lint, numbers

        problems += lint(loaded.corpus, files)
        stated = numbers(loaded.corpus, files)
        if len(loaded.corpus.passages) <= QUICK:
            assistant = Assistant(loaded.corpus, semantics=settings.semantics)
            hint = missed(assistant.gate.hidden)
    corpus, wrong = loaded.corpus, len(loaded.errors)
    day, strict = clinic_today(corpus), corpus.clinic.require_approved_text
    states = [(d.state(day, strict), d.id) for d in corpus.documents]
    live = corpus.live(day)
    show(
        "check",
        problems=problems,
        errors=wrong,
        numbers=stated,
        hint=hint,
        corpus=corpus,
        articles=sum(document.kind is Kind.ARTICLE for document in corpus.documents),
        states=[(state, [name for its, name in states if its is state]) for state in State],
        soon=[one for one in live if one.review_by and one.review_by <= day + SOON],
        samples=[one.id for one in live if "sample" in (one.approved_by or "").casefold()],
    )
    return 1 if wrong or (args.strict and problems) else 0


def do_verify(_args: Namespace, settings: Settings) -> int:
    """Load the folder, read its files once more, and compare; exit 1 if anything differs."""
    loaded = load(read(settings.knowledge))
    if not (corpus := loaded.corpus).documents:
        why = "it holds no article and no FAQ entry"
        nothing = finding("unreadable", str(settings.knowledge), why=why)
        raise KnowledgeError(loaded.problems or [nothing])
    live = corpus.live(clinic_today(corpus))
    files = read(settings.knowledge).contents
    found = [
        finding("not-verbatim", document.file, name=passage.id, why=why)
        for document in live
        for passage in document.passages
        if (why := disproved(passage, document.kind, files.get(document.file)))
    ]
    for problem in found:
        print(problem, file=sys.stderr)
    passages = sum(len(document.passages) for document in live)
    named = f"{count(passages, 'live passage')} in {count(len(live), 'document')}"
    print(f"{passages - len(found)} of {named} proven: file, span, SHA-256, text and HTML")
    return 1 if found else 0


def do_approve(args: Namespace, settings: Settings) -> None:
    """Write an approval, with today's date at the clinic, leaving all else as it is."""
    name, _, entry = args.document.partition("#")
    files = read(settings.knowledge)
    corpus = load(files).corpus
    day = clinic_today(corpus)
    # The name is relative to here or to the folder.
    here, root = Path(name).resolve(), settings.knowledge.resolve()
    path = here.relative_to(root).as_posix() if here.is_relative_to(root) else name
    if path not in files.contents or "/" not in path:
        raise ChatbotError(
            f"{name} is no article or FAQ file in {settings.knowledge}.\n"
            "Write its path, such as faqs/visits.yaml#visit-length."
        )
    content, names = approve(
        path, files.contents[path], entry or None, by=args.by.strip(), on=day, until=args.until
    )
    write(settings.knowledge / path, content)
    print(f"Approved until {args.until} in {path}: {', '.join(names)}")
    for problem in read_file(path, content, corpus.clinic.language).problems:
        print(f"{problem} [{problem.level}: {problem.code}]", file=sys.stderr)


def do_close(args: Namespace, settings: Settings) -> None:
    """Write `closed` into clinic.yaml; a running site follows within two seconds."""
    reason = args.reason.strip()
    if not reason:
        raise ChatbotError('Say why, for the staff: close "We are moving"')
    _set_closed(settings, quoted(reason))
    print(f"Closed: {reason}")


def do_open(_args: Namespace, settings: Settings) -> None:
    """Take `closed` out of clinic.yaml again."""
    _set_closed(settings, None)
    print("Open.")


def _set_closed(settings: Settings, value: str | None) -> None:
    content = read(settings.knowledge).contents.get(FILE, b"")
    text = content.decode("utf-8", "surrogateescape")
    bom, text = text[: text.startswith("\ufeff")], text.removeprefix("\ufeff")
    try:
        text = change(FILE, text, {None: {"closed": value}})
    except (KnowledgeError, UnicodeError):
        # A running site obeys this line whatever else the file holds.
        before, text = text, f"closed: {value}\n{text}" if value else CLOSED.sub("", text)
        if text == before:
            raise
    if text:
        write(settings.knowledge / FILE, (bom + text).encode("utf-8", "surrogateescape"))
    else:
        (settings.knowledge / FILE).unlink()


def do_import(args: Namespace, settings: Settings) -> int:
    """Write drafts, never over a file; list what could not be brought over; exit 1 if a file gave
    nothing."""
    from chatbot.curation.importing import LARGEST, imported

    folder, failed = settings.knowledge, False
    for file in args.files:
        corpus = load(read(folder)).corpus
        taken = {path.name.split(".")[0].lower() for path in folder.glob("*/*")}
        taken |= {document.id for document in corpus.documents}
        try:
            with file.open("rb") as stream:
                content = stream.read(LARGEST + 1)
        except OSError as error:
            print(f"{file}: {error.strerror}", file=sys.stderr)
            failed = True
            continue
        there = {document.title: document.file for document in corpus.documents}
        found = imported(str(file), content, taken, corpus.clinic.language, there)
        broken = {problem.path for problem in errors(found.problems)}
        if {problem.code for problem in found.problems} == {"already-there"} and not found.files:
            print(f"{file}: nothing new in it.")
        else:
            failed |= not found.files
        for path, text in found.files:
            place = folder / path
            # A draft with an error would keep every other change of the folder from going live.
            if path in broken:
                place, failed = place.with_suffix(".md.txt"), True
            place.parent.mkdir(parents=True, exist_ok=True)
            write(place, text)
            print(f"draft {place.relative_to(folder)}")
        for problem in found.problems:
            print(f"{problem} [{problem.code}]")
    print("Visitors see none of this before somebody has read it and run `approve`.")
    return 1 if failed else 0
