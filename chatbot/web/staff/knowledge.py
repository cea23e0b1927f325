"""The curator's desk: what is live and until when, what would be answered, what is missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated, Literal

from flask import Blueprint, Response, g
from pydantic import Field

from chatbot.answering.model import Reply
from chatbot.curation.expectations import results
from chatbot.curation.freshness import expiries
from chatbot.curation.lint import lint, numbers
from chatbot.errors import ChatbotError, KnowledgeError, ProblemsError
from chatbot.knowledge import folder
from chatbot.knowledge.documents import read_file
from chatbot.knowledge.editing import BOM, approve, change
from chatbot.knowledge.loading import load
from chatbot.knowledge.model import Corpus, Document, Kind, State
from chatbot.knowledge.problems import finding
from chatbot.knowledge.source import decode
from chatbot.web import incoming
from chatbot.web.incoming import Body, Question, Text
from chatbot.web.services import services
from chatbot.web.staff.auth import admit
from chatbot.web.staff.page import go, page, viewed

blueprint = Blueprint("staff_knowledge", __name__, url_prefix="/staff/knowledge")
blueprint.before_request(admit)

SOON, LOOKED_BACK = 30, 90  # days
YEAR = timedelta(days=365)


class Ask(Body):
    """A question to try."""

    question: Question


class Change(Body):
    """What is done to one document."""

    action: Literal["stop", "approve"]
    until: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")] = ""


class Close(Body):
    """A report that was dealt with."""

    reply: Annotated[Text, Field(max_length=80)]


@blueprint.get("/")
def show() -> Response:
    """Every document with its state, and what is wrong with the folder."""
    rows = [(document, _standing(document)) for document in corpus().documents]
    return page("knowledge/list.html", rows=rows, problems=services().library.snapshot.problems,
                reports=len(services().store.exchanges.reports()))  # fmt: skip


@blueprint.post("/")
def ask() -> Response:
    """What visitors would be answered, and why; sent by POST, so that it is in no log."""
    question = incoming.validate(g.form, Ask).question
    return page("knowledge/answer.html", question=question, reply=reply(question))


@blueprint.get("/documents/<name>")
def document(name: str) -> Response:
    """One document as its file says now, with its passages as visitors see them."""
    return _document(name)


@blueprint.post("/documents/<name>")
def change_document(name: str) -> Response:
    """Stop quoting it, or approve it again; the running site follows within two seconds."""
    wish, found = incoming.validate(g.form, Change), fresh(name)
    if found is None:
        return _document(name)
    entry = None if found.kind is Kind.ARTICLE else name
    today = services().today()

    def stopped(path: str, content: bytes) -> bytes:
        return edited(
            path, content, lambda text: change(path, text, {entry: {"status": "retired"}})
        )

    def approved(path: str, content: bytes) -> bytes:
        until, by = date.fromisoformat(wish.until), g.me.name
        language = services().clinic.language
        return approve(path, content, entry, by=by, on=today, until=until, language=language)[0]

    try:
        rewrite(found.file, stopped if wish.action == "stop" else approved)
    except (ChatbotError, OSError, ValueError) as error:
        return _document(name, 409, wrong=said(error))
    viewed(name, {"stop": "retire", "approve": "approve"}[wish.action])
    return go("staff_knowledge.document", name=name)


@blueprint.get("/expiring")
def expiring() -> Response:
    """What goes out of date, most quoted first."""
    since = services().now() - timedelta(days=LOOKED_BACK)
    answered = (n for n in services().store.exchanges.since(since) if n.outcome == "answered")
    quoted = [passage for noted in answered for passage in noted.passages]
    found = expiries(corpus(), services().today(), quoted, 3 * SOON)
    return page("knowledge/expiring.html", expiries=found, days=LOOKED_BACK)


@blueprint.get("/reports")
def reports() -> Response:
    """What visitors said was wrong or no help."""
    found = services().store.exchanges.reports()
    documents = {document.id: document for document in corpus().documents}
    return page("knowledge/reports.html", reports=found, documents=documents)


@blueprint.post("/reports")
def close_report() -> Response:
    """A report was dealt with."""
    reply = incoming.validate(g.form, Close).reply
    services().store.exchanges.close_report(reply, g.me, services().now())
    return go("staff_knowledge.reports")


@blueprint.get("/check")
def check() -> Response:
    """The expected questions, all findings, and the numbers that are stated twice."""
    assistant, withdrawn = services().library.current()
    asked_of = results(assistant, assistant.corpus.expectations, services().today(), withdrawn)
    files = folder.read(services().settings.knowledge)
    loaded = load(files)
    style, stated = lint(loaded.corpus, files), numbers(loaded.corpus, files)
    return page("knowledge/check.html", results=asked_of, problems=loaded.problems,
                style=style, numbers=stated)  # fmt: skip


def corpus() -> Corpus:
    """The newest sound reading of the folder."""
    return services().library.snapshot.corpus


def reply(question: str) -> Reply:
    """What visitors get now."""
    assistant, withdrawn = services().library.current()
    return assistant.reply(question, today=services().today(), withdrawn=withdrawn)


def _document(name: str, status: int = 200, wrong: tuple[str, ...] = ()) -> Response:
    found, today = fresh(name), services().today()
    if found is None:
        known = any(document.id == name for document in corpus().documents)
        wrong = wrong or (f"{name} cannot be read: see what is wrong with its file.",) * known
        return page("knowledge/document.html", 404, name=name, document=None, wrong=wrong)
    until = min(today + YEAR, date.max)
    history = [r for r in services().store.audit.history(name) if r.event != "view"]
    return page("knowledge/document.html", status, name=name, document=found, wrong=wrong,
                standing=_standing(found), history=history, until=until)  # fmt: skip


def fresh(name: str) -> Document | None:
    """A document as its file says now, which the running site may know only in a second."""
    known = next((d for d in corpus().documents if d.id == name), None)
    if known is None:
        return None
    content = folder.read(services().settings.knowledge, [known.file]).contents.get(known.file, b"")
    reading = read_file(known.file, content, services().clinic.language)
    return next((document for document in reading.documents if document.id == name), None)


def _standing(document: Document) -> tuple[str, str]:
    """A document's state, and the same in words with the days that are left."""
    today, clinic = services().today(), services().clinic
    state = document.state(today, require_approved_text=clinic.require_approved_text)
    if state is State.LIVE and document.id in services().library.snapshot.withdrawn:
        state = State.WITHDRAWN
    left = (document.review_by - today).days if document.review_by else 0
    if state is not State.LIVE or left > SOON:
        return state.value, state.value
    return "soon", f"live, {left} days left" if left else "live, last day today"


def rewrite(path: str, edit: Callable[[str, bytes], bytes]) -> None:
    """Change one file in one step; raises KnowledgeError, OSError or ValueError and changes
    nothing."""
    place = services().settings.knowledge
    content = folder.read(place, [path]).contents.get(path)
    if content is None:
        raise KnowledgeError([finding("unreadable", path, why="it is gone")])
    folder.write(place / path, edit(path, content))


def edited(path: str, content: bytes, edit: Callable[[str], str]) -> bytes:
    """The file with its text changed, and its byte order mark if it has one."""
    mark = BOM if content.startswith(BOM.encode()) else ""
    return (mark + edit(decode(path, content).text)).encode()


def said(error: Exception) -> tuple[str, ...]:
    """What went wrong, for a curator."""
    if isinstance(error, ProblemsError):
        return tuple(str(problem) for problem in error.problems)
    return (str(getattr(error, "strerror", None) or error),)
