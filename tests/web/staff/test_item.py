"""One hand-off: what staff do reaches the visitor, and two people never overwrite each other."""

from __future__ import annotations

import json
import sqlite3
import threading
from html.parser import HTMLParser

import pytest

from chatbot.handoff.model import Event, State
from chatbot.knowledge.folder import read
from chatbot.knowledge.loading import load
from tests.web.staff.conftest import ANNA, BEN, Desk, MakeDesk, on, seal, send

PAYLOADS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg onload=alert(1)>",
    "' onmouseover='alert(1)", "</textarea><script>alert(1)</script>", "javascript:alert(1)",
    "<a href=javascript:alert(1)>x</a>", "<iframe srcdoc='<script>alert(1)</script>'>",
    "{{ 7*7 }}", "{% for x in y %}", "&lt;script&gt;alert(1)&lt;/script&gt;", "<!--<script>-->",
    "</title><script>alert(1)</script>", "<style>*{display:none}</style>", "<base href=//evil>",
    "<meta http-equiv=refresh content=0;url=//evil>", "<form action=//evil><button>Go</button>",
    "]]><script>alert(1)</script>", "\u202e<script>alert(1)</script>", "<math><mi xlink:href=x>",
]  # fmt: skip


def state(desk: Desk, reference: str) -> State:
    return desk.store.inbox.thread(reference).item.state


def passage_id(desk: Desk, document: str = "infusion-length") -> str:
    corpus = load(read(desk.folder)).corpus
    return next(p.id for p in corpus.passages if p.document == document)


def test_from_the_question_to_an_answer_the_visitor_can_read(desk: Desk) -> None:
    receipt, client = desk.ask("How long will I be there?"), desk.enter()
    assert "How long does an infusion take?" in client.get(on(receipt)).text  # already looked for
    assert send(client, on(receipt), action="claim", version=1).status_code == 303
    html = send(client, on(receipt), action="find", version=2, text="Hello", find="can I eat").text
    assert ">Hello</textarea>" in html
    assert "fasting rules on your appointment letter" in html
    ticked = {f"passage:{passage_id(desk, 'eating-before')}": "yes"}
    kept = send(client, on(receipt), action="find", version=2, find="infusion", extra=ticked).text
    assert f'name="passage:{passage_id(desk, "eating-before")}" value="yes" checked' in kept
    sent = send(client, on(receipt), action="reply", version=2, text="Hello Kim", extra=ticked)
    assert (sent.status_code, sent.location) == (303, on(receipt))
    seen = desk.browser().get(f"/handoff/{receipt.token}").text
    assert "Hello Kim" in seen
    assert "fasting rules on your appointment letter" in seen
    assert "Can I eat before my visit?" in seen


def test_a_passage_alone_is_an_answer_and_nothing_is_not(desk: Desk) -> None:
    receipt, client = desk.ask(), desk.enter()
    empty = send(client, on(receipt), action="reply", version=1, text="  ")
    assert empty.status_code == 409
    assert "Write something first" in empty.text
    ticked = {f"passage:{passage_id(desk)}": "yes"}
    answer = send(client, on(receipt), action="reply", version=1, extra=ticked)
    assert answer.status_code == 303
    assert state(desk, receipt.reference) is State.ANSWERED


@pytest.mark.parametrize("name", ["old-parking", "made-up"])
def test_only_approved_passages_in_date_can_be_sent(desk: Desk, name: str) -> None:
    receipt, client = desk.ask("Where can I park my car?"), desk.enter()
    assert "behind the building" not in client.get(on(receipt)).text
    chosen = passage_id(desk, name) if name == "old-parking" else name
    answer = send(client, on(receipt), action="reply", version=1, text="Words to keep",
                  extra={f"passage:{chosen}": "yes"})  # fmt: skip
    assert answer.status_code == 409
    assert "no longer approved" in answer.text
    assert "Words to keep</textarea>" in answer.text
    assert state(desk, receipt.reference) is State.WAITING


