"""What a balancer and Prometheus see."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.web.conftest import MakeApp


def test_ready_counts_what_can_be_quoted(client: FlaskClient) -> None:
    ready = client.get("/readyz")
    body = ready.get_json()
    assert (ready.status_code, body["status"], body["database"]) == (200, "ok", "ok")
    assert body["documents"] == 3
    assert body["passages"] == 4
    assert len(body["knowledge_version"]) == 64


def test_not_ready_says_where_help_is(make_app: MakeApp) -> None:
    ready = make_app({"clinic.yaml": "name: X"}).test_client().get("/readyz")
    body = ready.get_json()
    assert (ready.status_code, body["status"], body["passages"]) == (503, "closed", 0)
    assert "988" in {resource["call"] for resource in body["resources"]}


def test_metrics_are_off_unless_asked_for(client: FlaskClient) -> None:
    assert client.get("/metrics").status_code == 404


def test_metrics_count_outcomes_and_hold_no_words(make_app: MakeApp) -> None:
    client = make_app(METRICS="on").test_client()
    for question in ("how long does an infusion take?", "where is Mongolia?", "I want to die"):
        client.post("/api/v1/ask", json={"question": question})
    page = client.get("/metrics").get_data(as_text=True)
    assert 'faq_questions_total{outcome="answered",reason=""} 1.0' in page
    assert 'faq_questions_total{outcome="handoff",reason="nothing_found"} 1.0' in page
    assert 'faq_questions_total{outcome="crisis",reason=""} 1.0' in page
    assert "faq_database_up 1.0" in page
    assert "faq_live_documents 3.0" in page
    assert "Mongolia" not in page
