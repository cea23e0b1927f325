"""The JSON interface under /api/v1; its contract is docs/openapi.yaml. Hand-offs and feedback,
which pages send too, have modules of their own."""

from functools import cache
from typing import Any

import yaml
from flask import Blueprint, Response, jsonify, url_for

from chatbot.settings import ROOT
from chatbot.web import incoming
from chatbot.web.ask import ask
from chatbot.web.refusals import Refused
from chatbot.web.serialise import handoff_json, passage_json, reply_json
from chatbot.web.services import services

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")


@blueprint.post("/ask")
def post_ask() -> Response:
    exchange = ask(incoming.JSON)
    offer = handoff_json(services().clinic, services().now(), url_for("handoffs.form"))
    return jsonify(reply_json(exchange.reply, exchange.id, offer))


@blueprint.get("/suggest")
def suggest() -> Response:
    """All approved questions; the page filters them itself, so nothing typed gets into a URL."""
    edition = services().edition()
    questions = [{"question": d.title, "document": d.id} for d in edition.live.values()]
    return jsonify({"questions": questions, "knowledge_version": edition.version})


@blueprint.get("/passages/<passage_id>")
def passage(passage_id: str) -> Response:
    """What is needed to prove a quotation; withheld passages are not found."""
    found = services().passages().get(passage_id)
    if found is None:
        raise Refused(404, "There is no such passage now. It may have changed or been withdrawn.")
    return jsonify(passage_json(found[1]))


@blueprint.get("/openapi.json")
def openapi() -> Response:
    return jsonify(_openapi())


@cache
def _openapi() -> Any:
    return yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text("utf-8"))
