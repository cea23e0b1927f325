"""The pages a visitor sees. All of them work without JavaScript."""

import logging
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, render_template, request, url_for

from chatbot.answering.assistant import EARLIER_QUESTIONS
from chatbot.builtin import read_yaml
from chatbot.knowledge.clinic import today
from chatbot.knowledge.colour import DARK_PAGE, WHITE, on_dark
from chatbot.knowledge.model import Document, Kind, Passage
from chatbot.knowledge.passages import to_anchor
from chatbot.safety.model import Safety
from chatbot.web import incoming
from chatbot.web.ask import ask
from chatbot.web.marking import marked
from chatbot.web.refusals import Refused
from chatbot.web.services import services

log = logging.getLogger(__name__)
blueprint = Blueprint("pages", __name__)
blueprint.add_app_template_filter(marked)
SAMPLE = "sample"
DEEPEST_HEADING = 4


@blueprint.app_context_processor
def common() -> dict[str, Any]:
    """What every page needs: the clinic, where help is to be had, and whether this is a sample."""
    here, assistant = services(), services().library.assistant
    # Inside another site's page links open outside it, and the next page stays embedded.
    embed = "1" if request.args.get("embed") == "1" else None
    return {
        "clinic": assistant.corpus.clinic,
        "settings": here.settings,
        "moment": here.in_words,
        "wording": assistant.wording,
        "care": read_yaml("wording.yaml")["care"],
        "help_now": assistant.resources(_all_categories()),
        "disclaimer": assistant.disclaimer,
        "sample": _is_sample(),
        "closed": here.library.closed,
        "embed": bool(embed),
        "ask_url": url_for("pages.chat", embed=embed),
        "feedback_url": url_for("feedback.from_page", embed=embed),
    }


@cache
def _all_categories() -> tuple[str, ...]:
    try:
        return tuple(read_yaml("safety/wording.yaml")["en"]["advice"])
    except Exception:  # a broken file must not cost anybody the page
        return ()


def _is_sample() -> bool:
    """Whether a page has to say so; what cannot be told must not keep crisis help from showing."""
    try:
        return any(d.approved_by == SAMPLE for d in services().edition(wait=False).live.values())
    except Exception:
        log.exception("what is live today cannot be told")
        return False


@blueprint.get("/")
@blueprint.get("/chat")
def chat() -> str:
    """The question page before a question."""
    edition = services().edition()
    documents = tuple(edition.live.values())
    return render_template(
        "chat.html",
        suggestions=edition.suggestions,
        topics=[document for document in documents if document.kind is Kind.FAQ],
        articles=[document for document in documents if document.kind is Kind.ARTICLE],
    )


@blueprint.post("/")
@blueprint.post("/chat")
def post_chat() -> str:
    """The question page with a reply; stateless, so earlier questions travel in the form."""
    exchange = ask(incoming.FORM)
    reply, earlier = exchange.reply, exchange.context
    if earlier[-1:] != (exchange.question,):  # the same question again, with an option chosen
        earlier = (*earlier, exchange.question)
    context = earlier[-EARLIER_QUESTIONS:]
    stays = reply.safety in (Safety.CONCERN, Safety.EMERGENCY)
    return render_template(
        "chat.html", exchange=exchange, reply=reply, context=context, stays=stays
    )


@blueprint.get("/sources/<document_id>")
def source(document_id: str) -> str:
    """A live document as the clinic approved it, for checking a quotation in its place."""
    document = services().edition().live.get(document_id)
    if document is None:
        raise Refused(404, "We do not show this text now. You can ask our staff.")
    return render_template("source.html", document=document, outline=_outline(document))


@blueprint.get("/embed-demo")
def embed_demo() -> str:
    """The widget as visitors of another site see it, and the lines to paste there."""
    settings = services().settings
    if not settings.embed_origins:
        raise Refused(404, "No site may show the button yet: set CHATBOT_EMBED_ORIGINS.")
    base = settings.public_url or request.url_root.rstrip("/")
    return render_template("embed_demo.html", base=base, origins=settings.embed_origins)


@blueprint.get("/privacy")
def privacy() -> str:
    """What is kept of what a visitor types, how long, and who sees it."""
    return render_template("privacy.html", sections=read_yaml("privacy.yaml"))


@blueprint.get("/theme.css")
def theme() -> Response:
    """The few properties that differ from clinic to clinic; site.css holds the rest."""
    accent = services().clinic.accent
    css = (
        f":root{{--accent:{accent};--on-accent:{WHITE}}}\n"
        "@media (prefers-color-scheme:dark){"
        f":root{{--accent:{on_dark(accent)};--on-accent:{DARK_PAGE}}}}}\n"
    )
    response = Response(css, content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=300"
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value]


@blueprint.app_template_filter()
def day(when: date | datetime) -> str:
    """A date as people write it; a time is given as the day it was in the clinic."""
    if isinstance(when, datetime):
        when = today(services().clinic, when)
    return f"{when.day} {when:%B %Y}"


@blueprint.app_template_filter()
def number(shown: str) -> str:
    """A phone number as a link needs it."""
    return "".join(character for character in shown if character.isdigit() or character == "+")


@blueprint.app_template_filter()
def site(url: str) -> str:
    """The name of the site a link leads to."""
    return urlsplit(url).netloc.removeprefix("www.")


def _outline(document: Document) -> Iterator[tuple[list[tuple[int, str, str | None]], Passage]]:
    """Each passage with the headings that begin with it (level, text, anchor), those without text
    of their own too."""
    before: tuple[tuple[str, ...], str | None] = ((), None)
    for passage in document.passages:
        path = passage.headings
        known = len(path)
        if (path, passage.anchor) != before:
            known = sum(old == new for old, new in zip(before[0], path[:-1], strict=False))
        before = path, passage.anchor
        anchors = (*map(to_anchor, path[:-1]), passage.anchor)
        levels = (min(depth + 2, DEEPEST_HEADING) for depth in range(len(path)))
        yield list(zip(levels, path, anchors, strict=False))[known:], passage
