"""Gaps: what visitors ask that is not answered well, and the two ways to close one."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Literal

from flask import Response, g
from pydantic import Field

from chatbot.answering.assistant import Assistant
from chatbot.answering.confidence import Gate
from chatbot.answering.model import Reply
from chatbot.curation.drafts import Entry, faq_source, free_id
from chatbot.curation.expectations import told
from chatbot.curation.gaps import gaps as find_gaps
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
from chatbot.web.staff import knowledge
from chatbot.web.staff.auth import blueprint
from chatbot.web.staff.page import page, viewed

QUICK = 1_000  # passages that are indexed within a second or two
UNWRITTEN = "This answer is still to be written."
COMMENT = "From what visitors ask. Write the answer, then approve it."


class Mend(Body):
    """What is done about a gap: another wording of `document`, or a draft of its own."""

    action: Literal["also", "draft"]
    question: Annotated[Question, Field(max_length=300)]
    document: Annotated[Text, Field(max_length=80)] = ""


@blueprint.get("/knowledge/gaps/")
def gaps() -> Response:
    """What visitors ask that is not answered well, with the passages that come nearest."""
    here, (assistant, withdrawn) = services(), services().library.current()
    since = here.now() - timedelta(days=knowledge.LOOKED_BACK)
    found = find_gaps(assistant, asked(here.store, since, redact), here.today(), withdrawn)
    faqs = {d.id: d for d in assistant.corpus.documents if d.kind is Kind.FAQ}
    return page("knowledge/gaps.html", gaps=[(gap, told(gap.reply)) for gap in found], faqs=faqs,
                logged=here.settings.question_log)  # fmt: skip


@blueprint.post("/knowledge/gaps/")
def mend() -> Response:
    """Write the wording or the draft, and show what visitors get before and after."""
    wish = incoming.validate(g.form, Mend)
    question = " ".join(wish.question.split())
    before, write = knowledge.reply(question), _reword if wish.action == "also" else _draft
    try:
        name, path = write(question, wish.document)
    except (ChatbotError, OSError) as error:
        wrong = knowledge.said(error)
        return page("knowledge/mended.html", 409, wrong=wrong, question=question)
    viewed(name, "also_asked" if wish.action == "also" else "draft")
    return page("knowledge/mended.html", question=question, name=name, path=path, before=before,
                after=_reply_soon(question))  # fmt: skip


def _reword(question: str, document: str) -> tuple[str, str]:
    """The id and the file of the entry that has the wording now."""
    found = knowledge.fresh(document)
    if found is None or found.kind is not Kind.FAQ:
        raise KnowledgeError([finding("not-editable", "Gaps", why="no entry is ticked")])
    name, path = found.id, found.file
    knowledge.rewrite(path, lambda text: append(path, text, name, "also_asked", question))
    return name, path


def _draft(question: str, _: str) -> tuple[str, str]:
    """The id and the file of the new draft."""
    name = free_id(question, {document.id for document in knowledge.corpus().documents})
    path, comment = (
        f"faqs/draft-{name}.yaml",
        "From what visitors ask. Write the answer, then approve it.",
    )
    knowledge.write_new(path, faq_source([Entry(name, question, UNWRITTEN)], comment))
    return name, path


def _reply_soon(question: str) -> Reply | None:
    """What visitors get once the running site has followed the folder, by the same thresholds;
    None for a folder too large to be indexed while somebody waits."""
    config, now = services().settings, services().library.assistant.gate
    corpus = load(folder.read(config.knowledge)).corpus
    if len(corpus.passages) > QUICK:
        return None
    soon = Assistant(corpus, semantics=config.semantics, gate=now)
    fitted = Gate.carried_over(soon.retriever)
    soon.gate = replace(fitted, answer_at=now.answer_at, option_at=now.option_at)
    return soon.reply(question, today=services().today())
