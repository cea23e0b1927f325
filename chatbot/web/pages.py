"""The pages a visitor sees. All of them work without JavaScript."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, render_template, request, url_for
from markupsafe import Markup

from chatbot.answering.assistant import EARLIER_QUESTIONS, Assistant
from chatbot.answering.model import Quotation
from chatbot.builtin import read_yaml
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
SAMPLE = "sample"
RIGHT_TO_LEFT = {"ar", "fa", "he", "ur"}
DEEPEST_HEADING = 4
LONGEST_INITIALS = 3  # letters; `ms.yaml` is about MS
Headings = list[tuple[int, str, str | None]]  # level, text, anchor


@blueprint.app_context_processor
def common() -> dict[str, Any]:
    """What every page needs: the clinic, where help is to be had, and whether this is a sample."""
    assistant, withdrawn = services().library.now()
    # Inside another site's page links open outside it, and the next page stays embedded.
    embed = "1" if request.args.get("embed") == "1" else None
    return {
        "clinic": assistant.corpus.clinic,
        "direction": "rtl" if assistant.corpus.clinic.language[:2] in RIGHT_TO_LEFT else "ltr",
        "wording": assistant.wording,
        "care": read_yaml("wording.yaml")["care"],
        "help_now": assistant.resources(_all_categories()),
        "disclaimer": assistant.disclaimer,
        "sample": _is_sample(assistant, withdrawn),
        "embed": bool(embed),
        "elsewhere": Markup(' target="_blank" rel="noopener"') if embed else "",
        "ask_url": url_for("pages.chat", embed=embed),
        "feedback_url": url_for("feedback.from_page", embed=embed),
    }


def _is_sample(assistant: Assistant, withdrawn: frozenset[str]) -> bool:
    """Whether a page has to say so; what cannot be told must not keep crisis help from showing."""
    try:
        live = assistant.edition(services().today(), withdrawn).live
    except Exception:
        log.exception("what is live today cannot be told")
        return False
    return any(document.approved_by == SAMPLE for document in live.values())


@blueprint.get("/")
@blueprint.get("/chat")
def chat() -> str:
    """The question page before a question."""
    assistant, withdrawn = services().library.current()
    edition = assistant.edition(services().today(), withdrawn)
    open_now = () if assistant.closed else tuple(edition.live.values())
    return render_template(
        "chat.html",
        exchange=None,
        context=(),
        closed=assistant.closed,
        suggestions=edition.suggestions if open_now else (),
        topics=_topics(open_now),
        articles=[document for document in open_now if document.kind is Kind.ARTICLE],
    )


@blueprint.post("/")
@blueprint.post("/chat")
def post_chat() -> str:
    """The question page with a reply; stateless, so earlier questions travel in the form."""
    exchange = ask(request, services(), incoming.FORM)
    earlier = exchange.context
    if earlier[-1:] != (exchange.question,):  # the same question again, with an option chosen
        earlier = (*earlier, exchange.question)
    return render_template(
        "chat.html",
        exchange=exchange,
        reply=exchange.reply,
        context=earlier[-EARLIER_QUESTIONS:],
        stays=exchange.reply.safety in (Safety.CONCERN, Safety.EMERGENCY),
    )


@blueprint.get("/sources/<document_id>")
def source(document_id: str) -> str:
    """A live document as the clinic approved it, for checking a quotation in its place."""
    assistant, withdrawn = services().library.current()
    edition = assistant.edition(services().today(), withdrawn)
    document = edition.live.get(document_id)
    if document is None:
        raise Refused(404, "This text is not available now. It may be under review.")
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
    settings = services().settings
    state = "log_on" if settings.question_log else "log_off"
    places = {"{clinic}": services().clinic.name, "{days}": str(settings.retention_days)}
    sections = [
        section | {"points": [_filled(point, places) for point in section["points"]]}
        for section in read_yaml("privacy.yaml")
        if section.get("when", state) == state
    ]
    return render_template("privacy.html", sections=sections)


@blueprint.app_template_filter("marked")
def marked_filter(quotation: Quotation) -> str:
    """The quotation's HTML with its key sentence marked; cleaned when the folder was read."""
    return marked(quotation)


@blueprint.app_template_filter("day")
def day_filter(day: date | datetime) -> str:
    """A date as people write it; a time is given as the day it was in the clinic."""
    if isinstance(day, datetime):
        day = services().local(day)
    return f"{day.day} {day:%B %Y}"


@blueprint.app_template_filter("number")
def number_filter(shown: str) -> str:
    """A phone number as a link needs it."""
    return "".join(character for character in shown if character.isdigit() or character == "+")


@blueprint.app_template_filter("site")
def site_filter(url: str) -> str:
    """The name of the site a link leads to."""
    return urlsplit(url).netloc.removeprefix("www.")


def _filled(text: str, places: dict[str, str]) -> str:
    for place, value in places.items():
        text = text.replace(place, value)
    return text


def _topics(documents: Iterable[Document]) -> list[tuple[str, list[str]]]:
    """The approved questions by the file they stand in."""
    topics: dict[str, list[str]] = {}
    for document in documents:
        if document.kind is Kind.FAQ:
            stem = document.file.rsplit("/", 1)[-1].removesuffix(".yaml").removesuffix(".yml")
            words = stem.replace("-", " ")
            title = words.upper() if len(words) <= LONGEST_INITIALS else words.capitalize()
            topics.setdefault(title, []).append(document.title)
    return list(topics.items())


def _outline(document: Document) -> Iterator[tuple[Headings, Passage]]:
    """Each passage with the headings that begin with it, those without text of their own too."""
    before: tuple[str, ...] = ()
    anchor: str | None = None
    for passage in document.passages:
        path = passage.headings
        if (path, passage.anchor) == (before, anchor):
            yield [], passage
            continue
        shared = sum(1 for old, new in zip(before, path[:-1], strict=False) if old == new)
        fresh: Headings = [
            (min(depth + 2, DEEPEST_HEADING), heading, to_anchor(heading))
            for depth, heading in enumerate(path)
            if depth >= shared
        ]
        if fresh:
            fresh[-1] = (*fresh[-1][:2], passage.anchor)
        before, anchor = path, passage.anchor
        yield fresh, passage


@cache
def _all_categories() -> tuple[str, ...]:
    try:
        return tuple(read_yaml("safety/wording.yaml")["en"]["advice"])
    except Exception:  # a broken file must not cost anybody the page
        return ()
