"""Saying no: every error as problem+json under /api and as a page elsewhere, always with resources.

RFC 9457 problem details; `resources` is our extension member.
"""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, Response, jsonify, render_template, request
from markupsafe import escape
from werkzeug.exceptions import HTTPException

from chatbot.errors import HandoffConflict, HandoffNotFound, StorageUnavailable, TransitionRefused
from chatbot.safety.model import Resource
from chatbot.safety.resources import resources as built_in_resources
from chatbot.web.serialise import resources_json
from chatbot.web.services import services

log = logging.getLogger(__name__)
HTML = "text/html; charset=utf-8"

TITLES = {
    400: "This request cannot be read",
    403: "This request came from another site",
    404: "There is nothing here",
    405: "This address does not take that method",
    409: "This cannot be done as it stands",
    413: "This message is too long",
    415: "This format is not accepted",
    422: "This request cannot be used",
    429: "Too many questions in a short time",
    500: "Something went wrong here",
    503: "This could not be saved",
}


class Refused(Exception):
    """A request that is not carried out; `field` names what is wrong in it, if one thing is."""

    def __init__(
        self, status: int, detail: str, *, field: str | None = None, retry_after: int = 0
    ) -> None:
        self.status = status
        self.detail = detail
        self.field = field
        self.retry_after = retry_after
        super().__init__(detail)


def register(app: Flask) -> None:
    """Let the application write all its errors here."""
    app.register_error_handler(Refused, refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(StorageUnavailable, _unavailable)
    app.register_error_handler(HandoffNotFound, _gone)
    app.register_error_handler(HandoffConflict, _conflict)
    app.register_error_handler(TransitionRefused, _conflict)
    app.register_error_handler(Exception, _unexpected)


def refused(error: Refused) -> Response:
    """The refusal in the form the caller reads: JSON under /api, a page elsewhere."""
    title = TITLES.get(error.status, "This did not work")
    help_offered = _resources()
    if request.path.startswith("/api/"):
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": title,
            "status": error.status,
            "detail": error.detail,
            "resources": resources_json(help_offered),
        }
        if error.field:
            body["field"] = error.field
        response = jsonify(body)
        response.content_type = "application/problem+json"
    else:
        response = Response(_page(title, error, help_offered), content_type=HTML)
    response.status_code = error.status
    if error.retry_after:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _page(title: str, error: Refused, help_offered: tuple[Resource, ...]) -> str:
    try:
        return render_template("error.html", title=title, error=error, resources=help_offered)
    except Exception:
        log.exception("the error page itself cannot be made")
        lines = [title, error.detail, *(f"{r.label}: {r.call or r.url}" for r in help_offered)]
        return "".join(f"<p>{escape(line)}</p>" for line in lines)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return Response(error.get_response().get_data(), status, error.get_headers())
    details = {
        404: "Check the address, or start from the question page.",
        405: "Use one of the methods in the Allow header.",
        413: "Shorten it and send it again.",
    }
    response = refused(Refused(status, details.get(status, "Check what was sent and try again.")))
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _unavailable(error: StorageUnavailable) -> Response:
    log.error("storage: %s", error)
    clinic = services().clinic
    phone = f" You can also call {clinic.phone}." if clinic.phone else ""
    detail = f"It was not saved and not sent. Please try again in a few minutes.{phone}"
    return refused(Refused(503, detail, retry_after=60))


def _gone(_: HandoffNotFound) -> Response:
    return refused(Refused(404, "There is no such request, or it has been deleted."))


def _conflict(error: HandoffConflict | TransitionRefused) -> Response:
    return refused(Refused(409, str(error)))


def _unexpected(error: Exception) -> Response:
    # The message of an unexpected error may hold a visitor's words: log its kind and place only.
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    place = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else "?"
    log.error("unexpected %s at %s", type(error).__name__, place)
    return refused(Refused(500, "This is our mistake. Please try again, or ask our staff."))


def _resources() -> tuple[Resource, ...]:
    try:
        return services().library.assistant.resources()
    except Exception:
        return built_in_resources("US", (), ())
