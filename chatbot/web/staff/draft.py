"""From an answered question to a draft FAQ entry, for a curator to check and approve."""

from __future__ import annotations

import re
from typing import Literal

from flask import Blueprint, Response, g

from chatbot.handoff.model import Event, Handoff
from chatbot.knowledge import folder
from chatbot.knowledge.documents import read_file
from chatbot.knowledge.editing import quoted
from chatbot.safety.identifiers import redact
from chatbot.web import incoming
from chatbot.web.incoming import Body
from chatbot.web.services import services
from chatbot.web.staff.auth import guarded
from chatbot.web.staff.item import Words, answers
from chatbot.web.staff.page import page, viewed

blueprint = guarded(Blueprint("staff_draft", __name__, url_prefix="/staff/handoffs"))


class Entry(Body):
    """The body of a draft; `also_asked` has one wording a line."""

    action: Literal["write", "download"] = "write"
    question: Words = ""
    also_asked: Words = ""
    answer: Words = ""


@blueprint.get("/<reference>/faq")
def show(reference: str) -> Response:
    """The entry as it would be written, to be corrected first."""
    thread = services().store.inbox.thread(reference)
    viewed(reference)
    asked = [thread.item.question, *(m.text for m in thread.messages if m.event is Event.FOLLOW_UP)]
    wordings = [_line(_without_person(text, thread.item)) for text in asked]
    answer = _without_person("\n\n".join(answers(thread)), thread.item)
    entry = Entry(question=wordings[0], also_asked="\n".join(wordings), answer=answer)
    return page("faq.html", reference=reference, entry=entry)


@blueprint.post("/<reference>/faq")
def make(reference: str) -> Response:
    """Write the draft into the folder, or give it as a file; never over a file that is there."""
    services().store.inbox.thread(reference)  # there must be one
    entry = incoming.validate(g.form, Entry)
    path = _path(reference)
    content = source(reference, entry).encode()
    if wrong := read_file(path, content, services().clinic.language).problems:
        return page("faq.html", 422, reference=reference, entry=entry, problems=wrong)
    viewed(reference, "draft")
    if entry.action == "download":
        name = path.rpartition("/")[2]
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, headers=headers, content_type="application/yaml; charset=utf-8")
    try:
        if (place := services().settings.knowledge / path).exists():
            raise FileExistsError(17, "there is a draft for this request already")
        folder.write(place, content)
    except OSError as error:
        trouble = error.strerror or "the folder cannot be written"
        return page("faq.html", 409, reference=reference, entry=entry, path=path, trouble=trouble)
    return page("faq.html", reference=reference, entry=entry, written=path)


def source(reference: str, entry: Entry) -> str:
    """The draft as the text of a file that a curator can read and correct."""
    name, question = f"draft-{reference.lower()}", _line(entry.question)
    others = dict.fromkeys(_line(line) for line in entry.also_asked.splitlines())
    also = [f"      - {quoted(other)}" for other in others if other not in ("", question)]
    lines = [
        f"# From request {reference}. Check every word, and that nothing tells who asked. Then run",
        f"# python -m chatbot approve {_path(reference)}#{name} --by NAME --until DATE",
        "faqs:",
        f"  - id: {name}",
        f"    question: {quoted(question)}",
        "    status: draft",
        *(["    also_asked:", *also] if also else []),
        "    answer: |",
        *(f"      {_printable(line)}".rstrip() for line in entry.answer.strip().splitlines()),
    ]
    return "\n".join(lines) + "\n"


def _path(reference: str) -> str:
    # A file for each, so that nobody's work in an older one can be overwritten.
    return f"faqs/drafts-{reference.lower()}.yaml"


def _without_person(text: str, item: Handoff) -> str:
    """The words without what could tell who asked, as far as a program can see."""
    for part in (word for word in item.name.split() if len(word) > 1):
        text = re.sub(rf"\b{re.escape(part)}\b", "[name]", text, flags=re.IGNORECASE)
    return redact(text)


def _line(text: str) -> str:
    return _printable(" ".join(text.split()))


def _printable(text: str) -> str:
    return "".join(c for c in text.expandtabs(4) if c.isprintable())
