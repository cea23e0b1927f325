"""From an answered question to a draft FAQ entry, for a curator to check and approve."""

import re
from typing import Any

from flask import Response, g

from chatbot.curation import drafts
from chatbot.curation.drafts import faq_source, one_line
from chatbot.handoff.model import Event, Handoff
from chatbot.knowledge.faqs import read_faqs
from chatbot.safety.identifiers import redact
from chatbot.web import incoming
from chatbot.web.incoming import Body
from chatbot.web.services import services
from chatbot.web.staff.auth import blueprint
from chatbot.web.staff.item import Words, answers
from chatbot.web.staff.knowledge import said, write_new
from chatbot.web.staff.page import page, viewed


class Entry(Body):
    """The body of a draft; `also_asked` has one wording a line."""

    question: Words = ""
    also_asked: Words = ""
    answer: Words = ""


@blueprint.get("/handoffs/<reference>/faq")
def draft(reference: str) -> Response:
    """The entry as it would be written, to be corrected first."""
    thread = services().store.inbox.thread(reference)
    viewed(reference)
    asked = [thread.item.question, *(m.text for m in thread.messages if m.event is Event.FOLLOW_UP)]
    wordings = [one_line(_without_person(text, thread.item)) for text in asked]
    answer = _without_person("\n\n".join(answers(thread)), thread.item)
    entry = Entry(question=wordings[0], also_asked="\n".join(wordings), answer=answer)
    return page("faq.html", reference=reference, entry=entry)


@blueprint.post("/handoffs/<reference>/faq")
def write_draft(reference: str) -> Response:
    """Write the draft into the folder, never over a file that is there."""
    services().store.inbox.thread(reference)  # there must be one
    entry = incoming.validate(g.form, Entry)
    path, text = source(reference, entry)
    shown: dict[str, Any] = {"reference": reference, "entry": entry, "path": path}
    if wrong := read_faqs(path, text.encode(), services().clinic.language).problems:
        return page("faq.html", 422, problems=wrong, **shown)
    viewed(reference, "draft")
    try:
        write_new(path, text)
    except OSError as error:
        return page("faq.html", 409, trouble=said(error)[0], **shown)
    return page("faq.html", written=True, **shown)


def source(reference: str, entry: Entry) -> tuple[str, str]:
    """The path and the text of the draft: a file for each, so that nobody's work in an older one
    can be overwritten."""
    name, path = f"draft-{reference.lower()}", f"faqs/drafts-{reference.lower()}.yaml"
    others = dict.fromkeys(one_line(line) for line in entry.also_asked.splitlines())
    others.pop(one_line(entry.question), None)
    comment = (
        f"From request {reference}. Check every word, and that nothing tells who asked. Then run\n"
        f"python -m chatbot approve {path}#{name} --by NAME --until DATE"
    )
    return path, faq_source([drafts.Entry(name, entry.question, entry.answer, [*others])], comment)


def _without_person(text: str, item: Handoff) -> str:
    """The words without what could tell who asked, as far as a program can see."""
    for part in (word for word in item.name.split() if len(word) > 1):
        text = re.sub(rf"\b{re.escape(part)}\b", "[name]", text, flags=re.IGNORECASE)
    return redact(text)
