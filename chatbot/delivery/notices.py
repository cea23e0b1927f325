"""What a notice says: a reference and a link, never the visitor's words, name or address."""

from collections.abc import Callable, Mapping
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


Senders = Mapping[str, Callable[[Notice, datetime], None]]  # by channel; raise DeliveryError


def compose(claimed: Claimed, public_url: str) -> Notice:
    """The notice for a delivery; without `public_url` it has no link."""
    kind, reference, wording = claimed.kind, claimed.reference, read_yaml("handoff.yaml")
    path, to = f"staff/handoffs/{reference}", ""
    if claimed.audience == "visitor":
        path, to = f"handoff/{claimed.mail_token}", claimed.email
        subject, text = (wording["to_visitor"][kind][part] for part in ("subject", "text"))
    else:
        subject = wording["staff"][kind]
        text = subject + ("\n\n{link}\n" if public_url else "\n")
    link = f"{public_url}/{path}" if public_url else ""
    subject, text = (part.format(reference=reference, link=link) for part in (subject, text))
    return Notice(claimed.id, kind, reference, subject, text, link, claimed.urgent, to)
