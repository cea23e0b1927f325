"""The page that shows the widget to whoever sets it up, and who may frame what."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import expect

from tests.widget.conftest import Visitor, World, chatbot

SITES = "https://blog.example,https://www.example"


def policy(client: FlaskClient, path: str) -> str:
    with client.get(path) as response:
        return str(response.headers["Content-Security-Policy"])


def test_only_the_question_page_may_be_framed_and_only_by_the_sites_named(tmp_path: Path) -> None:
    client = chatbot(tmp_path, EMBED_ORIGINS=SITES).test_client()
    ancestors = "frame-ancestors 'self' https://blog.example https://www.example"
    assert policy(client, "/chat?embed=1").endswith(ancestors)
    framed = client.get("/chat?embed=1").headers
    assert framed["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "X-Frame-Options" not in framed
    for path in ("/chat", "/handoff", "/privacy", "/embed-demo", "/static/embed.js", "/nowhere"):
        assert policy(client, path).endswith("frame-ancestors 'none'"), path


def test_without_named_sites_nothing_may_be_framed(tmp_path: Path) -> None:
    client = chatbot(tmp_path).test_client()
    assert policy(client, "/chat?embed=1").endswith("frame-ancestors 'none'")
    assert client.get("/embed-demo").status_code == 404


def test_any_page_may_load_the_loader_with_an_integrity_hash(tmp_path: Path) -> None:
    with chatbot(tmp_path, EMBED_ORIGINS=SITES).test_client().get("/static/embed.js") as response:
        headers = response.headers
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert headers["Content-Type"].startswith("text/javascript")
    assert headers["Cache-Control"] == "public, max-age=3600, stale-while-revalidate=86400"
    assert headers["ETag"]


def test_the_demonstration_shows_the_lines_to_paste(tmp_path: Path) -> None:
    app = chatbot(tmp_path, EMBED_ORIGINS=SITES, PUBLIC_URL="https://faq.clinic.example")
    text = app.test_client().get("/embed-demo").get_data(as_text=True)
    assert '&lt;a href="https://faq.clinic.example/chat" data-faq-bot&gt;' in text
    assert 'data-phone="555-0100" data-country="US"' in text
    assert "<li>https://blog.example</li>" in text


@pytest.mark.browser
def test_the_demonstration_works(visitor: Callable[..., Visitor], world: World) -> None:
    one = visitor().goto("/embed-demo", origin=world.bot)
    one.open()
    expect(one.dialog).to_be_visible()
    assert one.page.evaluate("violations") == []
    for width in (1280, 360):
        one.page.set_viewport_size({"width": width, "height": 800})
        assert one.page.evaluate("document.documentElement.scrollWidth") <= width
