"""Only staff get in, guessing does not help, and guessing does not keep the owner out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pyotp
import pytest
import sqlalchemy as sa

from chatbot.errors import StorageError
from chatbot.settings import Settings
from chatbot.storage.store import Store
from chatbot.storage.tables import staff, staff_sessions
from tests.storage.conftest import NOW

PASSWORD = "correct horse battery"


@pytest.fixture
def secret(store: Store) -> str:
    return store.staff.add("Anna", PASSWORD, NOW)


def code(secret: str, at: datetime) -> str:
    return pyotp.TOTP(secret).at(at)


def enter(store: Store, secret: str, at: datetime = NOW, **more: str) -> str | None:
    given = {"name": "Anna", "password": PASSWORD, "code": code(secret, at), **more}
    return store.staff.sign_in(given["name"], given["password"], given["code"], at,
                               given.get("device", ""))  # fmt: skip


def test_password_and_code_open_a_session(store: Store, secret: str) -> None:
    token = enter(store, secret)
    assert token is not None
    assert len(token) >= 43
    assert store.staff.session(token, NOW) == "Anna"
    assert store.staff.session("x" * 43, NOW) is None


@pytest.mark.parametrize(
    "wrong", [{"password": "wrong"}, {"code": "000000"}, {"code": ""}, {"name": "Nobody"},
              {"name": "ann"}, {"code": "١٢٣٤٥٦"}, {"name": "\0\ud800"}, {"password": "\0"}],
)  # fmt: skip
def test_anything_wrong_is_refused(store: Store, secret: str, wrong: dict[str, str]) -> None:
    assert enter(store, secret, **wrong) is None


def test_a_code_works_once(store: Store, secret: str) -> None:
    assert enter(store, secret)
    assert enter(store, secret) is None
    earlier = code(secret, NOW - timedelta(seconds=30))
    assert enter(store, secret, code=earlier) is None
    assert enter(store, secret, NOW + timedelta(seconds=30))


def test_without_a_required_second_factor_the_password_is_enough(
    settings: Settings, store: Store, secret: str
) -> None:
    relaxed = Store(replace(settings, staff_mfa=False), b"s")
    assert enter(relaxed, secret, code="")
    relaxed.database.engine.dispose()


def test_ten_failures_close_the_door_for_a_quarter_of_an_hour(store: Store, secret: str) -> None:
    for _ in range(10):
        assert enter(store, secret, password="guess") is None
    assert enter(store, secret) is None
    assert enter(store, secret, NOW + timedelta(minutes=14)) is None
    assert enter(store, secret, NOW + timedelta(minutes=16))


def test_guessing_strangers_do_not_lock_out_the_owners_own_device(
    store: Store, secret: str
) -> None:
    for _ in range(12):
        enter(store, secret, password="guess")
    assert enter(store, secret, device="known") is not None


def test_success_clears_the_failures(store: Store, secret: str) -> None:
    for round_ in range(2):
        at = NOW + timedelta(minutes=round_)
        for _ in range(6):
            enter(store, secret, at, password="guess")
        assert enter(store, secret, at)


def test_a_session_ends_after_30_idle_minutes_and_after_12_hours_in_all(
    store: Store, secret: str
) -> None:
    idle = enter(store, secret)
    assert idle
    assert store.staff.session(idle, NOW + timedelta(minutes=30)) == "Anna"
    assert store.staff.session(idle, NOW + timedelta(minutes=61)) is None
    busy = enter(store, secret, NOW + timedelta(minutes=1))
    assert busy
    now = NOW + timedelta(minutes=1)
    while store.staff.session(busy, now):
        now += timedelta(minutes=20)
    assert timedelta(hours=12) < now - NOW < timedelta(hours=12, minutes=30)


def test_signing_out_ends_the_session_at_the_server(store: Store, secret: str) -> None:
    token = enter(store, secret)
    assert token
    store.staff.sign_out(token, NOW)
    assert store.staff.session(token, NOW) is None


def test_disabling_and_a_new_password_end_every_session(store: Store, secret: str) -> None:
    token = enter(store, secret)
    assert token
    again = store.staff.add("Anna", PASSWORD, NOW)
    assert store.staff.session(token, NOW) is None
    token = enter(store, again, NOW + timedelta(minutes=2))
    assert token
    assert store.staff.disable("Anna", NOW)
    assert store.staff.session(token, NOW) is None
    assert enter(store, again, NOW + timedelta(minutes=4)) is None
    assert not store.staff.disable("Nobody", NOW)


def test_signing_out_everywhere_ends_all_of_ones_sessions(store: Store, secret: str) -> None:
    tokens = [enter(store, secret, NOW + timedelta(minutes=n)) for n in range(2)]
    store.staff.sign_out(tokens[0] or "", NOW, everywhere=True)
    assert [store.staff.session(token or "", NOW) for token in tokens] == [None, None]


def test_short_passwords_are_refused(store: Store) -> None:
    with pytest.raises(StorageError, match="15 characters"):
        store.staff.add("Ben", "fourteen chars", NOW)


def test_passwords_and_tokens_are_kept_as_hashes_and_sign_ins_are_in_the_trail(
    store: Store, secret: str
) -> None:
    token = enter(store, secret)
    enter(store, secret, password="my-password-typed-as-name", name="my-password-typed-as-name")
    with store.database.reading() as connection:
        rows = str(connection.execute(sa.select(staff)).all())
        rows += str(connection.execute(sa.select(staff_sessions)).all())
    assert PASSWORD not in rows
    assert str(token) not in rows
    assert "scrypt" in rows
    assert [r.event for r in store.audit.history("Anna")] == ["staff_add", "sign_in"]
    assert [r.event for r in store.audit.history("unknown")] == ["sign_in_refused"]
    assert store.audit.verify() == ()


@pytest.mark.parametrize("name", ["anna", "ANNA"])
def test_small_and_capital_letters_are_the_same_name(store: Store, secret: str, name: str) -> None:
    token = enter(store, secret, name=name)
    assert token
    assert store.staff.session(token, NOW) == "Anna"
    again = store.staff.add(name, PASSWORD, NOW)
    assert [account.name for account in store.staff.accounts()] == ["Anna"]
    assert store.staff.session(token, NOW) is None
    assert enter(store, again, NOW + timedelta(minutes=2), name=name)
    assert store.staff.disable(name, NOW)
    assert enter(store, again, NOW + timedelta(minutes=4)) is None
    assert {r.subject for r in store.audit.history("Anna")} == {"Anna"}
    assert store.audit.history(name) == ()


def test_letters_outside_ascii_are_compared_alike(store: Store) -> None:
    secret = store.staff.add("Zoë Groß", PASSWORD, NOW)
    assert enter(store, secret, name="ZOË GROSS")


def test_guesses_at_one_name_count_together_however_it_is_written(
    store: Store, secret: str
) -> None:
    for number in range(10):
        enter(store, secret, name="anna" if number % 2 else "ANNA", password="guess")
    assert enter(store, secret) is None


def test_two_accounts_of_older_versions_that_differ_in_case_stay_apart(
    store: Store, secret: str
) -> None:
    row = store.database.read(sa.select(staff))[0]
    store.database.write(staff.insert().values(("anna", *row[1:])))
    token = enter(store, secret, name="anna")
    assert token
    assert store.staff.session(token, NOW) == "anna"
    other = enter(store, secret)
    assert other
    assert store.staff.session(other, NOW) == "Anna"


def test_accounts_are_listed_by_name(store: Store, secret: str) -> None:
    store.staff.add("Aaron", PASSWORD, NOW)
    assert [account.name for account in store.staff.accounts()] == ["Aaron", "Anna"]
