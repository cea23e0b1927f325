"""Forged addresses, other sites, foreign paths and methods."""

from __future__ import annotations

import random
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.faults.conftest import Tried
from tests.web.conftest import MakeApp

SEED = 20261125
FORGED = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Client-IP", "True-Client-IP",
          "CF-Connecting-IP", "X-Forwarded-Host", "X-Originating-IP")  # fmt: skip


def addresses(count: int) -> list[str]:
    chance = random.Random(SEED)
    return [".".join(str(chance.randrange(256)) for _ in range(4)) for _ in range(count)]


def test_a_forged_address_never_gets_around_the_limit(make_app: MakeApp, tried: Tried) -> None:
    client = make_app(RATE_LIMIT="60 per hour").test_client()
    served = 0
    for address in addresses(1000):
        headers = {name: f"for={address}" if name == "Forwarded" else address for name in FORGED}
        reply = client.post("/api/v1/ask", json={"question": "hi"}, headers=headers)
        served += reply.status_code == 200
    assert served == 60
    tried(1000, "60 served of a limit of 60", SEED)


def test_behind_a_proxy_only_its_own_word_counts(make_app: MakeApp, tried: Tried) -> None:
    """The client writes what it likes into the header; the proxy adds the true address last."""
    client = make_app(RATE_LIMIT="60 per hour", TRUSTED_PROXIES="1").test_client()
    served = 0
    for address in addresses(1000):
        headers = {"X-Forwarded-For": f"{address}, 203.0.113.7"}
        reply = client.post("/api/v1/ask", json={"question": "hi"}, headers=headers)
        served += reply.status_code == 200
    assert served == 60
    tried(1000, "60 served of a limit of 60", SEED)


ELSEWHERE = (
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "same-site", "Origin": "https://evil.clinic.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost.evil.example"},
)


def places(app: Flask, method: str) -> list[str]:
    """An address of every route that takes this method."""
    return sorted({
        re.sub(r"<(?:\w+:)?(\w+)>", "x", rule.rule)
        for rule in app.url_map.iter_rules()
        if method in (rule.methods or ())
    })  # fmt: skip


def test_no_other_site_can_make_a_browser_do_anything(make_app: MakeApp, tried: Tried) -> None:
    app = make_app()
    client, count = app.test_client(), 0
    for place in places(app, "POST"):
        json_wanted = place.startswith("/api/")
        for headers in ELSEWHERE:
            body = {"question": "hi", "reply": "x", "helpful": True, "email": "a@b.example"}
            sent = {"json": body} if json_wanted else {"data": {"question": "hi", "reply": "x"}}
            reply = client.post(place, headers=headers, **sent)  # type: ignore[arg-type]
            # An opinion is always thanked for and then dropped; `step=write` only fills a form.
            expected = 204 if place == "/api/v1/feedback" else 403
            assert reply.status_code == expected, (place, headers)
            assert "Access-Control-Allow-Origin" not in reply.headers
            count += 1
    tried(count)


def test_no_other_site_may_read_or_frame_anything(make_app: MakeApp, tried: Tried) -> None:
    app = make_app()
    client, count = app.test_client(), 0
    for place in {*places(app, "GET"), *places(app, "POST")}:
        asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
        for method in ("OPTIONS", "GET"):
            reply = client.open(place, method=method, headers=asked)
            assert "Access-Control-Allow-Origin" not in reply.headers, place
            assert "frame-ancestors 'none'" in reply.headers["Content-Security-Policy"], place
            count += 1
    tried(count)


ODD = (
    "/.git/config", "/.env", "/..%2f..%2fetc/passwd", "/static/../chatbot/app.py",
    "/static/%2e%2e/wsgi.py", "/static/..%5c..%5cwsgi.py", "/static//etc/passwd",
    "/sources/../../etc/passwd", "/sources/%2e%2e%2f", "/sources/old-parking",
    "/instance/chatbot.db", "/knowledge/clinic.yaml", "/api/v1/passages/../../x",
    "/api/v1/passages/old-parking.000000000000",
    "/api/v1/handoffs/H-7KMR-4XQD", "/handoff/x", "/handoff/..%2f", "/staff/handoffs/H-7KMR-4XQD",
    "/staff/handoffs/H-7KMR-4XQD/export", "/staff/", "/staff/knowledge/", "/docs/", "/debug",
    "/console", "/wp-admin", "/%00", "/api/v1/", "/api/v1/openapi.yaml", "/server-status",
)  # fmt: skip


@pytest.mark.parametrize("place", ODD)
def test_what_is_not_for_everybody_is_refused(client: FlaskClient, place: str) -> None:
    reply = client.get(place, follow_redirects=True)  # a doubled slash becomes one
    assert reply.status_code in (401, 403, 404, 405), place
    assert b"root:" not in reply.data
    assert b"create_app" not in reply.data


def test_methods_that_nothing_takes_are_refused(make_app: MakeApp, tried: Tried) -> None:
    app = make_app()
    client, count = app.test_client(), 0
    for place in {*places(app, "GET"), *places(app, "POST")}:
        for method in ("PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND"):
            reply = client.open(place, method=method)
            assert reply.status_code in (401, 404, 405), (method, place)
            count += 1
    tried(count)
