"""The JSON interface under /api/v1; its contract is docs/openapi.yaml."""

from __future__ import annotations

from functools import cache
from typing import Any

import yaml
from flask import Blueprint, Response, jsonify, request

from chatbot.settings import ROOT
from chatbot.web import incoming
from chatbot.web.ask import ask, handoff_offer
from chatbot.web.refusals import Refused
from chatbot.web.serialise import passage_json, reply_json
from chatbot.web.services import services

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")


@blueprint.post("/ask")
def post_ask() -> Response:
    """Answer one question."""
    exchange = ask(request, services(), incoming.JSON)
    return jsonify(reply_json(exchange.reply, exchange.id, handoff_offer(services())))


@blueprint.get("/suggest")
def suggest() -> Response:
    """All approved questions; the page filters them itself, so nothing typed gets into a URL."""
    assistant, withdrawn = services().library.current()
    edition = assistant.edition(services().today(), withdrawn)
    return jsonify(
        {
            "questions": [
                {"question": document.title, "document": document.id}
                for document in edition.live.values()
            ],
            "knowledge_version": edition.version,
        }
    )


@blueprint.get("/passages/<passage_id>")
def passage(passage_id: str) -> Response:
    """What is needed to prove a quotation; withheld passages are not found."""
    assistant, withdrawn = services().library.current()
    edition = assistant.edition(services().today(), withdrawn)
    for document in edition.live.values():
        for found in document.passages:
            if found.id == passage_id:
                return jsonify(passage_json(found))
    raise Refused(404, "There is no such passage now. It may have changed or been withdrawn.")


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The contract itself."""
    return jsonify(_openapi())


@cache
def _openapi() -> Any:
    return yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text("utf-8"))
