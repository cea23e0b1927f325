"""What visitors say about a reply: from the page's form and from the JSON interface."""

from contextlib import suppress

from flask import Blueprint, Response, render_template, request

from chatbot.answering.model import Option
from chatbot.answering.quote import option
from chatbot.errors import StorageError
from chatbot.safety.model import Safety
from chatbot.web import incoming
from chatbot.web.incoming import Opinion
from chatbot.web.refusals import Refused
from chatbot.web.services import services

blueprint = Blueprint("feedback", __name__)
MOST_OTHERS = 3


@blueprint.post("/api/v1/feedback")
def from_json() -> Response:
    """Take an opinion in; 204 whatever becomes of it, so that nobody has to deal with an error."""
    raw = incoming.read()
    with suppress(Refused, StorageError):
        incoming.same_site()
        _keep(incoming.parse(raw, Opinion, incoming.JSON))
    return Response(status=204)


@blueprint.post("/feedback")
def from_page() -> str:
    """Thank for an opinion; for "no", ask why and offer the passages that came next."""
    raw = incoming.read()
    incoming.same_site()
    fields = incoming.fields(raw, incoming.FORM)
    helpful = fields.get("helpful") == "yes"
    opinion = incoming.validate(
        {"reply": fields.get("reply"), "helpful": helpful, "reason": fields.get("reason")}, Opinion
    )
    _keep(opinion)
    question, context = incoming.peek(raw)
    shown = fields.get("shown", "").split()
    options = () if helpful or opinion.reason else _others(question, context, shown)
    return render_template(
        "feedback.html", opinion=opinion, question=question, context=context, options=options
    )


def _keep(opinion: Opinion) -> None:
    if not services().limits.wait("ask", request.remote_addr or ""):
        reason, now = opinion.reason or "", services().now()
        services().store.exchanges.feedback(opinion.reply, opinion.helpful, reason, now)


def _others(question: str, context: tuple[str, ...], shown: list[str]) -> tuple[Option, ...]:
    """The live passages that come next and are plausible by the gate that decides on options."""
    edition, assistant = services().edition(), services().library.assistant
    danger = assistant.danger(question, context)
    if assistant.closed or not question.strip() or danger.safety is Safety.EMERGENCY:
        return ()
    ranking = assistant.retriever.search(assistant.retriever.query(question, context))
    judgement = assistant.gate.judge(ranking)
    found = [
        option(edition.live[hit.passage.document], hit.passage)
        for hit, sure in zip(ranking.hits, judgement.confidences, strict=False)
        if sure >= judgement.option_at
        and edition.holds(hit.passage)
        and hit.passage.id not in shown
    ]
    return tuple(found[:MOST_OTHERS])
