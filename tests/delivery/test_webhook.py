"""Webhooks are signed, go to public addresses only, and trust the receiver with nothing."""

from __future__ import annotations

import hmac
import json
import socket
import time
from base64 import b64decode, b64encode
from collections.abc import Callable

import pytest

from chatbot.delivery import deadline, webhook
from chatbot.delivery.deadline import refuse_private
from chatbot.delivery.webhook import send_webhook, signature
from chatbot.errors import DeliveryError
from tests.delivery.conftest import NOTICE, NOW, Receiver, free_port, says, settings

Receivers = Callable[[Callable[[socket.socket], None]], Receiver]

PRIVATE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1",
    "169.254.169.254", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "fe80::1", "fe80::1%eth0",
    "fc00::1", "fd12::1", "ff02::1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::",
    "2002:a00:1::", "2001:0:7f00:1::", "2001:db8::1",
]  # fmt: skip


def failure(url: str, **more: object) -> DeliveryError:
    with pytest.raises(DeliveryError) as refused:
        send_webhook(settings(webhook_url=url, **more), NOTICE, NOW)
    return refused.value


def test_the_receiver_gets_a_signed_notice_without_the_visitors_words(receivers: Receivers) -> None:
    receiver = receivers(says("204 No Content"))
    send_webhook(settings(webhook_url=receiver.url), NOTICE, NOW)
    (request,) = receiver.requests
    assert request.path == "/hook?to=desk"
    body = json.loads(request.body)
    assert body["text"] == NOTICE.text.strip()
    assert body["type"] == "handoff.new"
    assert body["data"] == {"reference": NOTICE.reference, "urgent": False, "url": NOTICE.link}

    # As a receiver that follows the specification checks it.
    secret = b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = request.headers
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + request.body
    expected = b64encode(hmac.digest(secret, signed, "sha256")).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["webhook-id"] == NOTICE.id
    assert int(headers["webhook-timestamp"]) == int(NOW.timestamp())


def test_the_signature_is_that_of_the_specifications_own_example() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    assert signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body) == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


@pytest.mark.parametrize("status", ["400 Bad", "401 No", "404 Gone?", "429 Slow", "500 Oops"])
def test_what_is_not_accepted_is_tried_again(receivers: Receivers, status: str) -> None:
    error = failure(receivers(says(status)).url)
    assert not error.permanent
    assert status[:3] in str(error)


def test_gone_for_good_is_given_up(receivers: Receivers) -> None:
    assert failure(receivers(says("410 Gone")).url).permanent


def test_a_redirect_is_not_followed(receivers: Receivers) -> None:
    target = receivers(says("200 OK"))
    first = receivers(says("307 Moved", f"Location: {target.url}"))
    assert "redirects" in str(failure(first.url))
    assert target.connections == 0


def test_the_receivers_own_wish_when_to_come_back_is_heard(receivers: Receivers) -> None:
    assert failure(receivers(says("429 Slow", "Retry-After: 120")).url).retry_after == 120
    assert failure(receivers(says("503 Busy", "Retry-After: soon")).url).retry_after is None


def _hang(connection: socket.socket) -> None:
    time.sleep(5)


def _drip_headers(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Drip: ")
    for _ in range(50):
        connection.sendall(b"x")
        time.sleep(0.1)


def _drip_body(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(50):
        connection.sendall(b"x")
        time.sleep(0.1)


def test_an_accepted_notice_is_not_held_up_by_a_body_that_drips(receivers: Receivers) -> None:
    began = time.monotonic()
    send_webhook(settings(webhook_url=receivers(_drip_body).url), NOTICE, NOW)
    assert time.monotonic() - began < 3  # the body takes five


@pytest.mark.parametrize("script", [_hang, _drip_headers])
def test_a_receiver_that_hangs_or_drips_is_left_at_the_deadline(
    receivers: Receivers,
    script: Callable[[socket.socket], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(webhook, "Deadline", lambda: deadline.Deadline(0.6))
    began = time.monotonic()
    assert not failure(receivers(script).url).permanent
    assert time.monotonic() - began < 3  # the receiver takes five


def test_the_deadline_is_ten_seconds() -> None:
    assert deadline.Deadline().seconds == 10


def test_an_endless_answer_is_not_read(receivers: Receivers) -> None:
    sent = 0

    def flood(connection: socket.socket) -> None:
        nonlocal sent
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while True:
            sent += connection.send(b"x" * 65_536)

    send_webhook(settings(webhook_url=receivers(flood).url), NOTICE, NOW)
    # Only what fits into the machine's socket buffers leaves the receiver.
    assert sent < 16_000_000


@pytest.mark.parametrize(
    "answer",
    [b"", b"hello?\r\n\r\n", b"HTTP/1.1 xyz\r\n\r\n", b"\0" * 100, b"HTTP/1.1 200 OK\r\n" * 200],
)
def test_a_receiver_that_talks_nonsense_is_tried_again(receivers: Receivers, answer: bytes) -> None:
    assert not failure(receivers(lambda c: c.sendall(answer)).url).permanent


def test_a_receiver_that_is_not_there_is_tried_again() -> None:
    assert not failure(f"http://127.0.0.1:{free_port()}/").permanent


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_refused(address: str) -> None:
    with pytest.raises(DeliveryError) as refused:
        refuse_private(address)
    assert refused.value.permanent


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_are_not(address: str) -> None:
    refuse_private(address)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1]",
             "[::ffff:127.0.0.1]", "0"],
)  # fmt: skip
def test_no_spelling_of_a_private_address_is_connected_to(receivers: Receivers, host: str) -> None:
    receiver = receivers(says("200 OK"))
    port = receiver.url.split(":")[2].split("/")[0]
    assert failure(f"http://{host}:{port}/", webhook_private=False)
    assert receiver.connections == 0


def test_a_name_that_turns_private_between_two_look_ups_is_not_connected_to(
    receivers: Receivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = receivers(says("200 OK"))
    port = int(receiver.url.split(":")[2].split("/")[0])
    public = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", port))
    private = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))
    answers = iter([[public], [private], [private, public]])
    first = next(answers)
    assert first == [public]  # what a check at configuration time would have seen
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: next(answers))
    assert failure(f"http://rebinding.example:{port}/", webhook_private=False).permanent
    assert failure(f"http://rebinding.example:{port}/", webhook_private=False).permanent
    assert receiver.connections == 0
