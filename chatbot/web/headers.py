"""The security headers of every response, errors included."""

from __future__ import annotations

from flask import Flask, Response, request

from chatbot.web.services import services

BASE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "require-trusted-types-for 'script'; frame-ancestors "
)
FIXED = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
}


def register(app: Flask) -> None:
    """Add the headers to every response of the application."""
    app.after_request(_add)


def _add(response: Response) -> Response:
    for name, value in FIXED.items():
        response.headers.setdefault(name, value)
    framed = request.path in ("/chat", "/", "/feedback")
    embeddable = framed and request.args.get("embed") == "1"
    origins = services().settings.embed_origins
    ancestors = " ".join(("'self'", *origins)) if embeddable and origins else "'none'"
    framing = "frame-src 'self'; " if request.path == "/embed-demo" else ""
    response.headers["Content-Security-Policy"] = framing + BASE_POLICY + ancestors
    # A host page that isolates itself may only frame or load what says it is meant for others.
    shared = request.path == "/static/embed.js" or (embeddable and origins)
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin" if shared else "same-origin"
    if request.path == "/static/embed.js":
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cache-Control"] = "public, max-age=3600, stale-while-revalidate=86400"
    elif not request.path.startswith(("/static/", "/theme.css")):
        response.headers["Cache-Control"] = "no-store"
    return response
