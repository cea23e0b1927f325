"""What a notice says: a reference and a link, never the visitor's words, name or address."""

from __future__ import annotations

from dataclasses import dataclass

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


def compose(claimed: Claimed, public_url: str) -> Notice:
    """The notice for a delivery; without `public_url` it has no link."""
    delivery, wording = claimed.delivery, read_yaml("handoff.yaml")
    to_visitor = delivery.audience == "visitor"
    path = f"handoff/{claimed.mail_token}" if to_visitor else f"staff/handoffs/{delivery.reference}"
    link = f"{public_url}/{path}" if public_url else ""
    if to_visitor:
        parts = wording["to_visitor"][delivery.kind]
        subject, text = parts["subject"], parts["text"]
    else:
        subject = text = wording["staff"][delivery.kind]
        text += "\n\n{link}\n" if link else "\n"
    fill = {"reference": delivery.reference, "link": link}
    return Notice(
        id=delivery.id,
        kind=delivery.kind,
        reference=delivery.reference,
        subject=subject.format(**fill),
        text=text.format(**fill),
        link=link,
        urgent=claimed.urgent,
        to=claimed.email if to_visitor else "",
    )