def test_notes_are_for_staff_only(desk: Desk) -> None:
    receipt, client = desk.ask(), desk.enter()
    send(client, on(receipt), action="note", version=1, text="Call after noon")
    assert "Call after noon" in desk.enter("Ben").get(on(receipt)).text
    assert "Call after noon" not in desk.browser().get(f"/handoff/{receipt.token}").text


def test_giving_back_closing_and_opening_again(desk: Desk) -> None:
    receipt, client = desk.ask(), desk.enter()
    for version, (action, after) in enumerate(
        [("claim", State.CLAIMED), ("release", State.WAITING), ("close", State.CLOSED),
         ("reopen", State.WAITING)], 1
    ):  # fmt: skip
        send(client, on(receipt), action=action, version=version)
        assert state(desk, receipt.reference) is after


def test_only_what_is_allowed_now_has_a_button(desk: Desk) -> None:
    receipt, client = desk.ask(), desk.enter()
    waiting = client.get(on(receipt)).text
    assert 'value="claim"' in waiting
    assert 'value="reopen"' not in waiting
    desk.do(receipt.reference, Event.CLAIM, BEN)
    taken = client.get(on(receipt)).text
    assert "Take over from Ben" in taken
    assert 'value="reply"' not in taken
    desk.do(receipt.reference, Event.ERASE, BEN)
    assert "<form" not in client.get(on(receipt)).text.partition("<main")[2]


def test_whoever_comes_second_sees_what_changed_and_keeps_their_words(desk: Desk) -> None:
    receipt, anna = desk.ask(), desk.enter()
    desk.do(receipt.reference, Event.CLAIM, BEN)
    answer = send(anna, on(receipt), action="reply", version=1, text="My own words")
    assert answer.status_code == 409
    assert "Ben took it" in answer.text
    assert "My own words</textarea>" in answer.text
    assert "Take over, then send" in answer.text
    carried = send(anna, on(receipt), action="claim", version=2, text="My own words")
    assert carried.status_code == 200
    assert "My own words</textarea>" in carried.text
    assert (
        send(anna, on(receipt), action="reply", version=3, text="My own words").status_code == 303
    )
    assert state(desk, receipt.reference) is State.ANSWERED


def test_a_note_that_collides_stays_a_note(desk: Desk) -> None:
    receipt, anna = desk.ask(), desk.enter()
    desk.do(receipt.reference, Event.CLAIM, BEN)
    html = send(anna, on(receipt), action="note", version=1, text="Private remark").text
    assert html.count("Private remark") == 1
    assert html.index("Private remark") > html.index('id="note"')


