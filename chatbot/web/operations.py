"""What a load balancer and whoever runs the site look at."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from chatbot.errors import StorageError
from chatbot.web.refusals import Refused
from chatbot.web.services import services

blueprint = Blueprint("operations", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return jsonify({"status": "ok"})


@blueprint.get("/readyz")
def readyz() -> Response:
    """Whether anything can be quoted. A dead database is `degraded`, still 200: a balancer must
    not remove the node that gives crisis help."""
    assistant, withdrawn = services().library.current()
    edition = assistant.edition(services().today(), withdrawn)
    passages = sum(len(document.passages) for document in edition.live.values())
    quoting = bool(passages) and not assistant.closed
    database, oldest = _database()
    problems = services().library.snapshot.problems
    status = "ok" if database == "ok" else "degraded"
    body = {
        "status": status if quoting else "closed",
        "knowledge_version": edition.version,
        "documents": len(edition.live),
        "passages": passages,
        "problems": sum(1 for problem in problems if problem.level == "error"),
        "database": database,
        "oldest_waiting_delivery": oldest,
    }
    response = jsonify(body)
    response.status_code = 200 if quoting else 503
    return response


@blueprint.get("/metrics")
def metrics() -> Response:
    """Numbers for Prometheus, where `METRICS` is on."""
    found = services().metrics
    if found is None:
        raise Refused(404, "Metrics are off. Set CHATBOT_METRICS=on to have them.")
    return Response(found.page(services()), content_type="text/plain; version=0.0.4")


def _database() -> tuple[str, str | None]:
    try:
        waiting = services().store.oldest_waiting(services().now())
    except StorageError:
        return "down", None
    return "ok", waiting.isoformat() if waiting else None
