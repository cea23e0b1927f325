"""The pages as they are sent: complete without scripts, and saying only what is so."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest
from flask.testing import FlaskClient

from chatbot.web.services import EXTENSION, Services
from tests.web.conftest import ARTICLE, CLINIC, FOLDER, VISITS, MakeApp

DANGER = "I want to kill myself"
QUESTION = "how long does an infusion take?"


def get(client: FlaskClient, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, response.status
    return response.get_data(as_text=True)


def post(client: FlaskClient, path: str, **fields: str | list[str]) -> str:
    response = client.post(path, data=fields)
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.get_data(as_text=True)


def reports(client: FlaskClient) -> list[tuple[str, str]]:
    services: Services = client.application.extensions[EXTENSION]
    return [(report.reply, report.reason) for report in services.store.exchanges.reports()]


def text(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def test_the_opening_page_says_what_it_is_what_it_can_and_what_it_cannot(
    client: FlaskClient,
) -> None:
    page = text(get(client, "/chat"))
    for part in (
        "not a person",
        "Book, move or cancel a visit",
        "See your records or test results",
        "Give prices",
        "Can I eat before my visit?",
        "Ketamine and MS fatigue",
        "Privacy",
        "Talk to a person",
        "not medical advice",
    ):
        assert part in page


def test_a_closed_clinic_says_so_before_anybody_types(make_app: MakeApp) -> None:
    clinic = CLINIC + "closed: Moving house\n"
    page = text(get(make_app(FOLDER | {"clinic.yaml": clinic}).test_client(), "/chat"))
    assert "not answering questions here at the moment" in page
    assert "Can I eat before my visit?" not in page
    assert "Talk to a person" in page
    assert "You can ask about" not in page
    assert "Use your own words" not in page
    assert "Call 911" in page


def test_while_the_clinic_is_closed_no_text_is_shown_anywhere(make_app: MakeApp) -> None:
    before = make_app(FOLDER).test_client()
    passage = before.post("/api/v1/ask", json={"question": "How long does an infusion take?"})
    shown = f"/api/v1/passages/{passage.get_json()['passages'][0]['id']}"
    assert before.get(shown).status_code == 200
    assert before.get("/sources/ms-fatigue").status_code == 200
    closed = make_app(FOLDER | {"clinic.yaml": CLINIC + "closed: Moving\n"}).test_client()
    assert closed.get("/api/v1/suggest").get_json()["questions"] == []
    assert closed.get("/sources/ms-fatigue").status_code == 404
    assert closed.get(shown).status_code == 404


def test_what_is_withheld_is_not_among_the_topics(client: FlaskClient) -> None:
    assert "Where can I park my car?" not in text(get(client, "/chat"))


@pytest.mark.parametrize("path", ["/chat", "/chat?embed=1", "/handoff", "/privacy", "/sources/no"])
def test_every_page_carries_numbers_to_call_as_links_and_as_text(
    client: FlaskClient, path: str
) -> None:
    page = client.get(path).get_data(as_text=True)
    assert '<a href="tel:911">Call 911</a>' in page
    assert "Call 988" in text(page)
    assert "1-800-222-1222" in page


def test_an_answer_shows_title_date_link_mark_and_disclaimer(client: FlaskClient) -> None:
    page = post(client, "/chat", question=QUESTION)
    assert "<mark>" in page
    assert "<strong>two hours</strong>" in page.replace("<mark>", "").replace("</mark>", "")
    assert "Approved by our clinic on 15 January 2026." in text(page)
    assert 'href="/sources/infusion-length' in page
    assert page.count("not medical advice") == 2  # under the answer and at the end of the page


def test_what_was_asked_is_in_no_address_and_not_in_the_title(client: FlaskClient) -> None:
    page = post(client, "/chat", question="zebrafish infusion")
    links = re.findall(r'(?:href|action|src)="([^"]*)"', page)
    assert not [link for link in links if "zebrafish" in link]
    assert "zebrafish" not in page[: page.index("</title>")]


def test_markup_in_a_question_is_shown_and_not_run(client: FlaskClient) -> None:
    page = post(client, "/chat", question="<script>alert(1)</script> infusion?")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_choice_is_a_button_that_carries_all_that_is_needed(client: FlaskClient) -> None:
    page = post(client, "/chat", question=QUESTION, context=["a", "b", "c", "d"])
    kept = re.findall(r'name="context" value="([^"]*)"', page[page.index('id="ask"') :])
    assert kept == ["c", "d", QUESTION]


def test_danger_comes_first_is_an_alert_and_is_not_repeated(client: FlaskClient) -> None:
    page = post(client, "/chat", question=DANGER)
    article = page[page.index("<article") : page.index("</article>")]
    assert 'role="alert"' in article
    assert article.index('role="alert"') < article.index("<form")
    assert DANGER not in text(article)
    assert "not for emergencies" in text(article)
    assert "<title>Help now" in page
    assert 'class="help-strip stays"' in page


def test_danger_in_spanish_is_answered_in_spanish(client: FlaskClient) -> None:
    page = post(client, "/chat", question="me quiero matar")
    article = page[page.index("<article") : page.index("</article>")]
    assert 'lang="es"' in article
    assert "Busque ayuda ahora" in article
    assert "Llame al 911" in text(article)


def test_after_danger_the_numbers_stay_while_the_next_question_is_answered(
    client: FlaskClient,
) -> None:
    page = post(client, "/chat", question=QUESTION, context=[DANGER])
    assert "blockquote" in page
    assert 'class="help-strip stays"' in page


def test_violence_offers_a_way_to_leave_fast(client: FlaskClient) -> None:
    page = post(client, "/chat", question="my husband hits me and I am afraid to go home")
    assert "data-leave" in page
    assert "data-leave" not in post(client, "/chat", question=DANGER)


def test_personal_advice_puts_the_staff_before_the_passage(make_app: MakeApp) -> None:
    entry = """\
  - id: lamotrigine
    question: Do I need to stop lamotrigine before ketamine?
    answer: |
      Ask the doctor who prescribes it.
