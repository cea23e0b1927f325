"""The curator's desk: what is live and until when, what would be answered, what is missing."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Annotated, Literal

from flask import Response, g
from pydantic import Field

from chatbot.answering.model import Reply
from chatbot.curation.expectations import missed, results
from chatbot.curation.freshness import expiries
from chatbot.curation.lint import lint, numbers
from chatbot.errors import ChatbotError, KnowledgeError
from chatbot.knowledge import clinic, folder
from chatbot.knowledge.editing import BOM, approve, change
from chatbot.knowledge.loading import load
from chatbot.knowledge.model import Corpus, Document, Kind, State
from chatbot.knowledge.problems import finding
from chatbot.knowledge.source import decode
from chatbot.web import incoming
from chatbot.web.incoming import Body, Question, Text
from chatbot.web.services import services
from chatbot.web.staff.auth import blueprint
from chatbot.web.staff.page import go, page, viewed

SOON, LOOKED_BACK = 30, 90  # days
YEAR = timedelta(days=365)


class Try(Body):
    question: Question


class Change(Body):
    action: Literal["stop", "approve"]
    until: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")] = ""


class Close(Body):
    reply: Annotated[Text, Field(max_length=80)]


@blueprint.get("/knowledge/")
def knowledge() -> Response:
    """Every document with its state, and what is wrong with the folder."""
    rows = [(document, _standing(document)) for document in corpus().documents]
    problems = services().library.snapshot.problems
    reports = len(services().store.exchanges.reports())
    return page("knowledge/list.html", rows=rows, problems=problems, reports=reports)


@blueprint.post("/knowledge/")
def try_question() -> Response:
    """What visitors would be answered, and why; sent by POST, so that it is in no log."""
    question = incoming.validate(g.form, Try).question
    return page("knowledge/answer.html", question=question, reply=reply(question))


@blueprint.get("/knowledge/documents/<name>")
def document(name: str) -> Response:
    """One document as its file says now, with its passages as visitors see them."""
    return _document(name)


@blueprint.post("/knowledge/documents/<name>")
def change_document(name: str) -> Response:
    """Stop quoting it, or approve it again; the running site follows within two seconds."""
    wish, found = incoming.validate(g.form, Change), fresh(name)
    if found is None:
        return _document(name)
    path, entry = found.file, None if found.kind is Kind.ARTICLE else name
    try:
        if wish.action == "stop":
            rewrite(path, lambda text: change(path, text, {entry: {"status": "retired"}}))
        else:
            until, on = date.fromisoformat(wish.until), services().today()
            changed, _ = approve(path, _stored(path), entry, by=g.me.name, on=on, until=until)
            folder.write(services().settings.knowledge / path, changed)
    except (ChatbotError, OSError, ValueError) as error:
        return _document(name, 409, wrong=said(error))
    viewed(name, {"stop": "retire", "approve": "approve"}[wish.action])
    return go("staff.document", name=name)


def _document(name: str, status: int = 200, wrong: Sequence[str] = ()) -> Response:
    found = fresh(name)
    if found is None:
        known = any(document.id == name for document in corpus().documents)
        wrong = wrong or (f"{name} cannot be read: see what is wrong with its file.",) * known
        return page("knowledge/document.html", 404, name=name, document=None, wrong=wrong)
    history = [r for r in services().store.audit.history(name) if r.event != "view"]
    return page(
        "knowledge/document.html",
        status,
        name=name,
        document=found,
        wrong=wrong,
        standing=_standing(found),
        history=history,
        today=services().today(),
        until=services().today() + YEAR,
    )


@blueprint.get("/knowledge/expiring")
def expiring() -> Response:
    """What goes out of date, most quoted first."""
    since = services().now() - timedelta(days=LOOKED_BACK)
    answered = (n for n in services().store.exchanges.since(since) if n.outcome == "answered")
    quoted = [passage for noted in answered for passage in noted.passages]
    found = expiries(corpus(), services().today(), quoted, 3 * SOON)
    return page("knowledge/expiring.html", expiries=found, days=LOOKED_BACK)


@blueprint.get("/knowledge/reports")
def reports() -> Response:
    """What visitors said was wrong or no help."""
    found = services().store.exchanges.reports()
    documents = {document.id: document for document in corpus().documents}
    return page("knowledge/reports.html", reports=found, documents=documents)


@blueprint.post("/knowledge/reports")
def close_report() -> Response:
    closed = incoming.validate(g.form, Close).reply
    services().store.exchanges.close_report(closed, g.me, services().now())
    return go("staff.reports")


@blueprint.get("/knowledge/check")
def check() -> Response:
    """The expected questions, all findings, and the numbers that are stated twice."""
    assistant, _ = services().library.current()
    expected = results(assistant.corpus.expectations, reply)
    files = folder.read(services().settings.knowledge)
    loaded = load(files)
    style, stated = lint(loaded.corpus, files), numbers(loaded.corpus, files)
    hint = "" if assistant.closed else missed(assistant.gate.hidden)
    return page(
        "knowledge/check.html",
        results=expected,
        problems=loaded.problems,
        style=style,
        numbers=stated,
        hint=hint,
    )


def corpus() -> Corpus:
    """The newest sound reading of the folder."""
    return services().library.snapshot.corpus


def reply(question: str) -> Reply:
    """What visitors get now."""
    assistant, withdrawn = services().library.current()
    return assistant.reply(question, today=services().today(), withdrawn=withdrawn)


def fresh(name: str) -> Document | None:
    """A document as its file says now, which the running site may know only in a second."""
    file = next((document.file for document in corpus().documents if document.id == name), None)
    if file is None:
        return None
    now = load(folder.read(services().settings.knowledge, [clinic.FILE, file])).corpus
    return next((document for document in now.documents if document.id == name), None)


def _standing(document: Document) -> tuple[str, str]:
    """A document's state, and the same in words with the days that are left."""
    today, strict = services().today(), services().clinic.require_approved_text
    state = document.state(today, require_approved_text=strict)
    if state is State.LIVE and document.id in services().library.snapshot.withdrawn:
        state = State.WITHDRAWN
    left = (document.review_by - today).days if document.review_by else 0
    if state is not State.LIVE or left > SOON:
        return state.value, state.value
    return "soon", f"live, {left} days left" if left else "live, last day today"


def _stored(path: str) -> bytes:
    content = folder.read(services().settings.knowledge, [path]).contents.get(path)
    if content is None:
        raise KnowledgeError([finding("unreadable", path, why="it is gone")])
    return content


def rewrite(path: str, edit: Callable[[str], str]) -> None:
    """Change the text of one file in one step, its byte order mark kept; raises KnowledgeError or
    OSError and changes nothing."""
    content = _stored(path)
    mark = BOM if content.startswith(BOM.encode()) else ""
    changed = mark + edit(decode(path, content).text)
    folder.write(services().settings.knowledge / path, changed.encode())


def write_new(path: str, text: str) -> None:
    """Write a file that is not there yet; raises OSError."""
    place = services().settings.knowledge / path
    if place.exists():
        raise FileExistsError(17, "there is a draft for this request already")
    place.parent.mkdir(exist_ok=True)
    folder.write(place, text.encode())


def said(error: Exception) -> list[str]:
    """What went wrong, for a curator; a line for each problem."""
    return (getattr(error, "strerror", None) or str(error)).splitlines()
