"""Only staff get in, only from our own pages, and nobody can keep them out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

import chatbot.storage.staff
from tests.web.staff.conftest import PASSWORD, Desk, MakeDesk, on, seal, send

HTTPS = {"base_url": "https://faq.clinic.example"}


def cookies(response: Any) -> dict[str, str]:
    return {line.partition("=")[0]: line for line in response.headers.getlist("Set-Cookie")}


def staff_paths(desk: Desk) -> list[str]:
    reference = desk.ask().reference
    rules = [rule for rule in desk.app.url_map.iter_rules() if rule.rule.startswith("/staff")]
    return [rule.rule.replace("<reference>", reference) for rule in rules]


def test_without_a_session_every_page_asks_who_it_is_and_tells_nothing(desk: Desk) -> None:
    paths = [path for path in staff_paths(desk) if path != "/staff/sign-in"]
    assert len(paths) >= 6
    for path in paths:
        for method in ("GET", "POST", "HEAD"):
            sent = {"data": {"seal": "0" * 64}} if method == "POST" else {}
            answer = desk.browser().open(path, method=method, **sent)
            assert answer.status_code in (401, 405), (method, path)
            assert "Does it hurt" not in answer.text
            assert "kim@" not in answer.text


def test_a_page_asked_for_without_a_session_is_refused_and_logged(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("WARNING"):
        assert desk.browser().get("/staff/?secret=words").status_code == 401
    assert caplog.messages == ["refused without a session: GET staff.inbox"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
def test_other_methods_are_refused(desk: Desk, method: str) -> None:
    for path in staff_paths(desk):
        assert desk.browser().open(path, method=method).status_code in (401, 405)
    client = desk.enter()
    for path in staff_paths(desk):
        assert client.open(path, method=method).status_code == 405


@pytest.mark.parametrize(
    "path",
    ["/staff/handoffs/H-0000-0000", "/staff/handoffs/..%2f..%2finstance", "/staff/%2e%2e/.git",
     "/staff/handoffs/../../chatbot.db", "/staff/handoffs/'%20OR%201=1--", "/staff/handoffs/%00",
     "/staff/handoffs/", "/staff/handoffs/H-0000-0000/faq", "/staff/.git/config"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(desk: Desk, path: str) -> None:
    reference = desk.ask().reference
    assert desk.browser().get(path).status_code in (401, 404)
    assert desk.enter().get(path).status_code == 404
    assert desk.enter().get(f"/staff/handoffs/{reference.lower()}").status_code == 404


def test_another_persons_delivery_cannot_be_touched_through_an_item(desk: Desk) -> None:
    mine = desk.ask()
    answer = send(desk.enter(), on(mine), action="send_again", delivery="0" * 32, version=1)
    assert answer.status_code == 409


def test_signing_in_leads_to_what_was_wanted(desk: Desk) -> None:
    receipt = desk.ask()
    client = desk.browser()
    asked = client.get(on(receipt))
    assert asked.status_code == 401
    assert f'name="reference" value="{receipt.reference}"' in asked.text
    answer = desk.sign_in(client, reference=receipt.reference)
    assert (answer.status_code, answer.location) == (303, on(receipt))
    assert client.get(on(receipt)).status_code == 200


@pytest.mark.parametrize("goal", ["//evil.example", "https://evil.example", "../../x", "\\evil"])
def test_signing_in_never_leads_elsewhere(desk: Desk, goal: str) -> None:
    assert desk.sign_in(desk.browser(), reference=goal).status_code == 422


def test_the_cookie_is_as_strict_as_can_be(desk: Desk) -> None:
    for cookie in cookies(desk.sign_in(desk.browser(), environ=HTTPS)).values():
        assert cookie.startswith("__Host-")
        for part in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/"):
            assert part in cookie.split("; ")
        assert "Domain" not in cookie


def test_only_on_this_machine_without_https_is_the_cookie_a_plain_one(desk: Desk) -> None:
    plain = desk.sign_in(desk.browser(), environ={"base_url": "http://127.0.0.1:8000"})
    assert set(cookies(plain)) == {"staff", "staff-device"}
    assert "SameSite=Strict" in cookies(plain)["staff"]
    elsewhere = desk.sign_in(desk.browser(), environ={"base_url": "http://clinic.example"})
    assert "Secure" in cookies(elsewhere)["__Host-staff"].split("; ")
    page = desk.browser().get("/staff/sign-in", base_url="http://clinic.example")
    assert "did not come by https" in page.text
    assert "did not come by https" not in desk.browser().get("/staff/sign-in").text


def test_behind_a_proxy_that_hides_https_the_public_address_decides(make_desk: MakeDesk) -> None:
    desk = make_desk(PUBLIC_URL="https://faq.clinic.example")
    given = desk.sign_in(desk.browser(), environ={"base_url": "http://127.0.0.1:8000"})
    assert set(cookies(given)) == {"__Host-staff", "__Host-staff-device"}


def test_a_visitor_gets_no_cookie_not_even_from_the_sign_in_page(desk: Desk) -> None:
    for path in ("/", "/staff/", "/staff/sign-in", "/handoff"):
        assert "Set-Cookie" not in desk.browser().get(path).headers


def test_a_planted_session_is_worthless_and_replaced(desk: Desk) -> None:
    client = desk.browser()
    client.set_cookie("staff", "planted-by-somebody")
    assert client.get("/staff/").status_code == 401
    desk.sign_in(client)
    first = client.get_cookie("staff")
    assert first is not None
    assert first.value != "planted-by-somebody"
    desk.sign_in(client)
    second = client.get_cookie("staff")
    assert second is not None
    assert second.value != first.value
    thief = desk.browser()
    thief.set_cookie("staff", first.value)
    assert thief.get("/staff/").status_code == 401


def test_signing_out_ends_the_session_on_the_server(desk: Desk) -> None:
    client, thief = desk.enter(), desk.browser()
    kept = client.get_cookie("staff")
    assert kept is not None
    answer = send(client, "/staff/sign-out")
    assert (answer.status_code, answer.location) == (303, "/staff/sign-in")
    assert client.get_cookie("staff") is None
    thief.set_cookie("staff", kept.value)
    assert thief.get("/staff/").status_code == 401


def test_signing_out_everywhere_ends_all_sessions_of_one_person(desk: Desk) -> None:
    phone, desktop, ben = desk.enter(), desk.enter(), desk.enter("Ben")
    send(phone, "/staff/sign-out", all="yes")
    assert [c.get("/staff/").status_code for c in (phone, desktop, ben)] == [401, 401, 200]


def test_a_closed_account_is_out_at_once(desk: Desk) -> None:
    client = desk.enter()
    desk.store.staff.disable("Anna", desk.clock.now)
    assert client.get("/staff/").status_code == 401


def test_half_an_hour_without_use_ends_a_session_and_polling_is_no_use(desk: Desk) -> None:
    client, idle = desk.enter(), desk.enter("Ben")
    for _ in range(4):
        desk.clock.pass_(minutes=10)
        assert client.get("/staff/").status_code == 200
        idle.get("/staff/counts")
    assert client.get("/staff/counts").status_code == 200
    assert idle.get("/staff/counts").status_code == 401


def test_twelve_hours_end_a_session_however_busy(desk: Desk) -> None:
    client = desk.enter()
    for _ in range(35):
        desk.clock.pass_(minutes=20)
        assert client.get("/staff/counts").status_code == 200
        client.get("/staff/numbers")
    desk.clock.pass_(minutes=21)
    assert client.get("/staff/").status_code == 401


def test_what_was_typed_comes_back_when_the_session_is_over(desk: Desk) -> None:
    receipt, client = desk.ask(), desk.enter()
    form = {"seal": seal(client), "action": "reply", "version": 1, "text": "A long <answer>"}
    desk.clock.pass_(minutes=31)
    answer = client.post(on(receipt), data=form)
    assert answer.status_code == 401
    assert "A long &lt;answer&gt;" in answer.text
    desk.sign_in(client)
    answer = client.post(on(receipt), data=form)  # from the page of the earlier session
    assert answer.status_code == 403
    assert "A long &lt;answer&gt;" in answer.text
    assert desk.events(receipt.reference) == ["submit"]


def test_forms_of_other_sites_and_forms_without_the_seal_do_nothing(desk: Desk) -> None:
    receipt, client, other = desk.ask(), desk.enter(), desk.enter("Ben")
    good = {"seal": seal(client), "action": "claim", "version": "1"}
    hostile: list[dict[str, Any]] = [
        {"headers": {"Sec-Fetch-Site": "cross-site"}, "data": good},
        {"headers": {"Sec-Fetch-Site": "same-site"}, "data": good},
        {"headers": {"Origin": "https://evil.example"}, "data": good},
        {"headers": {"Origin": "null"}, "data": good},
        {"data": good | {"seal": ""}},
        {"data": good | {"seal": "é"}},
        {"data": good | {"seal": seal(other)}},
        {"data": good | {"seal": "0" * 64}},
    ]
    for request in hostile:
        assert client.post(on(receipt), **request).status_code == 403
        assert client.post("/staff/sign-out", **request).status_code == 403
    cross = {"headers": {"Sec-Fetch-Site": "cross-site"}}
    assert client.post("/staff/sign-in", data={"name": "Anna"}, **cross).status_code == 403
    assert client.post(on(receipt), json=good).status_code == 415
    assert desk.events(receipt.reference) == ["submit"]
    assert client.post(on(receipt), data=good).status_code == 303


def test_no_foreign_script_may_read_and_no_frame_may_hold_a_page(desk: Desk) -> None:
    receipt, client = desk.ask(), desk.enter()
    for path in ("/staff/", "/staff/sign-in", "/staff/counts", "/staff/numbers", on(receipt),
                 on(receipt) + "/faq", "/staff/handoffs/none"):  # fmt: skip
        for person in (client, desk.browser()):
            answer = person.get(path, headers={"Origin": "https://evil.example"})
            assert "Access-Control-Allow-Origin" not in answer.headers
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
            assert answer.headers["Cache-Control"] == "no-store"
            assert "unsafe" not in answer.headers["Content-Security-Policy"]


def wrong(desk: Desk, client: FlaskClient, **more: str) -> Any:
    return desk.sign_in(client, **{"name": "Anna", "password": "wrong", **more})


def test_whatever_is_wrong_the_answer_and_the_work_are_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks: list[str] = []
    real = chatbot.storage.staff.check_password_hash

    def counted(stored: str, given: str) -> bool:
        checks.append(stored.partition("$")[0])
        return real(stored, given)

    monkeypatch.setattr(chatbot.storage.staff, "check_password_hash", counted)
    desk.store.staff.disable("Ben", desk.clock.now)
    tries = [
        {"name": "Nobody"}, {"name": "Anna"}, {"name": "Ben", "password": PASSWORD}, {"name": ""},
        {"name": "Anna", "password": PASSWORD, "code": "000000"}, {"name": "Anna", "password": ""},
        {"name": "Anna", "password": PASSWORD, "code": ""}, {"name": "' OR 1=1 --"},
    ]  # fmt: skip
    answers = [wrong(desk, desk.browser(), **one) for one in tries]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert len({tuple(answer.headers) for answer in answers}) == 1
    assert checks == checks[:1] * len(tries)  # one check each, of equally costly hashes


def test_guessing_stops_after_ten_tries_from_however_many_addresses(desk: Desk) -> None:
    owner = desk.enter()
    for number in range(120):
        address = f"198.51.100.{number % 100}"
        environ = {"environ_base": {"REMOTE_ADDR": address},
                   "headers": {"X-Forwarded-For": f"203.0.113.{number}"}}  # fmt: skip
        desk.clock.pass_(seconds=-30)  # all within one window
        assert wrong(desk, desk.browser(), environ=environ).status_code == 401
    stranger = desk.browser()
    assert desk.sign_in(stranger).status_code == 401  # right, but too late
    assert desk.sign_in(owner).status_code == 303  # from a browser that Anna has used before
    assert desk.sign_in(desk.browser(), "Ben").status_code == 303
    assert desk.events("Anna").count("sign_in_refused") == 10
    desk.clock.pass_(minutes=16)
    assert desk.sign_in(stranger).status_code == 303


def test_a_known_browser_is_known_for_its_own_person_only(desk: Desk) -> None:
    bens = desk.enter("Ben")
    for _ in range(10):
        desk.clock.pass_(seconds=-30)
        wrong(desk, bens)  # Ben's browser guesses at Anna: it counts as a stranger
    assert desk.sign_in(desk.browser()).status_code == 401
    cookie = bens.get_cookie("staff-device")
    assert cookie is not None
    forged = desk.browser()
    forged.set_cookie("staff-device", cookie.value.partition(".")[0] + "." + "0" * 64)
    assert desk.sign_in(forged).status_code == 401


def test_a_flood_from_one_address_is_cut_off_but_not_for_known_browsers(
    make_desk: MakeDesk,
) -> None:
    desk = make_desk(RATE_LIMIT="60 per minute")
    owner = desk.enter()
    statuses = [
        wrong(desk, desk.browser(), name=f"guess{n}",
              environ={"headers": {"X-Forwarded-For": f"203.0.113.{n}"}}).status_code
        for n in range(40)
    ]  # fmt: skip
    assert statuses == [401] * 29 + [429] * 11
    assert desk.sign_in(owner).status_code == 303


def test_the_second_factor_is_asked_for_unless_it_is_set_off(make_desk: MakeDesk) -> None:
    desk = make_desk(STAFF_MFA="off")
    client = desk.browser()
    assert 'name="code"' not in client.get("/staff/sign-in").text
    assert desk.sign_in(client, code="").status_code == 303
    assert "without a second factor is allowed" in client.get("/staff/").text


def test_a_strict_cookie_left_behind_by_a_link_in_a_mail_is_fetched_again(desk: Desk) -> None:
    receipt = desk.ask()
    arriving = {"Sec-Fetch-Site": "cross-site"}
    page = desk.browser().get(on(receipt), headers=arriving)
    assert f'content="0; url={on(receipt)}?again=1"' in page.text
    again = desk.browser().get(on(receipt) + "?again=1", headers=arriving)
    assert "refresh" not in again.text


def test_signing_in_and_out_is_in_the_trail_without_secrets(desk: Desk) -> None:
    client = desk.enter()
    wrong(desk, desk.browser(), name="my password in the wrong field")
    send(client, "/staff/sign-out")
    assert desk.events("Anna")[-2:] == ["sign_in", "sign_out"]
    assert desk.events("unknown") == ["sign_in_refused"]
    assert desk.store.audit.verify() == ()


def test_a_code_is_good_for_one_step_either_side(desk: Desk) -> None:
    client = desk.browser()
    late = desk.code()
    desk.clock.now += timedelta(minutes=2)
    assert desk.sign_in(client, code=late).status_code == 401


def test_a_browser_is_known_however_the_name_is_written(desk: Desk) -> None:
    owner = desk.enter()
    for _ in range(10):
        desk.clock.pass_(seconds=-30)
        wrong(desk, desk.browser(), name="anna")
    desk.clock.pass_(seconds=30)
    fields = {"name": "ANNA", "password": PASSWORD, "code": desk.code()}
    assert desk.browser().post("/staff/sign-in", data=fields).status_code == 401
    assert owner.post("/staff/sign-in", data=fields).status_code == 303


NEW = "quite another long one"


def test_staff_change_their_own_password_and_are_out_everywhere_else(desk: Desk) -> None:
    here, elsewhere, ben = desk.enter(), desk.enter(), desk.enter("Ben")
    assert 'href="/staff/password"' in here.get("/staff/").text
    assert 'name="again"' in here.get("/staff/password").text
    answer = send(here, "/staff/password", old=PASSWORD, new=NEW, again=NEW)
    assert (answer.status_code, "is changed" in answer.text) == (200, True)
    assert [c.get("/staff/").status_code for c in (here, elsewhere, ben)] == [200, 401, 200]
    assert desk.sign_in(desk.browser()).status_code == 401
    assert desk.sign_in(desk.browser(), password=NEW).status_code == 303
    assert "password_changed" in desk.events("Anna")


@pytest.mark.parametrize(("old", "new"), [("wrong", NEW), ("", NEW), (PASSWORD, "short")])
def test_a_password_is_not_changed_without_the_present_one_or_for_a_short_one(
    desk: Desk, old: str, new: str
) -> None:
    client = desk.enter()
    assert client.get("/staff/password").text.count("Nothing was changed") == 0
    answer = send(client, "/staff/password", old=old, new=new, again=new)
    assert (answer.status_code, answer.text.count("Nothing was changed")) == (422, 1)
    assert desk.sign_in(desk.browser()).status_code == 303


def test_a_new_password_that_was_mistyped_once_is_not_taken(desk: Desk) -> None:
    client = desk.enter()
    answer = send(client, "/staff/password", old=PASSWORD, new=NEW, again=NEW + "r")
    assert (answer.status_code, answer.text.count("Nothing was changed")) == (422, 1)
    assert "not typed alike both times" in answer.text
    assert desk.sign_in(desk.browser()).status_code == 303


def test_guessing_the_present_password_is_limited(make_desk: MakeDesk) -> None:
    desk = make_desk(RATE_LIMIT="60 per minute")
    client = desk.enter()
    proof = {"seal": seal(client), "old": "guess", "new": NEW}
    tried = [client.post("/staff/password", data=proof).status_code for _ in range(31)]
    assert tried[-1] == 429
