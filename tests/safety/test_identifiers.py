"""What could tell who somebody is goes before anything is stored; what could not stays."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.safety.identifiers import find, redact


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("call me on 312-555-0142", "phone"),
        ("write to jo@example.com", "email"),
        ("SSN 457-55-5462", "ssn"),
        ("born 03/14/1982", "date"),
        ("I live at 48 Larkspur Lane", "address"),
        ("my zip is 33131", "zip"),
        ("MRN: A7719205", "mrn"),
        ("member ID XQH883920114", "insurance"),
        ("account number 10044982", "account"),
        ("my plate is 7KLM382", "plate"),
        ("DL S530-4607-9921", "licence"),
        ("pump serial SN-40028817", "device"),
        ("see https://www.example.com/people/mq", "url"),
        ("my ip is 203.0.113.47", "ip"),
        ("my name is Harriet Lindqvist", "name"),
        ("he's 91, in good health", "age"),
    ],
)
def test_each_kind_is_found_and_blacked_out(text: str, kind: str) -> None:
    assert [found.kind for found in find(text)] == [kind]
    assert f"[{kind}]" in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "0.5 mg/kg over 40 minutes",
        "depressed since 2016",
        "call 911 or 988",
        "Poison Help is 1-800-222-1222",
        "Samaritans 116 123",
        "trial NCT05378100",
        "my blood pressure was 158/96",
        "I'm 45 and take 50 mg",
        "open 24/7",
    ],
)
def test_doses_years_and_help_lines_stay(text: str) -> None:
    assert redact(text) == text


PIECES = st.sampled_from(
    ["312", "555", "0142", "-", " ", ".", "@", "a", "example.com", "my name is ", "Jo Lee", "born ",
     "03/14/1982", "1", "91", "street", " 48 Oak ", "https://", "ssn ", "[", "]", "MRN ", "é"]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_what_redaction_leaves_holds_nothing_more_to_find(text: str) -> None:
    assert find(redact(text)) == ()


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200))
def test_any_text_can_be_redacted(text: str) -> None:
    assert find(redact(text)) == ()
