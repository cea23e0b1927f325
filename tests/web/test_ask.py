"""`POST /api/v1/ask`: every outcome, and the order crisis → limit → validate → closed → answer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.conftest import CLINIC, FOLDER, MakeApp

DANGER = "I want to kill myself"


def ask(client: FlaskClient, question: Any, **fields: Any) -> dict[str, Any]:
    response = client.post("/api/v1/ask", json={"question": question, **fields})
    assert response.status_code == 200, response.get_data(as_text=True)
    body: dict[str, Any] = response.get_json()
    return body


def test_a_question_is_answered_word_for_word_with_its_citation(client: FlaskClient) -> None:
    body = ask(client, "how long does an infusion take?")
    assert body["outcome"] == "answered"
    assert body["reason"] is None
    [passage], [citation] = body["passages"], body["citations"]
    assert passage["text"].startswith("Plan for about two hours in all.")
    assert "<strong>two hours</strong>" in passage["html"]
    source = FOLDER[passage["file"]][slice(*passage["span"])]
    assert "Plan for about **two hours** in all." in source
    assert citation["document"] == "infusion-length"
    assert citation["approved_on"] == "2026-01-15"
    assert citation["url"].startswith("/sources/infusion-length")
    assert "not medical advice" in body["disclaimer"]
    assert body["handoff"]["offered"] is True


def test_an_article_section_is_cited_with_its_anchor(client: FlaskClient) -> None:
    body = ask(client, "how many people took part in the pilot study on ms fatigue?")
    assert body["outcome"] in ("answered", "choose")
    cited = body["citations"] or body["options"]
    assert cited[0]["anchor"] == "what-the-study-found"


def test_an_option_confirmed_by_its_id_is_answered_with_that_passage(client: FlaskClient) -> None:
    first = ask(client, "how long does an infusion take?")["passages"][0]["id"]
    body = ask(client, "tell me about it", passage=first)
    assert body["outcome"] == "answered"
    assert body["passages"][0]["id"] == first


def test_an_unknown_passage_id_means_a_normal_search(client: FlaskClient) -> None:
    body = ask(client, "how long does an infusion take?", passage="gone.000000000000")
    assert body["passages"][0]["id"].startswith("infusion-length.")


def test_nothing_found_hands_off_without_any_source(client: FlaskClient) -> None:
    body = ask(client, "what is the capital of Mongolia?")
    assert (body["outcome"], body["reason"]) == ("handoff", "nothing_found")
    assert body["passages"] == body["citations"] == body["options"] == []
    assert "mongolia" in [word.lower() for word in body["looked_for"]]


def test_a_withheld_best_match_hands_off_and_no_neighbour_answers(client: FlaskClient) -> None:
    body = ask(client, "where can I park my car?")
    assert (body["outcome"], body["reason"]) == ("handoff", "out_of_date")
    assert body["passages"] == body["citations"] == body["options"] == []
    assert "old-parking" not in json.dumps(body)


@pytest.mark.parametrize("question", ["?", "…", "😀😀", "a", "\u200b\u200d!"])
def test_what_cannot_be_read_is_said_so_with_suggestions(
    client: FlaskClient, question: str
) -> None:
    body = ask(client, question)
    assert body["outcome"] == "handoff"
    assert body["reason"] in ("not_understood", "nothing_found")
    if body["reason"] == "not_understood":
        assert body["suggestions"]


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("hello", "automatic"),
        ("Thanks!", "welcome"),
        ("Are you a robot?", "not a person"),
    ],
)
def test_small_talk_is_answered_plainly(client: FlaskClient, question: str, part: str) -> None:
    body = ask(client, question)
    assert body["outcome"] == "greeting"
    assert part in body["message"]
    assert body["suggestions"]


def test_asking_for_a_person_offers_the_staff(client: FlaskClient) -> None:
    body = ask(client, "Can I talk to a real person?")
    assert (body["outcome"], body["reason"]) == ("handoff", None)


def test_personal_advice_is_left_to_the_clinician(client: FlaskClient) -> None:
    body = ask(client, "Should I stop my lamotrigine before my infusion?")
    assert body["personal"] is True
    assert "Only your own clinician" in body["message"]


def test_a_closed_clinic_quotes_nothing_and_still_helps(make_app: MakeApp) -> None:
    files = FOLDER | {"clinic.yaml": CLINIC + "closed: Moving to new articles\n"}
    client = make_app(files).test_client()
    body = ask(client, "how long does an infusion take?")
    assert body["outcome"] == "closed"
    assert body["passages"] == []
    assert ask(client, DANGER)["outcome"] == "crisis"


def test_danger_gets_help_and_nothing_else(client: FlaskClient) -> None:
    body = ask(client, DANGER)
    assert body["outcome"] == "crisis"
    assert body["safety"] == "emergency"
    assert body["passages"] == body["citations"] == body["options"] == []
    assert "988" in {resource["call"] for resource in body["resources"]}


def test_danger_joined_from_two_questions_is_seen(client: FlaskClient) -> None:
    body = ask(client, "how long does an infusion take?", context=[DANGER])
    assert body["outcome"] == "answered"
    assert body["safety"] in ("concern", "emergency")
    assert body["resources"]


CRISIS_WITH_FAULTS = {
    "over-long": json.dumps({"question": "x " * 3000 + DANGER}).encode(),
    "malformed": b'{"question": "' + DANGER.encode() + b'"',
    "unknown field": json.dumps({"question": DANGER, "user": 1}).encode(),
    "wrong type": json.dumps({"question": [DANGER]}).encode(),
    "not an object": json.dumps([DANGER]).encode(),
    "too big": json.dumps({"question": DANGER, "context": ["y" * 70_000]}).encode(),
    "nul": json.dumps({"question": DANGER + "\x00"}).encode(),
    "surrogate": b'{"question": "\\ud800 ' + DANGER.encode() + b'"}',
    "invalid utf-8": b'{"question": "\xff ' + DANGER.encode() + b'"}',
}


@pytest.mark.parametrize("body", CRISIS_WITH_FAULTS.values(), ids=CRISIS_WITH_FAULTS.keys())
@pytest.mark.parametrize("content_type", ["application/json", "text/plain", ""])
def test_danger_is_answered_whatever_is_wrong_around_it(
    client: FlaskClient, body: bytes, content_type: str
) -> None:
    response = client.post("/api/v1/ask", data=body, content_type=content_type)
    assert response.status_code == 200
    assert response.get_json()["outcome"] == "crisis"


def test_the_limit_refuses_questions_but_never_danger(make_app: MakeApp) -> None:
    client = make_app(RATE_LIMIT="2 per minute").test_client()
    statuses = [client.post("/api/v1/ask", json={"question": "hi"}).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    refused = client.post("/api/v1/ask", json={"question": "hi"})
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert refused.get_json()["resources"]
    assert ask(client, DANGER)["outcome"] == "crisis"


def test_a_failing_detector_shows_the_resources(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chatbot.safety.detector import Detector

    def fail(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(Detector, "assess", fail)
    body = ask(client, "how long does an infusion take?")
    assert body["outcome"] == "crisis"
    assert body["resources"]


def test_null_is_not_given(client: FlaskClient) -> None:
    reply = ask(client, "how long does an infusion take?", context=None, passage=None)
    assert reply["outcome"] == "answered"


REFUSED = {
    "null": (422, b'{"question": null}', "application/json"),
    "null in context": (422, b'{"question": "hi", "context": [null]}', "application/json"),
    "unknown null": (422, b'{"question": "hi", "x": null}', "application/json"),
    "empty": (422, json.dumps({"question": ""}).encode(), "application/json"),
    "blank": (422, json.dumps({"question": " \n "}).encode(), "application/json"),
    "missing": (422, b"{}", "application/json"),
    "unknown field": (422, b'{"question": "hi", "x": 1}', "application/json"),
    "wrong type": (422, b'{"question": 7}', "application/json"),
    "wrong context": (422, b'{"question": "hi", "context": "hi"}', "application/json"),
    "10,000 characters": (
        422,
        json.dumps({"question": "word " * 2000}).encode(),
        "application/json",
    ),
    "1 MB": (413, json.dumps({"question": "a" * 1_000_000}).encode(), "application/json"),
    "NUL": (400, json.dumps({"question": "a\x00b"}).encode(), "application/json"),
    "not JSON": (400, b"question=hi", "application/json"),
    "not an object": (422, b"[]", "application/json"),
    "a number": (422, b"7", "application/json"),
    "deep": (400, b"[" * 60_000, "application/json"),
    "not UTF-8": (400, b'{"question": "\xff"}', "application/json"),
    "wrong content type": (415, b'{"question": "hi"}', "text/plain"),
}


@pytest.mark.parametrize(("status", "body", "content_type"), REFUSED.values(), ids=REFUSED.keys())
def test_bad_input_gets_a_clear_problem_with_resources(
    client: FlaskClient, status: int, body: bytes, content_type: str
) -> None:
    response = client.post("/api/v1/ask", data=body, content_type=content_type)
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    problem = response.get_json()
    assert problem["status"] == status
    assert problem["detail"]
    assert problem["resources"]


@pytest.mark.parametrize(
    "question",
    [
        "\x07\x1b[31m how long",
        "\u202egnol woh",
        "how\u200blong\u200d is it",
        "e" + "\u0301" * 1000,
        "\ud800 lone",
        "<script>alert(1)</script> how long",
        "{{ 7*7 }} ${7*7} {% raw %}",
        "'; DROP TABLE handoffs; --",
        "a" * 4000,
        "א" * 200,
        "👩‍👩‍👧‍👦" * 50,
        "NEAR(x) * OR ^ \" '",
    ],
)
def test_strange_text_gets_an_honest_reply(client: FlaskClient, question: str) -> None:
    body = json.dumps({"question": question}).encode()
    response = client.post("/api/v1/ask", data=body, content_type="application/json")
    assert response.status_code == 200
    assert response.get_json()["outcome"] in ("handoff", "answered", "choose", "greeting")


def test_other_methods_are_named(client: FlaskClient) -> None:
    response = client.get("/api/v1/ask")
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]
    assert response.get_json()["resources"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://localhost"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_other_sites_cannot_make_a_browser_ask(
    client: FlaskClient, headers: dict[str, str], status: int
) -> None:
    response = client.post("/api/v1/ask", json={"question": "hi"}, headers=headers)
    assert response.status_code == status
    assert "Access-Control-Allow-Origin" not in response.headers


def test_the_same_request_gives_the_same_bytes(make_app: MakeApp) -> None:
    def body() -> dict[str, Any]:
        reply = ask(make_app().test_client(), "can i have breakfast first?")
        return {name: value for name, value in reply.items() if name != "id"}

    assert json.dumps(body()) == json.dumps(body())


@pytest.mark.parametrize(
    "files",
    [
        {"clinic.yaml": CLINIC},
        {"clinic.yaml": CLINIC, "articles/a.md": "---\ntitle: T\nstatus: draft\n---\nText.\n"},
        {},
        {"clinic.yaml": "name: [broken"},
    ],
    ids=["empty", "drafts only", "nothing at all", "broken clinic"],
)
def test_a_folder_that_can_quote_nothing_still_helps(
    make_app: MakeApp, files: dict[str, str]
) -> None:
    client = make_app(files).test_client()
    assert ask(client, "how long is it?")["outcome"] in ("handoff", "closed")
    assert ask(client, DANGER)["outcome"] == "crisis"
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
    assert client.get("/").status_code == 200
