from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from chatbot.builtin import FOLDER, read_yaml
from chatbot.knowledge.clinic import PROTECTED, today
from chatbot.knowledge.model import Clinic
from chatbot.safety.rules import RULES
from tests.knowledge.world import codes, loaded, problem


def clinic(text: str) -> Clinic:
    found = loaded({"clinic.yaml": text})
    assert codes(found) == []
    return found.corpus.clinic


def test_a_name_is_enough() -> None:
    assert clinic("name: Example Clinic\n") == Clinic("Example Clinic")


def test_every_key_of_the_contract_is_read() -> None:
    found = clinic(
        "name: Example Clinic\nurl: https://clinic.example\nphone: '555-0100'\n"
        "email: desk@clinic.example\nlanguage: es\ncountry: GB\ntime_zone: Europe/London\n"
        'hours: {tue: "09:00-17:00", mon: "08:30-12:00"}\nholidays: [2026-12-25, "2026-12-26"]\n'
        'disclaimer: Also this.\naccent: "#1f6f78"\nwording: {greeting: Hi.}\n'
        "closed: Moving\nrequire_approved_text: true\n"
    )
    assert found == Clinic(
        name="Example Clinic",
        url="https://clinic.example",
        phone="555-0100",
        email="desk@clinic.example",
        language="es",
        country="GB",
        time_zone="Europe/London",
        hours={"mon": (time(8, 30), time(12)), "tue": (time(9), time(17))},
        holidays=frozenset({date(2026, 12, 25), date(2026, 12, 26)}),
        disclaimer="Also this.",
        accent="#1f6f78",
        wording={"greeting": "Hi."},
        closed="Moving",
        require_approved_text=True,
    )


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("url: clinic.example", "bad-url"),
        ("url: javascript:x", "bad-url"),
        ("url: 'https://[bad'", "bad-url"),
        ("email: nobody", "bad-value"),
        ("language: de", "no-crisis-words"),
        ("country: ZZ", "bad-value"),
        ("country: us", "bad-value"),
        ("time_zone: Mars/Base", "bad-value"),
        ("time_zone: ../../etc/passwd", "bad-value"),
        ("time_zone: America", "bad-value"),
        ("hours: {mon: 9-5}", "bad-value"),
        ("hours: {mon: '17:00-09:00'}", "bad-value"),
        ("hours: {mon: closed}", "bad-value"),
        ("hours: {mon: }", "bad-value"),
        ("hours: {monday: '09:00-17:00'}", "unknown-key"),
        ("hours: every day", "wrong-shape"),
        ("holidays: [2026-02-30]", "bad-date"),
        ("holidays: [christmas]", "bad-date"),
        ("holidays: 2026-12-25", "wrong-shape"),
        ("accent: teal", "bad-value"),
        ("accent: '#ffd54f'", "bad-accent"),
        ("wording: {greting: Hi}", "unknown-key"),
        ("wording: {greeting: [Hi]}", "wrong-shape"),
        ("require_approved_text: maybe", "bad-value"),
        ("phnoe: 1", "unknown-key"),
        ("closed:", "closed-value"),
        ("closed: false", "closed-value"),
        ("name: Twice", "duplicate-key"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_and_its_default_stands_in(
    line: str, code: str
) -> None:
    found = loaded({"clinic.yaml": f"name: X\n{line}\n"})
    assert codes(found) == [code]
    assert problem(found, code).line == 2
    assert found.corpus.clinic.accent == "#1f6f78"


@pytest.mark.parametrize("text", ["name: [", "- a list", "", "phone: '1'\n"])
def test_a_clinic_without_a_name_is_an_error_and_is_called_something(text: str) -> None:
    found = loaded({"clinic.yaml": text})
    assert found.errors
    assert found.corpus.clinic.name == "our clinic"


@pytest.mark.parametrize("value", ["", "false", "no", "[]", "Moving"])
def test_the_kill_switch_closes_whatever_its_value(value: str) -> None:
    assert loaded({"clinic.yaml": f"name: X\nclosed: {value}\n"}).corpus.clinic.closed


def test_every_country_has_crisis_resources() -> None:
    from chatbot.safety.resources import resources

    assert all(resources(country, ()) for country in ("US", "CA", "GB", "AU"))


def test_today_is_the_date_where_the_clinic_is() -> None:
    moment = datetime(2026, 6, 1, 23, 30, tzinfo=UTC)
    assert today(Clinic("X", time_zone="Australia/Sydney"), moment) == date(2026, 6, 2)
    assert today(Clinic("X", time_zone="America/Los_Angeles"), moment) == date(2026, 6, 1)


def test_a_line_of_synonyms_that_stands_there_twice_is_named() -> None:
    found = loaded({"synonyms.yaml": "- [drip, iv]\n- [gown, robe]\n- [IV, drip]\n"})
    assert codes(found) == ["same-synonyms"]
    assert problem(found, "same-synonyms").line == 3


def test_the_crisis_rules_speak_the_languages_of_which_nothing_is_warned() -> None:
    written = [set(read_yaml(f"{RULES}/{path.name}")) for path in (FOLDER / RULES).glob("*.yaml")]
    assert written
    assert set.intersection(*written) >= set(PROTECTED)
    for language in (*PROTECTED, "en-GB", "es-MX"):
        found = loaded({"clinic.yaml": f"name: x\nlanguage: {language}\n"})
        assert codes(found) == [], language
    unknown = loaded({"clinic.yaml": "name: x\nlanguage: tlh\n"})
    assert codes(unknown) == ["no-crisis-words", "no-stemmer"]
