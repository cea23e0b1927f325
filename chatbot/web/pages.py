"""The pages a visitor sees. All of them work without JavaScript."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from chatbot.web import incoming
from chatbot.web.ask import ask, handoff_offer
from chatbot.web.refusals import Refused
from chatbot.web.services import services

blueprint = Blueprint("pages", __name__)
SAMPLE = "sample"


@blueprint.app_context_processor
def common() -> dict[str, Any]:
    """What every page needs: the clinic, where help is to be had, and whether this is a sample."""
    assistant, withdrawn = services().library.current()
    edition = assistant.edition(services().today(), withdrawn)
    return {
        "clinic": assistant.corpus.clinic,
        "wording": assistant.wording,
        "help_now": assistant.resources(),
        "disclaimer": assistant.disclaimer,
        "sample": any(d.approved_by == SAMPLE for d in edition.live.values()),
        "embed": request.args.get("embed") == "1",
    }


@blueprint.get("/")
@blueprint.get("/chat")
def chat() -> str:
    """The question page before a question."""
    assistant, withdrawn = services().library.current()
    edition = assistant.edition(services().today(), withdrawn)
    return render_template("chat.html", suggestions=edition.suggestions, exchange=None)


@blueprint.post("/")
@blueprint.post("/chat")
def post_chat() -> str:
    """The question page with a reply; stateless, so earlier questions travel in the form."""
    exchange = ask(request, services(), incoming.FORM)
    return render_template(
        "chat.html",
        exchange=exchange,
        reply=exchange.reply,
        context=(*exchange.context, exchange.question),
        offer=handoff_offer(services()),
    )


@blueprint.get("/sources/<document_id>")
def source(document_id: str) -> str:
    """A live document as the clinic approved it, for checking a quotation in its place."""
    assistant, withdrawn = services().library.current()
    edition = assistant.edition(services().today(), withdrawn)
    document = edition.live.get(document_id)
    if document is None:
        raise Refused(404, "This text is not available now. It may be under review.")
    return render_template("source.html", document=document)
