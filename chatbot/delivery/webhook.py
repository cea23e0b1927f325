"""Notices by webhook, signed as the Standard Webhooks specification says."""

import hmac
import json
import ssl
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import urlsplit

from chatbot.delivery.deadline import Deadline
from chatbot.delivery.notices import Notice
from chatbot.errors import DeliveryError
from chatbot.settings import Settings


def signature(secret: str, id: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the base64 of HMAC-SHA256 over "id.timestamp.body". A secret that begins with
    `whsec_` is base64 (as the specification has it), others are text."""
    raw = b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()
    signed = f"{id}.{timestamp}.".encode() + body
    return "v1," + b64encode(hmac.digest(raw, signed, "sha256")).decode()


def send_webhook(settings: Settings, notice: Notice, now: datetime) -> None:
    """Post the notice; raises DeliveryError. Takes 10 s at most and follows no redirect."""
    facts = {"reference": notice.reference, "urgent": notice.urgent, "url": notice.link or None}
    payload = {
        "type": f"handoff.{notice.kind}",
        "timestamp": now.astimezone(UTC).isoformat(),
        "text": notice.text.strip(),
        "data": facts,
    }
    body, timestamp = json.dumps(payload).encode(), int(now.timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "clinic-faq",
        "Connection": "close",
        "webhook-id": notice.id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(settings.webhook_secret, notice.id, timestamp, body),
    }
    try:
        with Deadline() as deadline:
            _post(settings, body, headers, deadline)
    except (OSError, ValueError, HTTPException) as error:
        # What http.client says may quote the address, which can hold a secret, or the receiver.
        why = error.strerror if isinstance(error, OSError) and error.strerror else ""
        name = type(error).__name__
        raise DeliveryError(f"the receiver did not take it: {name} {why}".rstrip()) from error


def _post(settings: Settings, body: bytes, headers: dict[str, str], deadline: Deadline) -> None:
    url = urlsplit(settings.webhook_url)
    secure, host = url.scheme == "https", url.hostname or ""
    connection = (HTTPSConnection if secure else HTTPConnection)(host, url.port)
    plain = deadline.connect(host, connection.port, public_only=not settings.webhook_private)
    context = ssl.create_default_context()
    connection.sock = context.wrap_socket(plain, server_hostname=host) if secure else plain
    try:
        path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        connection.request("POST", path, body, headers)
        # The status says it all: no body is read, however long or slow it is.
        with connection.getresponse() as response:
            if deadline.left() <= 0:
                raise TimeoutError
            _judge(response)
    finally:
        connection.close()


def _judge(response: HTTPResponse) -> None:
    code, wait = response.status, response.headers.get("Retry-After", "").strip()
    if 300 <= code < 400:
        raise DeliveryError(f"the receiver redirects ({code}); set the address it points to")
    if not 200 <= code < 300:
        after = float(wait) if wait.isdigit() else None
        raise DeliveryError(f"the receiver said {code}", permanent=code == 410, retry_after=after)
