"""A reply as JSON: the contract of `/api/v1/ask` in one place."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from chatbot.answering.model import Citation, Quotation, Reply
from chatbot.handoff.hours import reply_expected
from chatbot.knowledge.model import Clinic, Passage
from chatbot.safety.model import Resource


def reply_json(reply: Reply, reply_id: str, handoff: dict[str, Any]) -> dict[str, Any]:
    """The body of a 200; `handoff` is the offer below."""
    return {
        "id": reply_id,
        **_fields(reply, "outcome", "reason", "message", "looked_for"),
        "passages": [_quotation(quotation) for quotation in reply.quotations],
        "citations": [_citation(citation) for citation in reply.citations],
        "options": [_fields(o, "label", "passage", "document", "anchor") for o in reply.options],
        **_fields(reply, "disclaimer", "personal", "safety"),
        "resources": resources_json(reply.resources),
        "handoff": handoff,
        **_fields(reply, "suggestions", "confidence", "knowledge_version"),
    }


def handoff_json(clinic: Clinic, now: datetime, url: str) -> dict[str, Any]:
    """The way to a person that every reply carries."""
    expected = reply_expected(now, clinic)
    hours = {day: f"{a:%H:%M}-{b:%H:%M}" for day, (a, b) in clinic.hours.items()}
    return {
        "offered": True,
        "url": url,
        "hours": hours or None,
        "reply_expected": expected.isoformat() if expected else None,
    }


def _quotation(quotation: Quotation) -> dict[str, Any]:
    return {
        **_fields(quotation.passage, "id", "text", "html"),
        **_fields(quotation, "citation", "key_sentence"),
        **_fields(quotation.passage, "file", "span", "sha256"),
    }


def _citation(citation: Citation) -> dict[str, Any]:
    return {
        **_fields(citation, "number", "document", "anchor", "title", "section", "url"),
        "approved_on": citation.approved_on.isoformat(),
        "review_by": citation.review_by.isoformat(),
    }


def resources_json(resources: Iterable[Resource]) -> list[dict[str, Any]]:
    """Where help is to be had, as every error body carries it too."""
    return [_fields(one, "label", "call", "text", "text_body", "url") for one in resources]


def passage_json(passage: Passage) -> dict[str, Any]:
    """The body of `/api/v1/passages/{id}`: all that is needed to prove a quotation."""
    return _fields(passage, "id", "document", "file", "span", "sha256", "source", "text", "html")


def _fields(source: object, *names: str) -> dict[str, Any]:
    """The fields of those names; JSON takes tuples and StrEnums as they are."""
    return {name: getattr(source, name) for name in names}
