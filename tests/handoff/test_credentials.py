"""References can be read out; links and codes cannot be guessed."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from chatbot.handoff.credentials import (
    ALPHABET,
    code,
    digest,
    reference,
    same_code,
    token,
)


@given(st.binary(min_size=8, max_size=8))
def test_a_reference_has_no_letter_that_is_mistaken_for_another(randomness: bytes) -> None:
    assert re.fullmatch(r"H-[3-9A-Z]{4}-[3-9A-Z]{4}", reference(randomness))
    assert not set(reference(randomness)[2:]) & set("0O1ILUAEB8S5Z2")


@given(st.binary(min_size=8, max_size=8), st.binary(min_size=8, max_size=8))
def test_different_randomness_gives_different_references_almost_always(a: bytes, b: bytes) -> None:
    modulus = len(ALPHABET) ** 8
    differ = int.from_bytes(a, "big") % modulus != int.from_bytes(b, "big") % modulus
    assert (reference(a) != reference(b)) == differ


def test_links_are_long_differ_by_secret_and_hand_off_and_tell_nothing_of_the_code() -> None:
    one = token(b"secret", "H-7KMR-4XQD")
    assert len(one) == 43
    assert re.fullmatch(r"[\w-]{43}", one)
    assert len({one, token(b"other", "H-7KMR-4XQD"), token(b"secret", "H-7KMR-4XQC")}) == 3
    assert code(b"secret", "H-7KMR-4XQD") != code(b"other", "H-7KMR-4XQD")


@given(st.binary(max_size=40), st.sampled_from(["{}", " {} ", "{}\n"]))
def test_a_code_is_taken_with_or_without_dash_spaces_and_capitals(secret: bytes, form: str) -> None:
    shown = code(secret, "H-7KMR-4XQD")
    stored = digest(shown)
    for typed in (shown, shown.lower(), shown.replace("-", ""), shown.replace("-", " ")):
        assert same_code(form.format(typed), stored)


@given(st.text(max_size=12))
def test_nothing_else_opens(typed: str) -> None:
    shown = code(b"secret", "H-7KMR-4XQD")
    kept = [c for c in typed.upper() if c in ALPHABET][:6]
    assert same_code(typed, digest(shown)) == (kept == list(shown.replace("-", "")))
