"""The security headers of every route and every error, scored as MDN's HTTP Observatory scores.

The points are those of its published table (charts.js of mdn-http-observatory); 100 is an A+. What
only a real https site can be asked (certificates, redirects from http) is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.web.conftest import MakeApp

HALF_A_YEAR = 15_768_000  # seconds
PRIVATE = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
OURS = "https://faq.clinic.example"


class _Page(HTMLParser):
    """What a page would load by itself."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.scripts: list[dict[str, str | None]] = []
        self.loaded: list[str] = []
        self.inline = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script":
            self.scripts.append(given)
        self.inline += "style" in given or any(name.startswith("on") for name in given)
        source = given.get("src") or (given.get("href") if tag == "link" else None)
        if source and given.get("rel") not in ("canonical", "alternate"):
            self.loaded.append(source)


def directives(policy: str) -> dict[str, list[str]]:
    parts = [part.split() for part in policy.split(";") if part.strip()]
    return {part[0]: part[1:] for part in parts}


def penalties(reply: TestResponse) -> Iterator[tuple[str, int]]:
    """What costs points."""
    headers = reply.headers
    policy = directives(headers.get("Content-Security-Policy", ""))
    if not policy:
        yield "no content security policy", -25
    elif any("unsafe-" in source for sources in policy.values() for source in sources):
        yield "unsafe sources", -20
    if "frame-ancestors" not in policy and "X-Frame-Options" not in headers:
        yield "may be framed", -20
    transport = re.search(r"max-age=(\d+)", headers.get("Strict-Transport-Security", ""))
    if not transport:
        yield "no strict transport", -20
    elif int(transport[1]) < HALF_A_YEAR:
        yield "short strict transport", -10
    if headers.get("X-Content-Type-Options") != "nosniff":
        yield "sniffing", -5
    if headers.get("Referrer-Policy") == "unsafe-url":
        yield "referrer everywhere", -5
    if headers.get("Access-Control-Allow-Origin") and (
        headers.get("Access-Control-Allow-Credentials") == "true"
    ):
        yield "open to all with credentials", -50
    for cookie in headers.getlist("Set-Cookie"):
        session = "staff" in cookie
        if "Secure" not in cookie:
            yield "cookie without Secure", -40 if session else -20
        if session and "HttpOnly" not in cookie:
            yield "session cookie without HttpOnly", -30
    if reply.mimetype == "text/html":
        for script in _Page(reply.get_data(as_text=True)).scripts:
            if "//" in (script.get("src") or "") and not script.get("integrity"):
                yield "foreign script without integrity", -50


def bonuses(reply: TestResponse) -> Iterator[tuple[str, int]]:
    """What earns points, where the penalties leave 90."""
    headers = reply.headers
    policy = directives(headers.get("Content-Security-Policy", ""))
    if policy.get("default-src") == ["'none'"]:
        yield "nothing by default", 10
    for name in ("Opener", "Embedder", "Resource"):
        value = headers.get(f"Cross-Origin-{name}-Policy")
        if value in ("same-origin", "require-corp"):
            yield name, 10
    if "frame-ancestors" in policy:
        yield "framing", 5
    if headers.get("Referrer-Policy") in PRIVATE:
        yield "referrer", 5
    cookies = headers.getlist("Set-Cookie")
    if cookies and all(
        word in cookie for cookie in cookies for word in ("Secure", "HttpOnly", "SameSite")
    ):
        yield "cookies", 5


def score(reply: TestResponse) -> int:
    lost = sum(points for _, points in penalties(reply))
    won = sum(points for _, points in bonuses(reply)) if 100 + lost >= 90 else 0
    return 100 + lost + won


