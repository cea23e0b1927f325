"""Reminders of what goes out of date: 30, 7 and 0 days ahead, once each by every channel."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chatbot.delivery.notices import Notice
from chatbot.delivery.reminders import remind
from chatbot.errors import DeliveryError
from chatbot.settings import Settings
from chatbot.storage.store import Store
from tests.conftest import KnowledgeFolder

FAQS = """\
faqs:
  - {id: wine, question: Wine?, answer: No., status: approved, approved_by: Dr X,
     approved_on: 2026-01-15, review_by: 2026-07-01}
  - {id: later, question: Beer?, answer: No., status: approved, approved_by: Dr X,
     approved_on: 2026-01-15, review_by: 2027-07-01}
  - {id: gone, question: Rum?, answer: No., status: retired, approved_by: Dr X,
     approved_on: 2026-01-15, review_by: 2026-07-01}
"""


def day(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}T12:00").replace(tzinfo=UTC)


class Site:
    def __init__(self, folder: Path) -> None:
        self.settings = Settings(
            knowledge=folder, instance=folder.parent / "instance", public_url="https://faq.example",
            database_url=f"sqlite:///{folder.parent / 'x.db'}",
        )  # fmt: skip
        self.store: Store = Store(self.settings, b"secret")
        self.store.prepare()
        self.mails: list[Notice] = []
        self.broken = False

    def remind(self, now: datetime) -> None:
        remind(self.settings, self.store.audit, {"mail": self.mail}, now)

    def mail(self, notice: Notice, now: datetime) -> None:
        if self.broken:
            raise DeliveryError("down")
        self.mails.append(notice)


@pytest.fixture
def site(knowledge_folder: KnowledgeFolder) -> Site:
    return Site(knowledge_folder({"faqs/f.yaml": FAQS}))


def test_each_step_is_told_once_whatever_is_restarted(site: Site) -> None:
    told = {}
    now = day("2026-05-20")
    while now <= day("2026-07-10"):
        for hours in (0, 2, 4):
            site.remind(now + timedelta(hours=hours))
        if site.mails:
            told[now.date().isoformat()] = len(site.mails)
            site.mails.clear()
        now += timedelta(days=1)
    assert told == {"2026-06-01": 1, "2026-06-24": 1, "2026-07-01": 1}


def test_the_notice_names_the_documents_and_the_page(site: Site) -> None:
    site.remind(day("2026-06-30"))
    (notice,) = site.mails
    assert notice.subject == "Going out of date from 2026-07-01: 1 of the website's answers"
    assert "wine: last day 2026-07-01" in notice.text
    assert "https://faq.example/staff/knowledge/expiring" in notice.text
    assert "later" not in notice.text
    assert "gone" not in notice.text


def test_what_was_not_accepted_is_sent_the_next_time(site: Site) -> None:
    site.broken, now = True, day("2026-06-30")
    site.remind(now)
    site.broken = False
    assert site.mails == []
    site.remind(now + timedelta(minutes=60))
    assert len(site.mails) == 1


def test_approving_again_begins_anew(site: Site) -> None:
    site.remind(day("2026-06-30"))
    path = site.settings.knowledge / "faqs/f.yaml"
    path.write_text(path.read_text().replace("review_by: 2026-07-01", "review_by: 2026-12-31"))
    site.remind(day("2026-07-02"))
    assert len(site.mails) == 1
    site.remind(day("2026-12-28"))
    assert len(site.mails) == 2
