"""Gaps: what visitors ask that is not answered well, and the two ways to close one."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from flask import Blueprint, Response, g
from pydantic import Field

from chatbot.answering.assistant import Assistant
from chatbot.answering.model import Reply
from chatbot.curation.drafts import Entry, faq_source, free_id
from chatbot.curation.expectations import told
from chatbot.curation.gaps import gaps
from chatbot.errors import ChatbotError, KnowledgeError
from chatbot.knowledge import folder
from chatbot.knowledge.editing import append
from chatbot.knowledge.loading import load
from chatbot.knowledge.model import Kind
from chatbot.knowledge.problems import finding
from chatbot.safety.identifiers import redact
from chatbot.storage.asked import asked
from chatbot.web import incoming
from chatbot.web.incoming import Body, Question, Text
from chatbot.web.services import services
from chatbot.web.staff.auth import admit
from chatbot.web.staff.knowledge import (
    LOOKED_BACK,
    corpus,
    edited,
    fresh,
    reply,
    rewrite,
    said,
)
from chatbot.web.staff.page import page, viewed

blueprint = Blueprint("staff_gaps", __name__, url_prefix="/staff/knowledge/gaps")
blueprint.before_request(admit)

QUICK = 1_000  # passages that are indexed within a second or two
UNWRITTEN = "This answer is still to be written."


class Mend(Body):
    """What is done about a gap: another wording of `document`, or a draft of its own."""

    action: Literal["also", "draft"]
    question: Annotated[Question, Field(max_length=300)]
    document: Annotated[Text, Field(max_length=80)] = ""


@blueprint.get("/")
def show() -> Response:
    """What visitors ask that is not answered well, with the passages that come nearest."""
    assistant, withdrawn = services().library.current()
    since = services().now() - timedelta(days=LOOKED_BACK)
    found = gaps(assistant, asked(services().store, since, redact), services().today(), withdrawn)
    faqs = {d.id: d for d in assistant.corpus.documents if d.kind is Kind.FAQ}
    return page("knowledge/gaps.html", gaps=[(gap, told(gap.reply)) for gap in found], faqs=faqs,
                logged=services().settings.question_log)  # fmt: skip


@blueprint.post("/")
def mend() -> Response:
    """Write the wording or the draft, and show what visitors get before and after."""
    wish = incoming.validate(g.form, Mend)
    question = " ".join(wish.question.split())
    before, found = reply(question), fresh(wish.document)
    try:
        if wish.action == "also":
            if found is None or found.kind is not Kind.FAQ:
                raise KnowledgeError([finding("not-editable", "Gaps", why="no entry is ticked")])
            rewrite(found.file, lambda path, content: edited(
                path, content, lambda text: append(path, text, found.id, "also_asked", question)
            ))  # fmt: skip
            name, path = found.id, found.file
        else:
            name = free_id(question, {document.id for document in corpus().documents})
            path = f"faqs/draft-{name}.yaml"
            comment = "From what visitors ask. Write the answer, then approve it."
            draft = faq_source([Entry(name, question, UNWRITTEN)], comment).encode()
            if (place := services().settings.knowledge / path).exists():
                raise KnowledgeError([finding("not-editable", path, why="it is there already")])
            place.parent.mkdir(exist_ok=True)
            folder.write(place, draft)
    except (ChatbotError, OSError) as error:
        return page("knowledge/mended.html", 409, wrong=said(error), question=question)
    viewed(name, "also_asked" if wish.action == "also" else "draft")
    return page("knowledge/mended.html", question=question, name=name, path=path, before=before,
                after=_reply_soon(question))  # fmt: skip


def _reply_soon(question: str) -> Reply | None:
    """What visitors get once the running site has followed the folder, by the same thresholds;
    None for a folder too large to be indexed while somebody waits."""
    config, now = services().settings, services().library.assistant.gate
    corpus = load(folder.read(config.knowledge)).corpus
    if len(corpus.passages) > QUICK:
        return None
    soon = Assistant(corpus, semantics=config.semantics, gate=now)
    return soon.reply(question, today=services().today())
