"""Reminds the staff, 30, 7 and 0 days ahead, of documents that go out of date."""

import logging
from datetime import datetime
from hashlib import sha256

from chatbot.builtin import read_yaml
from chatbot.curation.freshness import reminders
from chatbot.delivery.notices import Notice, Senders
from chatbot.errors import DeliveryError
from chatbot.handoff.model import PROGRAM
from chatbot.knowledge.clinic import today
from chatbot.knowledge.folder import read
from chatbot.knowledge.loading import load
from chatbot.settings import Settings
from chatbot.storage.audit import Audit

log = logging.getLogger(__name__)


def remind(settings: Settings, audit: Audit, senders: Senders, now: datetime) -> None:
    """One notice for each channel with everything that is due and was not sent by it, as the audit
    trail tells; what is not accepted is tried again the next time. Raises StorageError."""
    corpus = load(read(settings.knowledge)).corpus
    due = reminders(corpus, today(corpus.clinic, now))
    for channel, sender in senders.items():
        new = [one for one in due if not audit.history(f"{one} {channel}")]
        try:
            if new:
                sender(_notice(new, settings.public_url), now)
        except DeliveryError as error:
            log.warning("the reminder by %s was not accepted: %s", channel, error)
            continue
        for one in new:
            audit.record("remind", f"{one} {channel}", PROGRAM, now)


def _notice(due: list[str], public_url: str) -> Notice:
    wording = read_yaml("reminder.yaml")
    pairs = sorted((last, name) for name, last, _ in map(str.split, due))
    link = f"{public_url}/staff/knowledge/expiring" if public_url else ""
    fill = {
        "count": len(due),
        "soonest": pairs[0][0],
        "link": link,
        "documents": "\n".join(wording["line"].format(id=n, last=last) for last, n in pairs),
    }
    number = sha256("\n".join(due).encode()).hexdigest()[:32]
    subject, text = (wording[part].format(**fill) for part in ("subject", "text"))
    return Notice(number, "reminder", "knowledge", subject, text, link, urgent=False)
