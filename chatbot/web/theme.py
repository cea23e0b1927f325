"""`/theme.css`: the clinic's accent as custom properties, readable in light and in dark."""

from __future__ import annotations

from flask import Blueprint, Response, request

from chatbot.knowledge.colour import DARK_PAGE, WHITE, on_dark
from chatbot.web.services import services

blueprint = Blueprint("theme", __name__)


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
    response.make_conditional(request)
    return response
