"""A reply as JSON: the contract of `/api/v1/ask` in one place."""

from __future__ import annotations

from typing import Any

from chatbot.answering.model import Citation, Quotation, Reply
from chatbot.knowledge.model import Passage
from chatbot.safety.model import Resource


def reply_json(reply: Reply, reply_id: str, handoff: dict[str, Any]) -> dict[str, Any]:
    """The body of a 200; `handoff` is the offer with url, hours and reply_expected."""
    return {
        "id": reply_id,
        "outcome": reply.outcome.value,
        "reason": reply.reason.value if reply.reason else None,
        "message": reply.message,
        "looked_for": list(reply.looked_for),
        "passages": [_quotation(quotation) for quotation in reply.quotations],
        "citations": [_citation(citation) for citation in reply.citations],
        "options": [
            {
                "label": option.label,
                "passage": option.passage,
                "document": option.document,
                "anchor": option.anchor,
            }
            for option in reply.options
        ],
        "disclaimer": reply.disclaimer,
        "personal": reply.personal,
        "safety": reply.safety.value,
        "resources": resources_json(reply.resources),
        "handoff": handoff,
        "suggestions": list(reply.suggestions),
        "confidence": reply.confidence,
        "knowledge_version": reply.knowledge_version,
    }


def _quotation(quotation: Quotation) -> dict[str, Any]:
    mark = quotation.key_sentence
    return {
        "id": quotation.passage.id,
        "text": quotation.passage.text,
        "html": quotation.passage.html,
        "citation": quotation.citation,
        "key_sentence": list(mark) if mark else None,
        "file": quotation.passage.file,
        "span": list(quotation.passage.span),
        "sha256": quotation.passage.sha256,
    }


def _citation(citation: Citation) -> dict[str, Any]:
    return {
        "number": citation.number,
        "document": citation.document,
        "anchor": citation.anchor,
        "title": citation.title,
        "section": citation.section,
        "url": citation.url,
        "approved_on": citation.approved_on.isoformat(),
        "review_by": citation.review_by.isoformat(),
    }


def resources_json(resources: tuple[Resource, ...]) -> list[dict[str, str | None]]:
    """Where help is to be had, as every error body carries it too."""
    return [
        {
            "label": resource.label,
            "call": resource.call,
            "text": resource.text,
            "text_body": resource.text_body,
            "url": resource.url,
        }
        for resource in resources
    ]


def passage_json(passage: Passage) -> dict[str, Any]:
    """The body of `/api/v1/passages/{id}`: all that is needed to prove a quotation."""
    return {
        "id": passage.id,
        "document": passage.document,
        "file": passage.file,
        "span": list(passage.span),
        "sha256": passage.sha256,
        "source": passage.source,
        "text": passage.text,
        "html": passage.html,
    }