"""
    client = make_app(FOLDER | {"faqs/visits.yaml": VISITS + entry}).test_client()
    assistant = client.application.extensions[EXTENSION].library.assistant
    assistant.gate = replace(assistant.gate, answer_at=0.0, option_at=0.0)  # surely answered
    page = post(client, "/chat", question="Should I stop my lamotrigine before ketamine?")
    order = ("Only your own clinician", "Ask our staff", "Ask the doctor who prescribes it")
    places = [page.index(part) for part in order]
    assert places == sorted(places)


def test_inside_another_page_there_is_no_frame_and_forms_stay_inside(client: FlaskClient) -> None:
    page = get(client, "/chat?embed=1")
    assert "<header" not in page
    assert "<footer" not in page
    assert 'action="/chat?embed=1#latest"' in page
    assert 'action="/chat#latest"' not in page


def test_an_article_has_its_headings_where_the_citations_point(make_app: MakeApp) -> None:
    article = ARTICLE + "\n## Later\n\n### After four weeks\n\nSome felt less tired.\n"
    client = make_app(FOLDER | {"articles/ms-fatigue.md": article}).test_client()
    page = get(client, "/sources/ms-fatigue")
    assert '<h2 id="what-the-study-found">What the study found</h2>' in page
    assert '<h2 id="later">Later</h2><h3 id="after-four-weeks">After four weeks</h3>' in page
    assert "Approved by our clinic on 15 January 2026" in text(page)


def test_references_are_listed(make_app: MakeApp) -> None:
    line = 'references: [{title: The study, url: "https://clinic.example/s"}]\n'
    article = ARTICLE.replace("---\nFatigue", line + "---\nFatigue")
    client = make_app(FOLDER | {"articles/ms-fatigue.md": article}).test_client()
    assert '<a href="https://clinic.example/s" rel="noopener">The study</a>' in get(
        client, "/sources/ms-fatigue"
    )


@pytest.mark.parametrize("document", ["old-parking", "unknown"])
def test_a_withheld_document_is_not_shown(client: FlaskClient, document: str) -> None:
    response = client.get(f"/sources/{document}")
    assert response.status_code == 404
    assert "Park behind" not in response.get_data(as_text=True)


def test_privacy_tells_how_long_and_whether_questions_are_kept(make_app: MakeApp) -> None:
    page = text(get(make_app(RETENTION_DAYS="30").test_client(), "/privacy"))
    assert "30 days" in page
    assert "is then forgotten" in page
    assert "We keep questions for" not in page
    kept = text(get(make_app(QUESTION_LOG="on").test_client(), "/privacy"))
    assert "We keep questions for 90 days" in kept
    assert "is then forgotten" not in kept


def test_privacy_promises_nothing_that_a_setting_or_an_open_request_breaks(
    make_app: MakeApp,
) -> None:
    forgotten = text(get(make_app().test_client(), "/privacy"))
    kept = text(get(make_app(QUESTION_LOG="on").test_client(), "/privacy"))
    assert "Nobody reads along" in forgotten
    assert "Nobody reads along" not in kept
    assert "While it waits for an answer, we keep it." in kept
    sample = FOLDER["faqs/visits.yaml"].replace("Medical director", "sample")
    page = get(make_app(FOLDER | {"faqs/visits.yaml": sample}).test_client(), "/privacy")
    assert "lawyer" not in page  # that is for the staff


@pytest.mark.parametrize("path", ["/chat", "/handoff", "/privacy", "status"])
def test_the_number_of_the_clinic_can_be_tapped_wherever_it_stands(
    client: FlaskClient, path: str
) -> None:
    if path == "status":
        fields = {"question": "Is there a lift?", "phone": "555 0123", "consent": "yes"}
        page = client.post("/handoff", data=fields).get_data(as_text=True)
        found = re.search(r"/handoff/[\w-]{20,}", page)
        assert found
        path = found[0]
    page = get(client, path)
    shown = page.count("555-0100")
    assert shown == page.count('href="tel:5550100">555-0100</a>') > 0


def test_the_clinic_begins_the_privacy_page_in_its_own_words(make_app: MakeApp) -> None:
    clinic = CLINIC + "wording: {privacy: Ours is a small house.}\n"
    client = make_app(FOLDER | {"clinic.yaml": clinic}).test_client()
    assert "Ours is a small house." in get(client, "/privacy")


def test_a_sample_is_called_a_sample_until_nothing_of_it_is_live(make_app: MakeApp) -> None:
    banner = "Sample content, not reviewed by a clinician"
    sample = VISITS.replace("Medical director", "sample")
    client = make_app(FOLDER | {"faqs/visits.yaml": sample}).test_client()
    assert banner in get(client, "/chat")
    assert banner in client.get("/nothing").get_data(as_text=True)
    assert banner not in get(make_app().test_client(), "/chat")
    shown = text(post(client, "/chat", question=QUESTION))
    assert "Sample text of 15 January 2026, not approved by a clinician." in shown
    assert "Approved by our clinic" not in shown


def test_the_accent_is_readable_in_light_and_dark_and_is_asked_for_once(
    make_app: MakeApp,
) -> None:
    clinic = CLINIC + 'accent: "#2b4a8c"\n'
    client = make_app(FOLDER | {"clinic.yaml": clinic}).test_client()
    response = client.get("/theme.css")
    light, dark = re.findall(r"--accent:(#[0-9a-f]{6})", response.get_data(as_text=True))
    assert light == "#2b4a8c"
    assert int(dark[1:3], 16) > 0x2B
    assert response.content_type == "text/css; charset=utf-8"
    again = client.get("/theme.css", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_wrong_is_reported_to_the_curators_and_the_last_word_counts(client: FlaskClient) -> None:
    post(client, "/feedback", reply="r1", helpful="no", question=QUESTION)
    page = post(client, "/feedback", reply="r1", helpful="no", question=QUESTION, reason="wrong")
    assert "Our staff look at these reports" in page
    assert reports(client) == [("r1", "wrong")]
    assert (
        client.post(
            "/api/v1/feedback", json={"reply": "r2", "helpful": False, "reason": "unclear"}
        ).status_code
        == 204
    )
    assert reports(client) == [("r1", "wrong"), ("r2", "unclear")]


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"reply": "r"}', b'{"reply": "r", "helpful": "yes"}', b"[]", b"x" * 70000]
)
def test_an_opinion_that_cannot_be_read_is_no_trouble_to_anybody(
    client: FlaskClient, body: bytes
) -> None:
    response = client.post("/api/v1/feedback", data=body, content_type="application/json")
    assert (response.status_code, response.data) == (204, b"")
    assert reports(client) == []


def test_not_helpful_offers_only_other_live_passages(client: FlaskClient) -> None:
    answer = post(client, "/chat", question=QUESTION)
    shown = re.search(r'name="shown" value="([^"]*)"', answer)
    assert shown
    page = post(client, "/feedback", reply="r", helpful="no", question="car visit", shown=shown[1])
    offered = re.findall(r'name="passage" value="([^"]*)"', page)
    assert shown[1] not in offered
    assert not [one for one in offered if one.startswith("old-parking")]
    assert "Ask our staff" in page


def test_opinions_from_other_sites_are_refused(client: FlaskClient) -> None:
    response = client.post(
        "/feedback", data={"reply": "r", "helpful": "no"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert response.status_code == 403
    assert reports(client) == []


def test_a_form_with_mistakes_keeps_what_was_written_and_names_them_all(
    client: FlaskClient,
) -> None:
    response = client.post("/handoff", data={"question": "Is there a lift?", "name": "Jo"})
    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert "Is there a lift?" in page
    assert 'value="Jo"' in page
    assert '<a href="#email">' in page
    assert '<a href="#consent">' in page


def test_a_sent_question_can_be_read_again_and_deleted_on_its_private_page(
    client: FlaskClient,
) -> None:
    fields = {"question": "Is there a lift?", "email": "jo@example.org", "consent": "yes"}
    response = client.post("/handoff", data=fields)
    page = response.get_data(as_text=True)
    assert response.status_code == 201
    token = re.search(r"/handoff/([\w-]{20,})", page)
    code = re.search(r'name="code" value="([^"]+)"', page)
    assert token
    assert code
    status = get(client, f"/handoff/{token[1]}")
    assert "It is waiting for an answer" in status
    gone = post(client, f"/handoff/{token[1]}", action="delete", code=code[1])
    assert "has been deleted" in gone
    assert "Is there a lift?" not in gone
