"""Mails carry a reference and a link, go to one receiver and keep the deadline."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from dataclasses import replace
from email import message_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.delivery import deadline, mail
from chatbot.delivery.mail import compose_mail, send_mail
from chatbot.errors import DeliveryError
from tests.delivery.conftest import NOTICE, NOW, Desk, free_port, settings

INJECTIONS = [
    "a@b.example\r\nBcc: evil@evil.example",
    "a@b.example\nBcc: evil@evil.example",
    "a@b.example\rBcc: evil@evil.example",
    "a@b.example\u2028Bcc: evil@evil.example",
    "a@b.example, evil@evil.example",
    "a@b.example;evil@evil.example",
    "<a@b.example> evil@evil.example",
    '"x, evil@evil.example" <a@b.example>',
    "a@b.example\0",
    "not an address",
    "@",
    "",
]


def test_the_mail_arrives_with_reference_and_link_as_plain_text(desk: tuple[Desk, str]) -> None:
    inbox, url = desk
    send_mail(settings(smtp_url=url), NOTICE, NOW)
    (received,) = inbox.mails
    assert received.get_content_type() == "text/plain"
    assert received["Subject"] == NOTICE.subject
    assert received["From"] == "faq@clinic.example"
    assert received["To"] == "desk@clinic.example"
    assert received["Message-ID"] == "<0123456789abcdef@clinic.example>"
    assert received["Auto-Submitted"] == "auto-generated"
    assert NOTICE.link in str(received.get_payload(decode=True), "utf-8")
    assert inbox.receivers == ["desk@clinic.example"]


def test_a_repeat_carries_the_same_message_id(desk: tuple[Desk, str]) -> None:
    inbox, url = desk
    send_mail(settings(smtp_url=url), NOTICE, NOW)
    send_mail(settings(smtp_url=url), NOTICE, NOW)
    assert len({received["Message-ID"] for received in inbox.mails}) == 1


@pytest.mark.parametrize("address", INJECTIONS)
def test_no_address_adds_a_header_or_a_receiver(address: str) -> None:
    with pytest.raises(DeliveryError) as refused:
        compose_mail(NOTICE, "faq@clinic.example", address, NOW)
    assert refused.value.permanent


@given(st.text(max_size=60))
def test_whatever_is_written_as_address_gives_one_receiver_or_is_refused(text: str) -> None:
    try:
        composed = compose_mail(NOTICE, "faq@clinic.example", text, NOW)
    except DeliveryError:
        return
    parsed = message_from_bytes(composed.as_bytes())
    assert len(composed["To"].addresses) == 1
    assert sorted(parsed.keys()) == sorted(
        ["To", "From", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type",
         "Content-Transfer-Encoding", "MIME-Version"]
    )  # fmt: skip


def test_a_refused_receiver_is_given_up_and_a_delayed_one_is_not(desk: tuple[Desk, str]) -> None:
    inbox, url = desk
    inbox.refuse = "550 no such user"
    with pytest.raises(DeliveryError) as refused:
        send_mail(settings(smtp_url=url), NOTICE, NOW)
    assert refused.value.permanent
    inbox.refuse = "451 greylisted, come back"
    with pytest.raises(DeliveryError) as delayed:
        send_mail(settings(smtp_url=url), NOTICE, NOW)
    assert not delayed.value.permanent


def test_a_password_is_never_sent_unencrypted(desk: tuple[Desk, str]) -> None:
    inbox, url = desk
    with pytest.raises(DeliveryError, match="no encryption"):
        send_mail(settings(smtp_url=url.replace("//", "//user:hunter2@")), NOTICE, NOW)
    assert inbox.mails == []


def test_a_dead_mail_server_is_tried_again_later() -> None:
    with pytest.raises(DeliveryError) as refused:
        send_mail(settings(smtp_url=f"smtp://127.0.0.1:{free_port()}"), NOTICE, NOW)
    assert not refused.value.permanent


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
@pytest.mark.parametrize("drips", [b"", b"2"])
def test_a_server_that_hangs_or_drips_is_left_at_the_deadline(
    scheme: str, drips: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "Deadline", lambda: deadline.Deadline(0.6))
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError), listener.accept()[0] as connection:
                for _ in range(40):
                    connection.send(drips) if drips else None
                    time.sleep(0.1)

        threading.Thread(target=serve, daemon=True).start()
        url = f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"
        began = time.monotonic()
        with pytest.raises(DeliveryError) as late:
            send_mail(settings(smtp_url=url), NOTICE, NOW)
    assert time.monotonic() - began < 3  # the server takes four
    assert not late.value.permanent


def test_a_server_that_accepts_and_then_is_rude_counts_as_accepted() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        received: list[bytes] = []

        def serve() -> None:
            with listener.accept()[0] as connection, connection.makefile("rb") as lines:
                connection.sendall(b"220 hello\r\n")
                for line in lines:
                    received.append(line)
                    if line.startswith(b"data"):
                        connection.sendall(b"354 go on\r\n")
                        for text in lines:
                            if text == b".\r\n":
                                break
                        connection.sendall(b"250 kept\r\n")
                    elif line.startswith(b"quit"):
                        connection.sendall(b"554 never heard of you\r\n")
                        return
                    else:
                        connection.sendall(b"250 ok\r\n")

        threading.Thread(target=serve, daemon=True).start()
        send_mail(settings(smtp_url=f"smtp://127.0.0.1:{listener.getsockname()[1]}"), NOTICE, NOW)
    assert received[-1].startswith(b"quit")


def test_a_visitor_is_written_to_instead_of_the_staff(desk: tuple[Desk, str]) -> None:
    inbox, url = desk
    send_mail(settings(smtp_url=url), replace(NOTICE, to="kim@example.org"), NOW)
    assert inbox.receivers == ["kim@example.org"]


def test_an_urgent_notice_is_marked(desk: tuple[Desk, str]) -> None:
    inbox, url = desk
    send_mail(settings(smtp_url=url), replace(NOTICE, urgent=True), NOW)
    assert inbox.mails[0]["Importance"] == "high"
