"""The curator's desk, used as a curator would."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from chatbot.answering.model import Outcome, Reply
from chatbot.app import create_app
from chatbot.knowledge.documents import UNWRITTEN
from chatbot.knowledge.folder import read
from chatbot.knowledge.loading import load
from chatbot.knowledge.model import Document, State
from chatbot.web.services import EXTENSION
from tests.web.conftest import ARTICLE, FOLDER
from tests.web.staff.conftest import ANNA, START, Desk, MakeDesk, send

TODAY = START.date()
HERE = "/staff/knowledge/"


def document(desk: Desk, name: str) -> Document:
    return {d.id: d for d in load(read(desk.folder)).corpus.documents}[name]


def note(desk: Desk, question: str, outcome: Outcome = Outcome.HANDOFF, name: str = "r1") -> None:
    desk.store.exchanges.note(name, Reply(outcome, "", "", ""), question, desk.clock.now)
    desk.store.exchanges.flush()


@pytest.mark.parametrize("place", ["", "gaps/", "expiring", "reports", "check", "documents/x"])
def test_nobody_sees_the_desk_without_signing_in(make_desk: MakeDesk, place: str) -> None:
    browser = make_desk().browser()
    assert browser.get(HERE + place).status_code == 401
    assert browser.post(HERE + place, data={"question": "x"}).status_code in (401, 405)


def test_every_document_is_listed_with_its_state(make_desk: MakeDesk) -> None:
    soon = ARTICLE.replace("review_by: 2027-01-15", "review_by: 2026-06-08")
    files = FOLDER | {
        "articles/soon.md": soon,
        "articles/draft.md": "---\ntitle: New\nstatus: draft\n---\nWords.\n",
        "articles/changed.md": ARTICLE.replace("---\nF", "approved_text: 0123456789ab\n---\nF"),
    }
    text = make_desk(files).enter().get(HERE).text
    for said in ("Live, 7 days left", "Draft", "Text changed", "Out of date", "articles/soon.md:1"):
        assert said in text, said


def test_errors_of_the_folder_are_shown_with_their_place(make_desk: MakeDesk) -> None:
    desk = make_desk(FOLDER | {"articles/bad.md": "---\ntitle: x\n---\nWords.\n"})
    text = desk.enter().get(HERE).text
    assert "articles/bad.md" in text
    assert "`status` is missing" in text


def test_a_question_is_answered_with_the_reasons(make_desk: MakeDesk) -> None:
    client = make_desk().enter()
    text = send(client, HERE, question="how long is the infusion").text
    assert "about <strong>two hours</strong>" in text
    assert "needed to quote" in text
    assert "call" in send(client, HERE, question="i want to kill myself").text


@pytest.mark.parametrize(
    ("name", "rest"), [("infusion-length", "eating-before"), ("ms-fatigue", "infusion-length")]
)
def test_stopping_retires_one_document_and_notes_who(
    make_desk: MakeDesk, name: str, rest: str
) -> None:
    desk = make_desk()
    client = desk.enter()
    before = (desk.folder / document(desk, name).file).read_text()
    assert "Stop quoting this" in client.get(f"{HERE}documents/{name}").text
    assert "As visitors see it" in client.get(f"{HERE}documents/{name}").text
    assert send(client, f"{HERE}documents/{name}", action="stop").status_code == 303
    assert document(desk, name).state(TODAY) is State.RETIRED
    assert document(desk, rest).state(TODAY) is State.LIVE
    after = (desk.folder / document(desk, name).file).read_text().splitlines()
    assert len(set(after) - set(before.splitlines())) == 1, "one line of the file is new"
    record = desk.store.audit.history(name)[-1]
    assert (record.event, record.by_name, record.at) == ("retire", "Anna", desk.clock.now)
    shown = client.get(f"{HERE}documents/{name}").text
    assert "Retired" in shown
    assert "As visitors see it" not in shown
    assert "Anna stopped it" in shown


def test_what_is_stopped_is_soon_no_longer_quoted(make_desk: MakeDesk) -> None:
    desk = make_desk()
    settings = {"KNOWLEDGE": desk.folder, "INSTANCE": desk.folder.parent / "other",
                "RATE_LIMIT": "off", "SEMANTICS": "off"}  # fmt: skip
    running = create_app(settings, now=desk.clock).test_client()

    def outcome() -> str:
        asked = {"question": "How long does an infusion take?"}
        return str(running.post("/api/v1/ask", json=asked).json["outcome"])  # type: ignore[index]

    assert outcome() == "answered"
    time.sleep(1.1)  # the reloader has settled
    send(desk.enter(), f"{HERE}documents/infusion-length", action="stop")
    end = time.monotonic() + 2 + 6  # the promise, and what a busy machine needs
    while outcome() == "answered":
        assert time.monotonic() < end
        time.sleep(0.05)


def test_approving_again_writes_who_when_and_which_text(make_desk: MakeDesk) -> None:
    desk = make_desk()
    client = desk.enter()
    send(client, f"{HERE}documents/ms-fatigue", action="approve", until="2027-05-31")
    found = document(desk, "ms-fatigue")
    assert (found.approved_by, found.approved_on, str(found.review_by)) == (
        "Anna", TODAY, "2027-05-31",
    )  # fmt: skip
    assert found.approved_text == found.text_digest
    assert desk.events("ms-fatigue")[-1] == "approve"


@pytest.mark.parametrize(
    ("until", "why"),
    [("2020-01-01", "a last day not before today, 2026-06-01"), ("2026-13-01", "month")],
)
def test_an_approval_that_cannot_be_is_refused_and_nothing_changes(
    make_desk: MakeDesk, until: str, why: str
) -> None:
    desk = make_desk()
    before = read(desk.folder).contents
    client = desk.enter()
    answer = send(client, f"{HERE}documents/ms-fatigue", action="approve", until=until)
    assert answer.status_code == 409
    assert why in answer.text
    assert "by hand in an editor" not in answer.text
    assert read(desk.folder).contents == before
    assert "approve" not in desk.events("ms-fatigue")


def test_a_wording_is_added_and_the_improvement_shown_at_once(make_desk: MakeDesk) -> None:
    desk = make_desk(QUESTION_LOG="on")
    note(desk, "when do i get out of the chair again")
    client = desk.enter()
    page = client.get(HERE + "gaps/").text
    assert "when do i get out of the chair again" in page
    before = (desk.folder / "faqs/visits.yaml").read_text()
    answer = send(client, HERE + "gaps/", action="also", document="infusion-length",
                  question="when do i get out of the chair again").text  # fmt: skip
    now, then = answer.split("<h2>Before</h2>")
    assert "two hours" in now
    assert "two hours" not in then
    after = (desk.folder / "faqs/visits.yaml").read_text()
    wording = ', "when do i get out of the chair again"'
    assert after.replace(wording, "") == before, "nothing else of the file changed"
    assert desk.events("infusion-length") == ["also_asked"]


def test_a_large_folder_is_not_indexed_while_the_curator_waits(
    make_desk: MakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make_desk()
    monkeypatch.setattr("chatbot.web.staff.gaps.QUICK", 2)
    fields = {"action": "also", "document": "eating-before", "question": "may i have a snack"}
    answer = send(desk.enter(), HERE + "gaps/", **fields)
    assert "Then try it" in answer.text
    assert "may i have a snack" in document(desk, "eating-before").also_asked


def test_a_draft_without_its_answer_cannot_be_approved(make_desk: MakeDesk) -> None:
    desk = make_desk()
    client = desk.enter()
    send(client, HERE + "gaps/", action="draft", question="Do you treat tinnitus?")
    place = f"{HERE}documents/do-you-treat-tinnitus"
    desk.app.extensions[EXTENSION].library.snapshot = replace(
        desk.app.extensions[EXTENSION].library.snapshot, corpus=load(read(desk.folder)).corpus
    )
    answer = send(client, place, action="approve", until="2027-05-31")
    assert answer.status_code == 409
    assert "The answer is not written yet" in answer.text
    assert document(desk, "do-you-treat-tinnitus").state(TODAY) is State.DRAFT
    path = desk.folder / document(desk, "do-you-treat-tinnitus").file
    path.write_text(path.read_text().replace(UNWRITTEN, "We do not."))
    assert send(client, place, action="approve", until="2027-05-31").status_code == 303
    assert document(desk, "do-you-treat-tinnitus").state(TODAY) is State.LIVE


def test_a_draft_is_started_but_never_over_a_file(make_desk: MakeDesk) -> None:
    desk = make_desk()
    client = desk.enter()
    fields = {"action": "draft", "question": "Do you treat ../../tinnitus?"}
    answer = send(client, HERE + "gaps/", **fields)
    assert answer.status_code == 200
    assert "It is a draft: write the answer into the file, then approve it." in answer.text
    assert "follows within two seconds" not in answer.text
    path = desk.folder / "faqs/draft-do-you-treat-tinnitus.yaml"
    assert document(desk, "do-you-treat-tinnitus").state(TODAY) is State.DRAFT
    path.write_text(path.read_text().replace("still to be written", "mine"))
    assert send(client, HERE + "gaps/", **fields).status_code == 409
    assert "mine" in path.read_text()


@pytest.mark.parametrize("name", ["ms-fatigue", "nothing", ""])
def test_only_an_entry_can_get_another_wording(make_desk: MakeDesk, name: str) -> None:
    desk = make_desk()
    before = read(desk.folder).contents
    fields = {"action": "also", "question": "why", "document": name}
    assert send(desk.enter(), HERE + "gaps/", **fields).status_code == 409
    assert read(desk.folder).contents == before


def test_a_folder_that_cannot_be_written_is_named_and_nothing_is_noted(
    make_desk: MakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make_desk()

    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("chatbot.knowledge.folder.write", full)
    answer = send(desk.enter(), f"{HERE}documents/ms-fatigue", action="stop")
    assert answer.status_code == 409
    assert "No space left on device" in answer.text
    assert "retire" not in desk.events("ms-fatigue")


def test_reports_of_visitors_arrive_and_can_be_closed(make_desk: MakeDesk) -> None:
    desk = make_desk()
    desk.store.exchanges.feedback("r1", False, "wrong", desk.clock.now)
    client = desk.enter()
    assert "1 report" in client.get(HERE).text
    assert "<strong>Wrong</strong>" in client.get(HERE + "reports").text
    assert send(client, HERE + "reports", reply="r1").status_code == 303
    assert desk.store.exchanges.reports() == ()
    assert desk.store.audit.history("r1")[-1].by_name == ANNA.name


def test_the_check_page_runs_the_expected_questions_and_the_lint(make_desk: MakeDesk) -> None:
    questions = "- {ask: how long is the infusion, expect: eating-before}\n"
    risky = ARTICLE + "\nThe drip is guaranteed to help.\n"
    files = FOLDER | {"questions.yaml": questions, "articles/ms-fatigue.md": risky}
    text = make_desk(files).enter().get(HERE + "check").text
    assert "0 of 1 get" in text
    assert "expected eating-before, got infusion-length" in text
    assert "“guaranteed”" in text


def test_what_expires_is_listed_the_most_quoted_first(make_desk: MakeDesk) -> None:
    desk = make_desk()
    text = desk.enter().get(HERE + "expiring").text
    assert "Where can I park my car?" in text
    assert "How long does an infusion take?" not in text
