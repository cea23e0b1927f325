from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.text.normalise import normalise


@given(st.text())
def test_any_string_is_normalised_once_and_for_all(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("  How   LONG\tis\nit ", "how long is it"),
        ("I don’t know", "i don't know"),
        ("ke\u200bta\u00admine", "ketamine"),
        ("\u202eabc\u202c", "abc"),
        ("a\x00b\ud800c", "abc"),
        ("ﬁne ＡＢＣ", "fine abc"),
        ("Straße", "strasse"),
        ("“quoted” – dash", '"quoted" - dash'),
        ("", ""),
    ],
)
def test_each_way_of_typing_becomes_one_form(typed: str, read: str) -> None:
    assert normalise(typed) == read
