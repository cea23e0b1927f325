"""What a load balancer and whoever runs the site look at."""

from contextlib import suppress

from flask import Blueprint, Response, jsonify, make_response

from chatbot.errors import StorageError
from chatbot.web.refusals import Refused
from chatbot.web.serialise import resources_json
from chatbot.web.services import services

blueprint = Blueprint("operations", __name__)
SOON = 30  # days ahead within which an approval counts as ending


@blueprint.get("/healthz")
def healthz() -> Response:
    return jsonify({"status": "ok"})


@blueprint.get("/readyz")
def readyz() -> Response:
    """Whether anything can be quoted. A dead database is `degraded`, still 200: a balancer must
    not remove the node that gives crisis help."""
    edition, here = services().edition(), services()
    passages = sum(len(document.passages) for document in edition.live.values())
    quoting = bool(passages) and not here.library.assistant.closed
    database, oldest = "down", None
    with suppress(StorageError):
        oldest, database = here.store.oldest_waiting(here.now()), "ok"
    status = "ok" if database == "ok" else "degraded"
    body = {
        "status": status if quoting else "closed",
        "knowledge_version": edition.version,
        "documents": len(edition.live),
        "passages": passages,
        "problems": _errors(),
        "database": database,
        "oldest_waiting_delivery": oldest.isoformat() if oldest else None,
        "resources": resources_json(here.library.assistant.resources()),
    }
    return make_response(jsonify(body), 200 if quoting else 503)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Numbers for Prometheus, where `METRICS` is on."""
    found = services().metrics
    if found is None:
        raise Refused(404, "Metrics are off. Set CHATBOT_METRICS=on to have them.")
    return Response(found.page(_gauges()), content_type="text/plain; version=0.0.4")


def _gauges() -> dict[str, float]:
    """What stands now, by the names in builtin/metrics.yaml."""
    here, today, now = services(), services().today(), services().now()
    live = here.edition().live.values()
    ages = [(today - d.approved_on).days for d in live if d.approved_on]
    gauges: dict[str, float] = {
        "live_documents": len(live),
        "expiring_documents": sum((d.review_by - today).days <= SOON for d in live if d.review_by),
        "knowledge_errors": _errors(),
        "oldest_approval_days": max(ages, default=0),
        "exchanges_dropped": here.store.exchanges.dropped,
        "database_up": 0,
    }
    with suppress(StorageError):
        waiting = here.store.oldest_waiting(now)
        overdue = here.store.inbox.numbers(now, here.clinic.time_zone).overdue
        age = (now - waiting).total_seconds() if waiting else 0
        gauges |= {"database_up": 1, "oldest_delivery_seconds": age, "handoffs_overdue": overdue}
    return gauges


def _errors() -> int:
    return sum(problem.level == "error" for problem in services().library.snapshot.problems)