def replies(app: Flask) -> Iterator[tuple[str, TestResponse]]:
    """Every route by every method, and every way to be refused."""
    client = app.test_client()

    def send(method: str, path: str, **more: object) -> tuple[str, TestResponse]:
        return f"{method} {path}", client.open(path, method=method, base_url=OURS, **more)  # type: ignore[arg-type]

    known = {"document_id": "infusion-length", "filename": "site.css"}
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: known.get(found[1], "x"), rule.rule)
        for method in ("GET", "HEAD", "OPTIONS", "POST", "DELETE", "TRACE"):
            yield send(method, path)
    kind = "application/json"
    for data in (b"", b"{", b"[]", b"{}", b'{"question": ""}', b'{"question": "a\\u0000"}',
                 b"x" * 70_000, b'{"question": "how long does it take"}',
                 b'{"question": "I want to die"}'):  # fmt: skip
        yield send("POST", "/api/v1/ask", data=data, content_type=kind)
        yield send("POST", "/api/v1/ask", data=data, content_type="text/plain")
        yield send("POST", "/api/v1/handoffs", data=data, content_type=kind)
        form = {"question": data.decode()[:5000]}
        yield send("POST", "/chat", data=form)
        yield send("POST", "/handoff", data=form)
    yield send("POST", "/staff/sign-in", data={"name": "Anna", "password": "x"})
    for path in ("/nowhere", "/static/nothing.js", "/api/v1/nothing", "/static//site.css",
                 "/staff/nothing", "/chat/"):  # fmt: skip
        yield send("GET", path)
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    yield send("POST", "/api/v1/ask", json={"question": "hi"}, headers=elsewhere)
    for _ in range(8):
        yield send("POST", "/api/v1/handoffs", json={})


@pytest.mark.parametrize("settings", [{}, {"EMBED_ORIGINS": "https://blog.example"}], ids=str)
def test_every_route_and_every_error_scores_a_plus_and_loads_nothing_from_elsewhere(
    make_app: MakeApp, settings: dict[str, str]
) -> None:
    app = make_app(RATE_LIMIT="1000 per minute", METRICS="on", PUBLIC_URL=OURS, **settings)
    seen: dict[int, int] = {}
    pages = 0
    ours = re.compile(rf"(?!//)/|{re.escape(OURS)}/|data:image/")
    for name, reply in replies(app):
        assert list(penalties(reply)) == [], name
        assert score(reply) >= 100, name
        seen[reply.status_code] = seen.get(reply.status_code, 0) + 1
        if reply.mimetype == "text/html" and reply.data:
            pages += 1
            page = _Page(reply.get_data(as_text=True))
            assert [source for source in page.loaded if not ours.match(source)] == [], name
            assert all("src" in script for script in page.scripts), name
            assert page.inline == 0, name
    assert pages > 30
    assert {200, 400, 401, 403, 404, 405, 413, 415, 422, 429} <= set(seen)


def test_unexpected_errors_score_a_plus_too(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chatbot.answering.assistant import Assistant

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    client = make_app().test_client()
    monkeypatch.setattr(Assistant, "reply", fail)
    for reply in (
        client.post("/api/v1/ask", json={"question": "hi"}),
        client.post("/chat", data={"question": "hi"}),
    ):
        assert reply.status_code == 500
        assert score(reply) >= 100


@pytest.mark.parametrize(
    ("change", "worth"),
    [
        ({"Content-Security-Policy": None}, 55),
        ({"Content-Security-Policy": "default-src 'self' 'unsafe-inline'"}, 60),
        ({"Strict-Transport-Security": None}, 80),
        ({"Strict-Transport-Security": "max-age=100"}, 140),
        ({"X-Content-Type-Options": None}, 145),
        ({"Set-Cookie": "staff=x"}, 30),
    ],
)
def test_the_scorer_takes_points_away(
    make_app: MakeApp, change: dict[str, str | None], worth: int
) -> None:
    reply = make_app().test_client().get("/healthz")
    assert score(reply) == 150
    for name, value in change.items():
        reply.headers.pop(name, None)
        if value:
            reply.headers[name] = value
    assert score(reply) == worth
