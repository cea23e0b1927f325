"""What a notice says: a reference and a link, never the visitor's words, name or address."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chatbot.builtin import read_yaml
from chatbot.storage.deliveries import Claimed


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice, ready for any channel. `id` is the same for every try."""

    id: str
    kind: str
    reference: str
    subject: str
    text: str
    link: str
    urgent: bool
    to: str = ""  # a visitor's address; empty: the staff


Sender = Callable[[Notice, datetime], None]  # raises DeliveryError


def compose(claimed: Claimed, public_url: str) -> Notice:
    """The notice for a delivery; without `public_url` it has no link."""
    delivery, wording = claimed.delivery, read_yaml("handoff.yaml")
    path, to = f"staff/handoffs/{delivery.reference}", ""
    if delivery.audience == "visitor":
        path, to = f"handoff/{claimed.mail_token}", claimed.email
        parts = wording["to_visitor"][delivery.kind]
    else:
        words = wording["staff"][delivery.kind]
        parts = {"subject": words, "text": words + ("\n\n{link}\n" if public_url else "\n")}
    link = f"{public_url}/{path}" if public_url else ""
    subject, text = (
        parts[part].format(reference=delivery.reference, link=link) for part in ("subject", "text")
    )
    return Notice(
        delivery.id, delivery.kind, delivery.reference, subject, text, link, claimed.urgent, to
    )
