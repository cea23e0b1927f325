"""Every kind of notice has words, and none of them are the visitor's."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chatbot.builtin import read_yaml
from chatbot.delivery.notices import compose
from chatbot.storage.deliveries import Claimed

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


def claimed(kind: str, audience: str = "staff") -> Claimed:
    return Claimed(
        "0123", "H-7KMR-4XQD", "mail", audience, kind, "waiting", 0, NOW, NOW, None, "",
        False, "kim@example.org", "mailtoken",
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["new", "urgent", "follow_up", "overdue", "escalated"])
def test_staff_get_the_reference_and_a_link_to_it(kind: str) -> None:
    notice = compose(claimed(kind), "https://faq.clinic.example")
    assert "H-7KMR-4XQD" in notice.subject
    assert notice.text.endswith("\n\nhttps://faq.clinic.example/staff/handoffs/H-7KMR-4XQD\n")
    assert notice.to == ""
    assert "kim@" not in notice.text


def test_the_visitor_gets_their_own_link_and_is_told_of_the_code() -> None:
    notice = compose(claimed("answered", "visitor"), "https://faq.clinic.example")
    assert "https://faq.clinic.example/handoff/mailtoken" in notice.text
    assert "code" in notice.text
    assert notice.to == "kim@example.org"


def test_without_a_public_address_there_is_no_link() -> None:
    notice = compose(claimed("new"), "")
    assert (notice.link, notice.text) == ("", "New question from the website: H-7KMR-4XQD.\n")


def test_all_words_are_filled_in() -> None:
    wording = read_yaml("handoff.yaml")
    for audience, kinds in (("staff", wording["staff"]), ("visitor", wording["to_visitor"])):
        for kind in kinds:
            notice = compose(claimed(kind, audience), "https://faq.clinic.example")
            assert "{" not in notice.subject + notice.text
            assert "\n" not in notice.subject
