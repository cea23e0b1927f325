"""Asking the staff: the JSON call, the form, the confirmation and the private status page."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from chatbot.handoff.model import State
from chatbot.web.incoming import TEXTS, Raw, spoken
from chatbot.web.services import EXTENSION
from tests.web.conftest import MakeApp

KEY = {"Idempotency-Key": "0123456789abcdef"}
BODY = {"question": "Do you treat tinnitus?", "email": "visitor@mail.example", "consent": True}
FORM = {"question": "Do you treat tinnitus?", "email": "visitor@mail.example", "consent": "yes"}


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app()


def inbox(app: Flask) -> Any:
    return app.extensions[EXTENSION].store.inbox.items(states=(State.WAITING,))


def test_a_request_is_kept_before_it_is_acknowledged(app: Flask) -> None:
    reply = app.test_client().post("/api/v1/handoffs", json=BODY, headers=KEY)
    assert reply.status_code == 201
    body = reply.get_json()
    assert re.fullmatch(r"H-[0-9A-Z]{4}-[0-9A-Z]{4}", body["reference"])
    assert body["reply_expected"] is None
    [item] = inbox(app)
    assert (item.reference, item.question) == (body["reference"], BODY["question"])


def test_the_same_key_and_body_is_one_request_and_another_body_is_refused(app: Flask) -> None:
    client = app.test_client()
    first = client.post("/api/v1/handoffs", json=BODY, headers=KEY).get_json()
    again = client.post("/api/v1/handoffs", json=BODY, headers=KEY).get_json()
    assert again == first
    other = client.post("/api/v1/handoffs", json=BODY | {"question": "Else?"}, headers=KEY)
    assert other.status_code == 409
    assert other.get_json()["resources"]
    assert len(inbox(app)) == 1


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"consent": False}, 422),
        ({"consent": "yes"}, 422),
        ({"email": "", "phone": ""}, 422),
        ({"email": "no-at-sign"}, 422),
        ({"email": "a@b.example\nBcc: x@y.example"}, 422),
        ({"name": "a\r\nb"}, 422),
        ({"phone": "banana"}, 422),
        ({"phone": "5 5"}, 422),
        ({"question": " "}, 422),
        ({"shoe_size": 44}, 422),
        ({"reason": "curiosity"}, 422),
        ({"question": None}, 422),
        ({"consent": None}, 422),
        ({"email": None}, 422),
        ({"shoe_size": None}, 422),
    ],
)
def test_what_cannot_be_answered_is_not_kept(
    app: Flask, change: dict[str, Any], status: int
) -> None:
    reply = app.test_client().post("/api/v1/handoffs", json=BODY | change, headers=KEY)
    assert reply.status_code == status
    assert reply.get_json()["resources"]
    assert inbox(app) == ()


def test_a_missing_key_is_asked_for(app: Flask) -> None:
    reply = app.test_client().post("/api/v1/handoffs", json=BODY)
    assert reply.status_code == 400
    assert "Idempotency-Key" in reply.get_json()["detail"]


def test_null_is_not_given(app: Flask) -> None:
    nothing = dict.fromkeys(("name", "message", "phone", "reason", "page"))
    reply = app.test_client().post("/api/v1/handoffs", json=BODY | nothing, headers=KEY)
    assert reply.status_code == 201


@pytest.mark.parametrize("key", ["k1", "a key of words", "x" * 200])
def test_any_key_that_can_be_printed_will_do(app: Flask, key: str) -> None:
    client, headers = app.test_client(), {"Idempotency-Key": key}
    assert client.post("/api/v1/handoffs", json=BODY, headers=headers).status_code == 201


@pytest.mark.parametrize("key", ["", "  ", "x" * 201, "a\tb"])
def test_a_key_that_says_nothing_or_too_much_is_refused(app: Flask, key: str) -> None:
    headers = {"Idempotency-Key": key}
    reply = app.test_client().post("/api/v1/handoffs", json=BODY, headers=headers)
    assert reply.status_code == 400
    assert inbox(app) == ()


def test_the_reason_of_the_reply_travels_along(app: Flask) -> None:
    client = app.test_client()
    page = client.post(
        "/handoff", data={"step": "write", "question": "x?", "reason": "out_of_date"}
    )
    assert 'name="reason" value="out_of_date"' in page.get_data(as_text=True)
    client.post("/handoff", data=FORM | {"reason": "out_of_date"})
    [item] = inbox(app)
    assert item.reason == "out_of_date"


@pytest.mark.parametrize(
    "said", ["I want to kill myself", "i took 30 pills of xanax", "i want to die tonight"]
)
@pytest.mark.parametrize("send", ["form", "json"])
def test_no_field_beside_it_hides_danger(app: Flask, send: str, said: str) -> None:
    client, sender = app.test_client(), {"name": "Pat", "email": "joe.smith@gmail.com"}
    if send == "form":
        page = client.post("/handoff", data=FORM | sender | {"question": said})
        assert "tel:988" in page.get_data(as_text=True).split("<footer")[0].split('id="main"')[1]
    else:
        sent = BODY | sender | {"question": said}
        reply = client.post("/api/v1/handoffs", json=sent, headers=KEY)
        assert reply.get_json()["resources"]
    [item] = inbox(app)
    assert item.urgent


def test_a_body_of_shreds_is_read_in_few_parts_and_none_is_lost() -> None:
    shreds = {"x": [f"word{n}" for n in range(5_000)], "y": ["i want to kill myself"]}
    raw = Raw(json.dumps(shreds).encode(), True, "application/json")
    parts = spoken(raw)
    assert len(parts) == TEXTS + 1
    assert "\n".join(parts).split("\n") == ["x", "y", *shreds["x"], *shreds["y"]]


def test_danger_in_a_request_shows_help_and_marks_it_urgent(app: Flask) -> None:
    danger = BODY | {"message": "I want to kill myself"}
    reply = app.test_client().post("/api/v1/handoffs", json=danger, headers=KEY).get_json()
    assert "988" in {resource["call"] for resource in reply["resources"]}
    [item] = inbox(app)
    assert item.urgent


def test_the_form_keeps_what_was_typed_and_says_what_is_missing(app: Flask) -> None:
    reply = app.test_client().post("/handoff", data={"question": "Tinnitus?", "name": "Ann"})
    page = reply.get_data(as_text=True)
    assert reply.status_code == 422
    assert "Not sent yet" in page
    assert "Tinnitus?" in page
    assert 'value="Ann"' in page


def test_the_trap_for_machines_never_says_sent(app: Flask) -> None:
    reply = app.test_client().post("/handoff", data=FORM | {"website": "https://spam.example"})
    assert reply.status_code == 422
    assert inbox(app) == ()


def test_own_limit_of_five_an_hour(make_app: MakeApp) -> None:
    client = make_app(RATE_LIMIT="60 per minute").test_client()
    statuses = [
        client.post(
            "/api/v1/handoffs", json=BODY, headers={"Idempotency-Key": f"{n:016}"}
        ).status_code
        for n in range(6)
    ]
    assert statuses == [201] * 5 + [429]


@pytest.mark.parametrize("send", ["form", "json"])
def test_what_is_sent_again_for_its_acknowledgement_does_not_count(
    make_app: MakeApp, send: str
) -> None:
    client = make_app(RATE_LIMIT="60 per minute").test_client()

    def status(key: str, question: str = "Tinnitus?") -> int:
        if send == "form":
            return client.post(
                "/handoff", data=FORM | {"question": question, "key": key}
            ).status_code
        headers, sent = {"Idempotency-Key": key}, BODY | {"question": question}
        return client.post("/api/v1/handoffs", json=sent, headers=headers).status_code

    assert [status("a") for _ in range(8)] == [201] * 8
    assert [status(key) for key in "bcde"] == [201] * 4
    assert status("f") == 429
    assert status("a") == 201
    assert status("a", "Else?") == 429
    assert client.post("/handoff", data={"question": "x"}).status_code == 429


@pytest.mark.parametrize("ticked", ["yes", "on", "true", "1", "True"])
def test_a_ticked_box_is_consent_whatever_the_browser_sends_for_it(app: Flask, ticked: str) -> None:
    reply = app.test_client().post("/handoff", data=FORM | {"consent": ticked})
    assert reply.status_code == 201


@pytest.mark.parametrize("left", ["no", "off", "false", "0", "", "maybe", None])
def test_without_consent_nothing_is_kept(app: Flask, left: str | None) -> None:
    reply = app.test_client().post("/handoff", data=FORM | {"consent": left})
    assert reply.status_code == 422
    assert "Tick the box" in reply.get_data(as_text=True)
    assert inbox(app) == ()


def test_the_box_stays_ticked_when_something_else_is_wrong(app: Flask) -> None:
    page = app.test_client().post("/handoff", data=FORM | {"email": "none"})
    assert re.search(r'name="consent" value="yes" checked', page.get_data(as_text=True))


def sent(client: FlaskClient) -> tuple[str, str]:
    """(path of the status page, code) of a request sent by the form."""
    reply = client.post("/handoff", data=FORM)
    assert reply.status_code == 201
    page = reply.get_data(as_text=True)
    link = re.search(r"/handoff/[\w-]+", page)
    code = re.search(r"\b[0-9A-Z]{3}-[0-9A-Z]{3}\b", page)
    assert link
    assert code
    return link.group(), code.group()


def test_the_link_of_the_confirmation_shows_the_request_and_is_kept_private(app: Flask) -> None:
    client = app.test_client()
    path, _ = sent(client)
    page = client.get(path)
    assert "tinnitus" in page.get_data(as_text=True)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert "noindex" in page.headers["X-Robots-Tag"]


def test_a_wrong_link_is_not_found(client: FlaskClient) -> None:
    assert client.get("/handoff/" + "x" * 43).status_code == 404


def test_a_visitor_can_delete_a_request(app: Flask) -> None:
    client = app.test_client()
    path, code = sent(client)
    client.post(path, data={"action": "delete", "code": code})
    assert inbox(app) == ()
    assert "tinnitus" not in client.post(path, data={"action": "open", "code": code}).get_data(
        as_text=True
    )


def test_the_key_that_the_form_makes_is_never_taken_for_danger(app: Flask) -> None:
    client = app.test_client()
    for _ in range(100):
        key = re.search(r'name="key" value="([^"]+)"', client.get("/handoff").text)
        assert key
        assert key[1].isdecimal()
        assert app.extensions[EXTENSION].library.assistant.danger(key[1]).safety == "none"
