"""The ways out that the settings open, and the deliverer that uses them."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from chatbot.delivery.mail import send_mail
from chatbot.delivery.notices import Notice
from chatbot.delivery.reminders import Reminders
from chatbot.delivery.webhook import send_webhook
from chatbot.delivery.worker import Deliverer
from chatbot.errors import DeliveryError
from chatbot.settings import Settings
from chatbot.storage.deliveries import channels
from chatbot.storage.store import Store

__all__ = ["channels", "deliverer"]


def deliverer(settings: Settings, store: Store) -> Deliverer:
    """A deliverer for these settings; it also sweeps overdue items and keeps the retention."""

    def closed(notice: Notice, now: datetime) -> None:
        raise DeliveryError("this way out is no longer set up")

    senders = {
        "mail": partial(send_mail, settings) if settings.smtp_url else closed,
        "webhook": partial(send_webhook, settings) if settings.webhook_url else closed,
    }
    told = {channel: senders[channel] for channel in channels(settings)}
    reminders = Reminders(settings, store.audit, told)

    def chores(now: datetime) -> None:
        store.handoffs.sweep(now)
        store.purge(now)
        reminders.send(now)

    return Deliverer(store.deliveries, senders, settings.public_url, chores)
