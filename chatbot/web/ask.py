"""One question, from the bytes of a request to a reply: the order that DESIGN promises.

read at most 64 KB → crisis → limit → validate → closed? → answer. Plain calls in one function, no
hook or decorator that could answer earlier, so that danger is seen before any refusal.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from flask import Request, url_for

from chatbot.answering.model import Reply
from chatbot.safety.model import Safety
from chatbot.web import incoming
from chatbot.web.refusals import Refused
from chatbot.web.services import Services


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and its reply, as the views need them."""

    id: str
    question: str
    context: tuple[str, ...]
    reply: Reply


def ask(request: Request, services: Services, accepted: str) -> Exchange:
    """Answer the question in this request; raises Refused. `accepted` is the content type."""
    started = time.perf_counter()
    ready = services.library.assistant
    raw = incoming.read(request)
    question, context = incoming.peek(raw)

    danger = ready.danger(question, context)
    if danger.safety is Safety.EMERGENCY:
        reply = ready.crisis(danger, version(services))
        return _finish(services, Exchange(services.new_id(), question, context, reply), started)

    wait = services.limits.wait("ask", request.remote_addr or "")
    if wait:
        raise Refused(429, f"Please wait {wait} seconds and ask again.", retry_after=wait)

    incoming.same_site(request, services.settings.public_url)
    asked = incoming.parse(raw, incoming.Asked, accepted)
    assistant, withdrawn = services.library.current()

    reply = assistant.reply(
        asked.question,
        today=services.today(),
        context=asked.context,
        passage=asked.passage,
        withdrawn=withdrawn,
        danger=danger,
    )
    earlier = tuple(asked.context)
    return _finish(services, Exchange(services.new_id(), asked.question, earlier, reply), started)


def version(services: Services) -> str:
    """The version of what is quoted now; empty when even that cannot be told."""
    try:
        assistant, withdrawn = services.library.now()
        return assistant.edition(services.today(), withdrawn).version
    except Exception:
        return ""


def handoff_offer(services: Services) -> dict[str, Any]:
    """The way to a person that every reply carries."""
    expected = services.reply_expected()
    hours = {
        day: f"{opens:%H:%M}-{closes:%H:%M}"
        for day, (opens, closes) in services.clinic.hours.items()
    }
    return {
        "offered": True,
        "url": url_for("handoffs.form"),
        "hours": hours or None,
        "reply_expected": expected.isoformat() if expected else None,
    }


def _finish(services: Services, exchange: Exchange, started: float) -> Exchange:
    """Note what happened, without ever delaying or failing the reply."""
    services.store.exchanges.note(exchange.id, exchange.reply, exchange.question, services.now())
    if services.metrics:
        reason = exchange.reply.reason.value if exchange.reply.reason else ""
        outcome = exchange.reply.outcome.value
        services.metrics.replied(outcome, reason, time.perf_counter() - started)
    return exchange
