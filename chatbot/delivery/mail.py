"""Notices by mail (SMTP)."""

import smtplib
import socket
import ssl
from contextlib import suppress
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from chatbot.delivery.deadline import Deadline
from chatbot.delivery.notices import Notice
from chatbot.errors import DeliveryError
from chatbot.settings import Settings


def compose_mail(notice: Notice, sender: str, receiver: str, now: datetime) -> EmailMessage:
    """The message, plain text. Raises DeliveryError, for good, when an address is none. The
    receiver must be one bare address: nothing in it can add a header or another receiver."""
    mail = EmailMessage()
    try:
        if not receiver.isprintable() or any(c in receiver for c in ',;:<>()[]\\" '):
            raise ValueError("not one bare address")
        mail["To"] = Address(addr_spec=receiver)
        mail["From"] = Address(addr_spec=sender)
    except (ValueError, MessageError, IndexError) as error:
        raise DeliveryError("the address cannot be written to", permanent=True) from error
    mail["Subject"] = notice.subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{notice.id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    if notice.urgent:
        mail["Importance"] = "high"
    mail.set_content(notice.text)
    return mail


def send_mail(settings: Settings, notice: Notice, now: datetime) -> None:
    """Hand the notice to the mail server; raises DeliveryError. Takes 10 s at most."""
    mail = compose_mail(notice, settings.mail_from, notice.to or settings.notify_email, now)
    try:
        with Deadline() as deadline:
            _submit(mail, settings.smtp_url, deadline)
    except smtplib.SMTPRecipientsRefused as error:
        code = max(code for code, _ in error.recipients.values())
        raise DeliveryError(f"the address was refused ({code})", permanent=code >= 500) from error
    except smtplib.SMTPResponseException as error:
        raise DeliveryError(f"the mail server did not take it ({error.smtp_code})") from error
    except (OSError, EOFError, ValueError) as error:
        why = f"{type(error).__name__}: {error}"
        raise DeliveryError(f"the mail server did not take it: {why}") from error


def _submit(mail: EmailMessage, url: str, deadline: Deadline) -> None:
    server = urlsplit(url)
    secure, context = server.scheme == "smtps", ssl.create_default_context()

    class Connection(smtplib.SMTP):
        """smtplib over a connection that the deadline watches."""

        def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
            plain = deadline.connect(host, port, public_only=False)
            return context.wrap_socket(plain, server_hostname=host) if secure else plain

    port = server.port or (465 if secure else 587)
    # Named after the sender's domain: asking the resolver for our own name can take very long.
    smtp = Connection(server.hostname or "", port, str(mail["From"]).rpartition("@")[2])
    try:
        smtp.ehlo_or_helo_if_needed()
        if not secure and smtp.has_extn("starttls"):
            secure = smtp.starttls(context=context)[0] == 220
        if server.username and not secure:
            raise DeliveryError("the mail server offers no encryption, so no password was sent")
        if server.username:
            smtp.login(unquote(server.username), unquote(server.password or ""))
        smtp.send_message(mail)
        with suppress(OSError):  # it was accepted, whatever the server says to our goodbye
            smtp.quit()
    finally:
        smtp.close()
