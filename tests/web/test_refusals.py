"""Every error says what to do and where help is to be had, in the form the caller reads."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from chatbot.web import refusals
from chatbot.web.services import EXTENSION
from tests.web.conftest import MakeApp


@pytest.mark.parametrize("path", ["/nowhere", "/sources/nothing", "/handoff/none", "/api/v1/none"])
def test_what_is_not_there_still_shows_where_help_is(client: FlaskClient, path: str) -> None:
    reply = client.get(path)
    assert reply.status_code == 404
    assert "988" in reply.get_data(as_text=True)


def test_an_error_on_a_page_is_a_page_with_the_same_status(client: FlaskClient) -> None:
    reply = client.post("/chat", data={"question": ""})
    assert reply.status_code == 422
    assert reply.content_type.startswith("text/html")
    assert "988" in reply.get_data(as_text=True)


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/json", "application/problem+json"),
        ("application/problem+json", "application/problem+json"),
        ("application/json, text/plain, */*", "application/problem+json"),
        ("text/html;q=0.5, application/json", "application/problem+json"),
        (BROWSER, "text/html"),
        ("*/*", "text/html"),
        ("text/html, application/json", "text/html"),
        ("", "text/html"),
        ("image/png", "text/html"),
    ],
)
def test_the_form_that_a_caller_prefers_is_used_outside_the_interface(
    client: FlaskClient, accept: str, kind: str
) -> None:
    for reply in (
        client.get("/nowhere", headers={"Accept": accept}),
        client.post("/chat", data={"question": ""}, headers={"Accept": accept}),
        client.post("/handoff", data={"question": "x"}, headers={"Accept": accept}),
        client.put("/chat", headers={"Accept": accept}),
    ):
        assert reply.content_type.startswith(kind)
        assert "988" in reply.get_data(as_text=True)
        assert reply.status_code >= 400


def test_an_error_of_the_interface_is_never_a_page(client: FlaskClient) -> None:
    reply = client.get("/api/v1/none", headers={"Accept": BROWSER})
    assert reply.content_type == "application/problem+json"


def test_an_error_inside_shows_help_and_no_detail_of_it(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from chatbot.answering.assistant import Assistant

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a visitor's words")

    monkeypatch.setattr(Assistant, "reply", fail)
    for path, kwargs in (
        ("/api/v1/ask", {"json": {"question": "how long?"}}),
        ("/chat", {"data": {"question": "how long?"}}),
    ):
        reply = client.post(path, **kwargs)  # type: ignore[arg-type]
        assert reply.status_code == 500
        assert "988" in reply.get_data(as_text=True)
        assert "visitor's words" not in reply.get_data(as_text=True)
    assert "visitor's words" not in caplog.text
    assert "RuntimeError" in caplog.text


def test_when_even_the_error_page_fails_help_is_shown_in_plain_text(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> str:
        raise RuntimeError("no templates")

    monkeypatch.setattr(refusals, "render_template", fail)
    reply = client.get("/nowhere")
    assert reply.status_code == 404
    assert "988" in reply.get_data(as_text=True)


def test_danger_on_the_page_gets_help_when_not_even_the_day_can_be_told(
    make_app: MakeApp,
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no edition")

    app = make_app()
    app.extensions[EXTENSION].library.assistant.edition = fail
    reply = app.test_client().post("/chat", data={"question": "I want to kill myself"})
    assert reply.status_code == 200
    assert "Get help now" in reply.get_data(as_text=True)
