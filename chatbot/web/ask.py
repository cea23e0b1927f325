"""One question, from the bytes of a request to a reply: the order that DESIGN promises.

read at most 64 KB → crisis → limit → validate → closed? → answer. Plain calls in one function, no
hook or decorator that could answer earlier, so that danger is seen before any refusal.
"""

import secrets
import time
from dataclasses import dataclass

from chatbot.answering.model import Reply
from chatbot.safety.model import Safety
from chatbot.web import incoming
from chatbot.web.services import services


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and its reply, as the views need them."""

    id: str
    question: str
    context: tuple[str, ...]
    reply: Reply


def ask(accepted: str) -> Exchange:
    """Answer the question in this request; raises Refused. `accepted` is the content type."""
    started = time.perf_counter()
    ready = services().library.assistant
    raw = incoming.read()
    question, context = incoming.peek(raw)

    danger = ready.danger(question, context)
    if danger.safety is Safety.EMERGENCY:
        reply = ready.crisis(danger, _version())
        return _noted(question, context, reply, started)

    incoming.limit("ask", "Please wait {wait} seconds and ask again.")
    incoming.same_site()
    asked = incoming.parse(raw, incoming.Asked, accepted)
    assistant, withdrawn = services().library.current()
    reply = assistant.reply(
        asked.question,
        today=services().today(),
        context=asked.context,
        passage=asked.passage,
        withdrawn=withdrawn,
        danger=danger,
    )
    return _noted(asked.question, tuple(asked.context), reply, started)


def _version() -> str:
    """The version of what is quoted now; empty when even that cannot be told."""
    try:
        return services().edition(wait=False).version
    except Exception:
        return ""


def _noted(question: str, context: tuple[str, ...], reply: Reply, started: float) -> Exchange:
    """The exchange, noted without ever delaying or failing the reply."""
    here, name = services(), secrets.token_urlsafe(12)
    here.store.exchanges.note(name, reply, question, here.now())
    if here.metrics:
        here.metrics.replied(reply.outcome, reply.reason or "", time.perf_counter() - started)
    return Exchange(name, question, context, reply)
