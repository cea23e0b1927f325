"""The inbox shows what matters first, says what needs mending, and puts nothing in an address."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from chatbot.handoff.model import Event
from chatbot.storage.tables import deliveries
from tests.web.conftest import CLINIC, VISITS
from tests.web.staff.conftest import ANNA, BEN, START, Desk, MakeDesk, on, seal, send


def listed(html: str) -> list[str]:
    queue = html[html.index('<ol class="queue">') :]
    return re.findall(r'href="/staff/handoffs/([^"]+)"', queue)


@pytest.fixture
def busy(desk: Desk) -> dict[str, str]:
    """One request in each state, named by it."""
    made = {
        name: desk.ask(f"Question that is {name}", due_at=START + timedelta(hours=hours),
                       urgent=name == "urgent").reference
        for name, hours in (("soon", 5), ("later", 50), ("overdue", 1), ("urgent", 90),
                            ("claimed", 60), ("answered", 70), ("closed", 80), ("erased", 80))
    }  # fmt: skip
    desk.do(made["claimed"], Event.CLAIM, BEN)
    desk.do(made["answered"], Event.REPLY, ANNA, text="Yes")
    desk.do(made["closed"], Event.CLOSE, ANNA)
    desk.do(made["erased"], Event.ERASE, ANNA)
    desk.clock.pass_(hours=2)
    desk.store.handoffs.sweep(desk.clock.now)
    return made


def test_urgent_and_overdue_come_first_then_what_is_due_soonest(
    desk: Desk, busy: dict[str, str]
) -> None:
    html = desk.enter().get("/staff/").text
    order = ["urgent", "overdue", "soon", "later", "claimed"]
    assert listed(html) == [busy[name] for name in order]
    assert "4</span> waiting" in html
    assert "1</span> overdue" in html


@pytest.mark.parametrize(
    ("show", "names"),
    [("waiting", {"soon", "later", "overdue", "urgent"}), ("answered", {"answered"}),
     ("closed", {"closed"}), ("mine", {"answered"}), ("nonsense", {"soon", "later", "overdue",
     "urgent", "claimed"}), ("all", {"soon", "later", "overdue", "urgent", "claimed", "answered",
     "closed", "erased"})],
)  # fmt: skip
def test_the_list_can_be_narrowed(
    desk: Desk, busy: dict[str, str], show: str, names: set[str]
) -> None:
    html = desk.enter().get(f"/staff/?show={show}").text
    assert set(listed(html)) == {busy[name] for name in names}


def test_searching_finds_words_names_and_addresses_in_any_state(desk: Desk) -> None:
    first = desk.ask("Can I drive home?", name="Lee", email="lee@example.org")
    desk.ask("Does it hurt?")
    desk.do(first.reference, Event.CLOSE)
    client = desk.enter()
    for words in ("drive", "LEE", "lee@example", first.reference, "home lee"):
        assert listed(send(client, "/staff/", search=words).text) == [first.reference]
    assert listed(send(client, "/staff/", search="100%").text) == []
    assert listed(send(client, "/staff/", search="a\x00b" * 500).text) == []


def test_nothing_that_is_typed_gets_into_an_address(desk: Desk) -> None:
    receipt, client = desk.ask(), desk.enter()
    for path in ("/staff/", on(receipt), f"{on(receipt)}/faq", "/staff/sign-in"):
        forms = re.findall(r"<form[^>]*>", client.get(path).text)
        assert forms
        assert all('method="post"' in form for form in forms)


def test_the_counts_for_polling_hold_numbers_only(desk: Desk, busy: dict[str, str]) -> None:
    answer = desk.enter().get("/staff/counts")
    assert answer.json == {"waiting": 4, "claimed": 1, "overdue": 1, "dead": 0}


def test_the_numbers_of_the_last_thirty_days(desk: Desk) -> None:
    for hours, reason in ((2, "nothing_found"), (4, "nothing_found"), (9, "")):
        reference = desk.ask(reason=reason).reference
        before = desk.clock.now
        desk.clock.pass_(hours=hours)
        desk.do(reference, Event.REPLY, text="Yes")
        desk.clock.now = before
    html = desk.enter().get("/staff/numbers").text
    assert "4 h 0 min" in html
    assert re.search(r"Nothing in the articles fits</td><td>2<", html)
    assert re.search(r"chose to ask a person</td><td>1<", html)
    assert html.count("<rect ") == 30
    assert "1 June 2026: 3" in html
    assert "style=" not in html


def test_numbers_of_an_empty_site(desk: Desk) -> None:
    assert "None yet" in desk.enter().get("/staff/numbers").text


def test_everything_that_needs_mending_is_said_in_red_on_every_page(make_desk: MakeDesk) -> None:
    desk = make_desk(
        {"clinic.yaml": CLINIC, "faqs/v.yaml": VISITS.replace("Medical director", "sample")},
        SMTP_URL="smtp://127.0.0.1:1", MAIL_FROM="faq@clinic.example",
    )  # fmt: skip
    client = desk.enter()
    for path in ("/staff/", "/staff/numbers", on(desk.ask())):
        html = client.get(path).text
        assert "Nobody is told about new questions" in html
        assert "Sample content is live" in html
        assert "180 days" not in html
    desk.clock.now = desk.clock.now.replace(year=2028)
    assert "last checked more than 180 days ago" in desk.enter().get("/staff/").text


def test_a_sound_site_shows_no_warning(make_desk: MakeDesk) -> None:
    desk = make_desk(WEBHOOK_URL="https://hooks.clinic.example/x", WEBHOOK_SECRET="s")
    assert "banner bad" not in desk.enter().get("/staff/").text


def test_a_clinics_own_stale_resource_is_named(make_desk: MakeDesk) -> None:
    safety = (
        f'resources: [{{label: "Nurse line", call: "555-0101", verified_on: {date(2025, 1, 1)}}}]'
    )
    desk = make_desk({"clinic.yaml": CLINIC, "faqs/v.yaml": VISITS, "safety.yaml": safety})
    assert "Nurse line" in desk.enter().get("/staff/").text


def test_notices_that_were_given_up_are_red_and_can_be_sent_again(make_desk: MakeDesk) -> None:
    desk = make_desk(WEBHOOK_URL="https://hooks.clinic.example/x", WEBHOOK_SECRET="s")
    receipt = desk.ask()
    with desk.store.database.writing() as connection:
        connection.execute(sa.update(deliveries).values(state="dead", last_error="refused us"))
    client = desk.enter()
    assert f"{on(receipt)}#deliveries" in client.get("/staff/").text
    html = client.get(on(receipt)).text
    assert "1 not delivered" in html
    assert "refused us" in html
    (dead,) = desk.store.deliveries.dead()
    again = {"action": "send_again", "delivery": dead.id, "version": 1}
    assert send(client, on(receipt), **again).status_code == 303
    assert desk.store.deliveries.dead() == ()
    assert send(client, on(receipt), **again).status_code == 409
    assert "send_again" in desk.events(receipt.reference)


def test_every_look_is_in_the_trail_with_who_and_when_and_without_words(desk: Desk) -> None:
    receipt, client = desk.ask("A very private question"), desk.enter("Ben")
    client.get("/staff/")
    client.post("/staff/", data={"seal": seal(client), "search": "private"})
    client.get("/staff/numbers")
    client.get(on(receipt))
    client.get(f"{on(receipt)}/faq")
    send(client, on(receipt), action="export")
    assert desk.events("inbox") == ["view", "view", "search", "view"]
    assert desk.events("numbers") == ["view"]
    assert desk.events(receipt.reference) == ["submit", "view", "view", "export"]
    trail = desk.store.audit.history(receipt.reference)
    assert {(r.by_name, r.at) for r in trail[1:]} == {("Ben", desk.clock.now)}
    assert "private" not in repr(trail)
    assert desk.store.audit.verify() == ()


def test_when_the_database_is_away_the_page_says_so(desk: Desk) -> None:
    client = desk.enter()
    desk.store.database.engine.dispose()
    desk.store.database.path.write_bytes(b"not a database" * 1000)  # type: ignore[union-attr]
    answer = client.get("/staff/")
    assert answer.status_code == 503
    assert "The database cannot be used just now" in answer.text
    assert desk.sign_in(desk.browser()).status_code == 503
