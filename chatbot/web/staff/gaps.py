"""From what visitors ask to the knowledge folder: gaps, and drafts of FAQ entries, made of a gap or
of a hand-off that was answered. A curator checks and approves them."""

import re
from datetime import timedelta
from typing import Annotated, Any, Literal

from flask import Response, g
from pydantic import Field

from chatbot.answering.assistant import Assistant
from chatbot.answering.model import Reply
from chatbot.curation.drafts import Entry, faq_source, free_id, one_line
from chatbot.curation.expectations import QUICK, told
from chatbot.curation.gaps import gaps as find_gaps
from chatbot.errors import ChatbotError, KnowledgeError
from chatbot.handoff.model import Event, Handoff
from chatbot.knowledge import folder
from chatbot.knowledge.documents import UNWRITTEN, read_file
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
from chatbot.web.staff.inbox import Words, answers
from chatbot.web.staff.page import page, viewed

COMMENT = "From what visitors ask. Write the answer, then approve it."


class Mend(Body):
    """What is done about a gap: another wording of `document`, or a draft of its own."""

    action: Literal["also", "draft"]
    question: Annotated[Question, Field(max_length=300)]
    document: Annotated[Text, Field(max_length=80)] = ""


class Draft(Body):
    """A draft made of a hand-off; `also_asked` has one wording a line."""

    question: Words = ""
    also_asked: Words = ""
    answer: Words = ""


@blueprint.get("/knowledge/gaps/")
def gaps() -> Response:
    """What visitors ask that is not answered well, with the passages that come nearest."""
    here, (assistant, _) = services(), services().library.current()
    since = here.now() - timedelta(days=knowledge.LOOKED_BACK)
    found = find_gaps(asked(here.store, since), knowledge.reply, assistant.retriever)
    faqs = {d.id: d for d in assistant.corpus.documents if d.kind is Kind.FAQ}
    return page("knowledge/gaps.html", gaps=[(gap, told(gap.reply)) for gap in found], faqs=faqs)


@blueprint.post("/knowledge/gaps/")
def mend() -> Response:
    """Write the wording or the draft, and show what visitors get before and after."""
    wish = incoming.validate(g.form, Mend)
    question = " ".join(wish.question.split())
    before, rewords = knowledge.reply(question), wish.action == "also"
    try:
        name, path = _reword(question, wish.document) if rewords else _begin(question)
    except (ChatbotError, OSError) as error:
        wrong = knowledge.said(error)
        return page("knowledge/mended.html", 409, wrong=wrong, question=question)
    viewed(name, "also_asked" if rewords else "draft")
    return page(
        "knowledge/mended.html",
        question=question,
        name=name,
        path=path,
        before=before,
        after=_reply_soon(question),
        draft=not rewords,
    )


def _reword(question: str, document: str) -> tuple[str, str]:
    """The id and the file of the entry that has the wording now."""
    found = knowledge.fresh(document)
    if found is None or found.kind is not Kind.FAQ:
        raise KnowledgeError([finding("not-editable", "Gaps", why="no entry is ticked")])
    name, path = found.id, found.file
    knowledge.rewrite(path, lambda text: append(path, text, name, "also_asked", question))
    return name, path


def _begin(question: str) -> tuple[str, str]:
    """The id and the file of the new draft."""
    name = free_id(question, {document.id for document in knowledge.corpus().documents})
    path, entry = f"faqs/draft-{name}.yaml", Entry(name, question, UNWRITTEN)
    knowledge.write_new(path, faq_source([entry], COMMENT))
    return name, path


def _reply_soon(question: str) -> Reply | None:
    """What visitors get once the running site has followed the folder, by the same thresholds;
    None for a folder too large to be indexed while somebody waits."""
    config, now = services().settings, services().library.assistant.gate
    corpus = load(folder.read(config.knowledge)).corpus
    if len(corpus.passages) > QUICK:
        return None
    soon = Assistant(corpus, semantics=config.semantics, gate=now)
    return soon.reply(question, today=services().today())


@blueprint.get("/handoffs/<reference>/faq")
def draft(reference: str) -> Response:
    """The entry as it would be written, to be corrected first."""
    thread = services().store.inbox.thread(reference)
    viewed(reference)
    again = [m.text for m in thread.messages if m.event is Event.FOLLOW_UP]
    wordings = [one_line(_without_person(t, thread.item)) for t in (thread.item.question, *again)]
    answer = _without_person("\n\n".join(answers(thread)), thread.item)
    entry = Draft(question=wordings[0], also_asked="\n".join(wordings), answer=answer)
    return page("faq.html", reference=reference, entry=entry)


@blueprint.post("/handoffs/<reference>/faq")
def write_draft(reference: str) -> Response:
    """Write the draft into the folder, never over a file that is there."""
    services().store.inbox.thread(reference)  # there must be one
    entry = incoming.validate(g.form, Draft)
    path, text = source(reference, entry)
    shown: dict[str, Any] = {"reference": reference, "entry": entry, "path": path}
    if wrong := read_file(path, text.encode(), services().clinic.language).problems:
        return page("faq.html", 422, problems=wrong, **shown)
    viewed(reference, "draft")
    try:
        knowledge.write_new(path, text)
    except OSError as error:
        return page("faq.html", 409, trouble=knowledge.said(error)[0], **shown)
    return page("faq.html", written=True, **shown)


def source(reference: str, entry: Draft) -> tuple[str, str]:
    """The path and the text of the draft: a file for each, so that nobody's work in an older one
    can be overwritten."""
    name, path = f"draft-{reference.lower()}", f"faqs/drafts-{reference.lower()}.yaml"
    others = dict.fromkeys(one_line(line) for line in entry.also_asked.splitlines())
    others.pop(one_line(entry.question), None)
    comment = (
        f"From request {reference}. Check every word, and that nothing tells who asked. Then run\n"
        f"python -m chatbot approve {path}#{name} --by NAME --until DATE"
    )
    return path, faq_source([Entry(name, entry.question, entry.answer, [*others])], comment)


def _without_person(text: str, item: Handoff) -> str:
    """The words without what could tell who asked, as far as a program can see."""
    for part in (word for word in item.name.split() if len(word) > 1):
        text = re.sub(rf"\b{re.escape(part)}\b", "[name]", text, flags=re.IGNORECASE)
    return redact(text)