def test_of_two_at_the_same_moment_exactly_one_gets_through(desk: Desk) -> None:
    receipt = desk.ask()
    people = {name: desk.enter(name) for name in ("Anna", "Ben")}
    fields = {name: {"seal": seal(client), "action": "reply", "version": 1, "text": f"From {name}"}
              for name, client in people.items()}  # fmt: skip
    start, statuses = threading.Barrier(2), []

    def reply(name: str) -> None:
        start.wait()
        statuses.append(people[name].post(on(receipt), data=fields[name]).status_code)

    threads = [threading.Thread(target=reply, args=(name,)) for name in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [303, 409]
    thread_ = desk.store.inbox.thread(receipt.reference)
    assert (len(thread_.messages), thread_.item.version) == (1, 2)


def test_an_answer_that_cannot_be_saved_is_not_called_sent_and_not_lost(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt, client = desk.ask(), desk.enter()
    form = {"seal": seal(client), "action": "reply", "version": 1, "text": "A long answer"}
    monkeypatch.setattr("chatbot.storage.engine.WRITE_WAIT", 0.1)
    monkeypatch.setattr("chatbot.storage.engine.READ_WAIT", 0.1, raising=False)
    path = desk.store.database.path
    assert path is not None
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = client.post(on(receipt), data=form)
        other.execute("ROLLBACK")
    other.close()
    assert answer.status_code == 503
    assert "A long answer</textarea>" in answer.text
    assert "not sent" in answer.text
    assert client.post(on(receipt), data=form).status_code == 303


def test_erasing_asks_first_and_leaves_no_words(desk: Desk) -> None:
    receipt, client = desk.ask("Something very private"), desk.enter()
    unsure = send(client, on(receipt), action="erase", version=1)
    assert unsure.status_code == 409
    assert "cannot be undone" in unsure.text
    send(client, on(receipt), action="erase", version=1, confirm="yes")
    html = client.get(on(receipt)).text
    assert receipt.reference in html
    for word in ("private", "kim@example.org", "Kim"):
        assert word not in html
    assert send(client, on(receipt), action="note", version=2, text="x").status_code == 409


def test_an_export_holds_everything_of_one_person_and_nobody_else(desk: Desk) -> None:
    first, second = desk.ask("First question"), desk.ask("Second question")
    desk.ask("Not theirs", email="someone@else.example")
    desk.do(first.reference, Event.REPLY, text="An answer")
    answer = send(desk.enter(), on(second), action="export")
    assert (
        answer.headers["Content-Disposition"] == f'attachment; filename="{second.reference}.json"'
    )
    told = json.loads(answer.data)
    assert [each["item"]["question"] for each in told] == ["First question", "Second question"]
    assert told[0]["messages"][0]["text"] == "An answer"
    assert "Not theirs" not in answer.text


def test_without_an_address_staff_are_told_to_call(desk: Desk) -> None:
    html = desk.enter().get(on(desk.ask(email="", phone="+1 555-0142"))).text
    assert 'href="tel:+15550142"' in html
    assert "Please call" in html


class Tags(HTMLParser):
    """Every tag with its attributes, and all text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


def shape(html: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(tag, tuple(sorted(attrs))) for tag, attrs in Tags(html).tags]


def test_whatever_is_written_is_text_and_nothing_else(make_desk: MakeDesk) -> None:
    desk = make_desk(STAFF_MFA="off")
    client = desk.enter()

    def filled(words: str) -> list[str]:
        receipt = desk.ask(words, message=words, name=words, email=words, phone=words)
        desk.do(receipt.reference, Event.REPLY, ANNA, text=words)
        desk.do(receipt.reference, Event.NOTE, BEN, text=words)
        stale = send(client, on(receipt), action="reply", version=1, text=words, find=words)
        pages = [client.get(on(receipt)), stale, client.get(f"{on(receipt)}/faq"),
                 send(client, "/staff/", search=receipt.reference)]  # fmt: skip
        desk.do(receipt.reference, Event.ERASE, ANNA)
        return [page.text for page in pages]

    # With and without suggested passages.
    plain = [filled("quokka"), filled("How long does an infusion take?")]
    expected = [{tag for html in pair for tag in shape(html)} for pair in zip(*plain, strict=True)]
    for payload in PAYLOADS:
        pages = filled(payload)
        for html, known in zip(pages, expected, strict=True):
            assert set(shape(html)) <= known, payload
            links = [attrs.get("href") or "" for _, attrs in Tags(html).tags]
            assert not any(link.lower().startswith(("javascript:", "//")) for link in links)
        assert payload in Tags(pages[0]).words


def test_a_notice_that_was_given_up_says_why_in_one_sentence(make_desk: MakeDesk) -> None:
    desk = make_desk(WEBHOOK_URL="https://hooks.example/x", WEBHOOK_SECRET="a long secret")
    receipt, client, outbox = desk.ask(), desk.enter(), desk.store.deliveries
    (claimed,) = outbox.claim("webhook", desk.clock.now, "me", 5)
    outbox.failed(claimed, "me", "the receiver said 410", None)
    told = " ".join(Tags(client.get(on(receipt)).text).words.split())
    assert "Given up after 1 try: the receiver said 410." in told


def test_staff_read_sentences_and_no_internal_words(desk: Desk) -> None:
    receipt, client = desk.ask(reason="low_confidence"), desk.enter()
    html = client.get(on(receipt)).text
    assert "No passage was sure enough." in html
    assert "low confidence" not in html
    assert " . " not in html
