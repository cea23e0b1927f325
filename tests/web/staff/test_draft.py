"""An answered question becomes a draft that says what was meant and is never live by itself."""

from __future__ import annotations

from datetime import date
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.handoff.model import Event, Handoff
from chatbot.knowledge.documents import read_file
from chatbot.knowledge.folder import read
from chatbot.knowledge.loading import load
from chatbot.knowledge.model import Status
from chatbot.web.staff.gaps import Draft, source
from tests.web.staff.conftest import Desk, on, send

ENTRY = {
    "question": "Can I bring a friend?",
    "also_asked": "can my sister come\nCan I bring a friend?\n\ncan my sister come",
    "answer": "Yes.\n\n- one person\n- over 18",
}


def answered(desk: Desk) -> tuple[str, str]:
    receipt = desk.ask("I am Kim Lee, can my sister wait with me? My phone is 415-555-0199.",
                       name="Kim Lee")  # fmt: skip
    words = "kim@example.org is new"
    desk.store.handoffs.act(receipt.token, None, Event.FOLLOW_UP, desk.clock.now, text=words)
    desk.do(receipt.reference, Event.REPLY, text="Yes, Kim, she can.")
    desk.do(receipt.reference, Event.CLOSE)
    return on(receipt), f"faqs/drafts-{receipt.reference.lower()}.yaml"


def test_closing_offers_a_draft_without_what_tells_who_asked(desk: Desk) -> None:
    page, _ = answered(desk)
    client = desk.enter()
    assert f'href="{page}/faq"' in client.get(page).text
    html = unescape(client.get(f"{page}/faq").text)
    assert "can my sister wait with me?" in html
    assert "Yes, [name], she can." in html
    for personal in ("Kim", "415-555-0199", "kim@example.org"):
        assert personal not in html


def test_an_answer_of_passages_alone_offers_none(desk: Desk) -> None:
    receipt = desk.ask()
    passage = load(read(desk.folder)).corpus.passages[0].id
    desk.do(receipt.reference, Event.REPLY, passages=(passage,))
    assert "FAQ entry" not in desk.enter().get(on(receipt)).text


def test_a_written_draft_is_sound_and_not_live(desk: Desk) -> None:
    page, path = answered(desk)
    answer = send(desk.enter(), f"{page}/faq", **ENTRY)
    assert answer.status_code == 200
    assert f"Written to {path}" in answer.text
    loaded = load(read(desk.folder))
    assert loaded.errors == ()
    (draft,) = [d for d in loaded.corpus.documents if d.file == path]
    assert (draft.title, draft.status) == ("Can I bring a friend?", Status.DRAFT)
    assert draft.also_asked == ("can my sister come",)
    assert draft.passages[0].source == ENTRY["answer"] + "\n"
    assert draft not in loaded.corpus.live(date(2026, 6, 1))
    assert "draft" in desk.events(page.rpartition("/")[2])


def test_a_draft_that_is_there_is_never_overwritten(desk: Desk) -> None:
    page, path = answered(desk)
    (desk.folder / path).write_text("# a curator works on this\n")
    answer = send(desk.enter(), f"{page}/faq", **ENTRY)
    assert answer.status_code == 409
    assert "there is a draft for this request already" in answer.text
    assert "Can I bring a friend?" in answer.text
    assert (desk.folder / path).read_text() == "# a curator works on this\n"


def test_where_the_folder_cannot_be_written_what_was_typed_is_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, _ = answered(desk)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("chatbot.knowledge.folder.write", refuse)
    answer = send(desk.enter(), f"{page}/faq", **ENTRY)
    assert answer.status_code == 409
    assert "Permission denied" in answer.text
    assert "Can I bring a friend?" in answer.text


@pytest.mark.parametrize(
    "wrong", [{"question": "  "}, {"answer": ""}, {"answer": "<b>bold</b>"},
              {"answer": "![x](https://evil.example/x.png)"}],
)  # fmt: skip
def test_what_would_break_the_folder_is_not_written(desk: Desk, wrong: dict[str, str]) -> None:
    page, path = answered(desk)
    answer = send(desk.enter(), f"{page}/faq", **ENTRY | wrong)
    assert answer.status_code == 422
    assert "Please change this first" in answer.text
    assert not (desk.folder / path).exists()


@settings(max_examples=150, deadline=None)
@given(question=st.text(max_size=60), other=st.text(max_size=60), answer=st.text(max_size=200))
def test_whatever_is_typed_the_file_says_that_and_no_more(
    question: str, other: str, answer: str
) -> None:
    entry = Draft.model_construct(question=question, also_asked=other, answer=answer)
    path, text = source("H-7KMR-4XQD", entry)
    reading = read_file(path, text.encode(), "en")
    assert len(reading.documents) <= 1
    for document in reading.documents:
        assert document.id == "draft-h-7kmr-4xqd"
        assert document.status is Status.DRAFT
        kept = "".join(c for c in " ".join(question.split()).expandtabs(4) if c.isprintable())
        assert document.title == " ".join(kept.split())
    assert reading.documents or reading.problems


def test_nobody_elses_request_is_drafted(desk: Desk) -> None:
    client = desk.enter()
    assert send(client, "/staff/handoffs/..%2fx/faq", **ENTRY).status_code == 404
    assert send(client, "/staff/handoffs/H-0000-0000/faq", **ENTRY).status_code == 404
    assert not list((desk.folder / "faqs").glob("drafts*"))


def test_an_erased_request_leaves_nothing_to_draft_from(desk: Desk) -> None:
    page, _ = answered(desk)
    item: Handoff = desk.do(page.rpartition("/")[2], Event.ERASE)
    assert item.question == ""
    assert "sister" not in desk.enter().get(f"{page}/faq").text
