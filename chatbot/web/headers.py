"""The security headers of every response, errors included."""

from flask import Response, request

from chatbot.builtin import read_yaml
from chatbot.web.services import services

HEADERS = read_yaml("headers.yaml")


def add(response: Response) -> Response:
    """The response with its headers; called after every request."""
    path, headers = request.path, response.headers
    for name, value in HEADERS["fixed"].items():
        headers.setdefault(name, value)
    framed = path in ("/chat", "/", "/feedback") and request.args.get("embed") == "1"
    origins = services().settings.embed_origins if framed else ()
    framing = "frame-src 'self'; " if path == "/embed-demo" else ""
    ancestors = " ".join(("'self'", *origins)) if origins else "'none'"
    headers["Content-Security-Policy"] = f"{framing}{HEADERS['policy']} frame-ancestors {ancestors}"
    # A host page that isolates itself may only frame or load what says it is meant for others.
    shared = origins or path == "/static/embed.js"
    headers["Cross-Origin-Resource-Policy"] = "cross-origin" if shared else "same-origin"
    if path == "/static/embed.js":
        headers["Access-Control-Allow-Origin"] = "*"
        headers["Cache-Control"] = "public, max-age=3600, stale-while-revalidate=86400"
    elif not path.startswith(("/static/", "/theme.css")):
        headers["Cache-Control"] = "no-store"
    return response
