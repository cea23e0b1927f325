"""What visitors say about a reply: from the page's form and from the JSON interface."""

from __future__ import annotations

from typing import Annotated, Literal

from flask import Blueprint, Response, render_template, request
from pydantic import Field

from chatbot.answering.model import Option
from chatbot.answering.quote import option
from chatbot.errors import StorageError
from chatbot.safety.model import Safety
from chatbot.web import incoming
from chatbot.web.incoming import Body, Text
from chatbot.web.refusals import Refused
from chatbot.web.services import services

blueprint = Blueprint("feedback", __name__)
MOST_OTHERS = 3
REASONS = ("wrong", "unclear", "not_mine", "out_of_date")


class Opinion(Body):
    """The body of `POST /api/v1/feedback`; `reply` is the id that came with the reply."""

    reply: Annotated[Text, Field(min_length=1, max_length=60)]
    helpful: bool
    reason: Literal["wrong", "unclear", "not_mine", "out_of_date"] | None = None


@blueprint.post("/api/v1/feedback")
def from_json() -> Response:
    """Take an opinion in; 204 whatever becomes of it, so that nobody has to deal with an error."""
    raw = incoming.read(request)
    try:
        incoming.same_site(request, services().settings.public_url)
        _keep(incoming.parse(raw, Opinion, incoming.JSON))
    except (Refused, StorageError):
        pass  # an opinion less
    return Response(status=204)


@blueprint.post("/feedback")
def from_page() -> str:
    """Thank for an opinion; for "no", ask why and offer the passages that came next."""
    raw = incoming.read(request)
    incoming.same_site(request, services().settings.public_url)
    fields = incoming.fields(raw, incoming.FORM)
    helpful = fields.get("helpful") == "yes"
    opinion = {"reply": fields.get("reply"), "helpful": helpful}
    reason = fields.get("reason") if fields.get("reason") in REASONS else None
    _keep(incoming.validate(opinion | {"reason": reason}, Opinion))
    question, context = incoming.peek(raw)
    options = () if helpful or reason else _others(question, context, fields.get("shown", ""))
    return render_template(
        "feedback.html",
        helpful=helpful,
        reason=reason,
        reply_id=fields.get("reply"),
        question=question,
        context=context,
        options=options,
    )


def _keep(opinion: Opinion) -> None:
    if services().limits.wait("ask", request.remote_addr or ""):
        return
    reason, now = opinion.reason or "", services().now()
    services().store.exchanges.feedback(opinion.reply, opinion.helpful, reason, now)


def _others(question: str, context: tuple[str, ...], shown: str) -> tuple[Option, ...]:
    """The live passages that come next and are plausible by the gate that decides on options."""
    assistant, withdrawn = services().library.current()
    danger = assistant.danger(question, context)
    if assistant.closed or not question.strip() or danger.safety is Safety.EMERGENCY:
        return ()
    edition = assistant.edition(services().today(), withdrawn)
    ranking = assistant.retriever.search(assistant.retriever.query(question, context))
    judgement = assistant.gate.judge(ranking)
    found = [
        option(edition.live[hit.passage.document], hit.passage)
        for hit, sure in zip(ranking.hits, judgement.confidences, strict=False)
        if sure >= judgement.option_at
        and edition.holds(hit.passage)
        and hit.passage.id not in shown.split()
    ]
    return tuple(found[:MOST_OTHERS])
