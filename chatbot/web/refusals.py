"""Saying no: as problem+json under /api and to whoever prefers it, else as a page; always with
resources.

RFC 9457 problem details; `resources` is our extension member.
"""

import logging

from flask import Response, jsonify, render_template, request
from markupsafe import escape
from werkzeug.exceptions import HTTPException

from chatbot.builtin import read_yaml
from chatbot.errors import HandoffConflict, HandoffNotFound, StorageUnavailable, TransitionRefused
from chatbot.safety.model import Resource
from chatbot.safety.resources import resources as built_in_resources
from chatbot.web.serialise import resources_json
from chatbot.web.services import services

log = logging.getLogger(__name__)

WORDING = read_yaml("refusals.yaml")


class Refused(Exception):
    """A request that is not carried out; `field` names what is wrong in it, if one thing is."""

    def __init__(
        self, status: int, detail: str, *, field: str | None = None, retry_after: int = 0
    ) -> None:
        self.status, self.detail, self.field = status, detail, field
        self.retry_after = retry_after  # seconds
        super().__init__(detail)


def answer(error: Exception) -> Response:
    """What is answered instead of a reply; called for every error."""
    response = _written(_refusal(error))
    if allowed := getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _refusal(error: Exception) -> Refused:
    """What is said of an error, whatever it is."""
    match error:
        case Refused():
            return error
        case HTTPException():
            status = error.code or 500
            return Refused(
                status, WORDING["details"].get(status, "Check what was sent and try again.")
            )
        case HandoffNotFound():
            return Refused(404, "There is no such request, or it has been deleted.")
        case HandoffConflict() | TransitionRefused():
            return Refused(409, str(error))
        case StorageUnavailable():
            log.error("storage: %s", error)
            phone = services().clinic.phone
            call = f" You can also call {phone}." if phone else ""
            again = f"It was not saved and not sent. Please try again in a few minutes.{call}"
            return Refused(503, again, retry_after=60)
    # The message of an unexpected error may hold a visitor's words: log its kind and place only.
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    place = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else "?"
    log.error("unexpected %s at %s", type(error).__name__, place)
    return Refused(500, "This is our mistake. Please try again, or ask our staff.")


def _written(error: Refused) -> Response:
    """The refusal in the form the caller reads."""
    title, help_offered = WORDING["titles"].get(error.status, "This did not work"), _resources()
    if wants_json():
        problem = {"type": "about:blank", "title": title, "status": error.status}
        problem |= {"detail": error.detail, "resources": resources_json(help_offered)}
        response = jsonify(problem | ({"field": error.field} if error.field else {}))
        response.content_type = "application/problem+json"
    else:
        response = Response(_page(title, error, help_offered))
    response.status_code = error.status
    if error.retry_after:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def wants_json() -> bool:
    """Whether the caller reads JSON: all do under /api, elsewhere whoever prefers it to a page."""
    kinds = ("text/html", "application/json", "application/problem+json")
    best = request.accept_mimetypes.best_match(kinds, "text/html")
    return request.path.startswith("/api/") or best != "text/html"


def _page(title: str, error: Refused, help_offered: tuple[Resource, ...]) -> str:
    try:
        return render_template("error.html", title=title, error=error, resources=help_offered)
    except Exception:
        log.exception("the error page itself cannot be made")
        lines = [title, error.detail, *(f"{r.label}: {r.call or r.url}" for r in help_offered)]
        return "".join(f"<p>{escape(line)}</p>" for line in lines)


def _resources() -> tuple[Resource, ...]:
    try:
        return services().library.assistant.resources()
    except Exception:
        return built_in_resources("US", (), ())
