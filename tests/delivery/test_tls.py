"""Encrypted receivers are reached when their certificate is good, and only then."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from chatbot.delivery.mail import send_mail
from chatbot.delivery.webhook import send_webhook
from chatbot.errors import DeliveryError
from tests.delivery.conftest import NOTICE, NOW, Desk, Request, free_port, read_request, settings

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost, signed by itself, and its key in one file."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", folder / "key",
         "-out", folder / "cert"],
        check=True, capture_output=True,
    )  # fmt: skip
    both = folder / "both.pem"
    both.write_bytes((folder / "cert").read_bytes() + (folder / "key").read_bytes())
    return both


@pytest.fixture
def context(certificate: Path) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate)
    return made


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@pytest.fixture(params=["smtp", "smtps"])
def secure_desk(
    request: pytest.FixtureRequest, context: ssl.SSLContext
) -> Iterator[tuple[Desk, str]]:
    inbox, port = Desk(), free_port()
    if request.param == "smtp":  # refuses everything before STARTTLS
        controller = Controller(
            inbox, hostname="localhost", port=port, tls_context=context, require_starttls=True
        )
    else:
        controller = Controller(inbox, hostname="localhost", port=port, ssl_context=context)
    controller.start()
    yield inbox, f"{request.param}://localhost:{port}"
    controller.stop()


@pytest.mark.usefixtures("trusted")
def test_mail_goes_encrypted_where_the_server_offers_it(secure_desk: tuple[Desk, str]) -> None:
    inbox, url = secure_desk
    send_mail(settings(smtp_url=url), NOTICE, NOW)
    assert len(inbox.mails) == 1


def test_a_mail_server_with_a_false_certificate_gets_nothing(
    secure_desk: tuple[Desk, str],
) -> None:
    inbox, url = secure_desk
    with pytest.raises(DeliveryError, match="CERTIFICATE_VERIFY_FAILED"):
        send_mail(settings(smtp_url=url), NOTICE, NOW)
    assert inbox.mails == []


@pytest.fixture
def secure_hook(context: ssl.SSLContext) -> Iterator[tuple[list[Request], str]]:
    """(what was received, the address) of an HTTPS receiver."""
    received: list[Request] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            try:
                with context.wrap_socket(listener.accept()[0], server_side=True) as connection:
                    received.append(read_request(connection))
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            except OSError:
                return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield received, f"https://localhost:{listener.getsockname()[1]}/hook"
        thread.join(2)


Hook = tuple[list[Request], str]


@pytest.mark.usefixtures("trusted")
def test_a_webhook_goes_encrypted_under_the_name_of_its_host(secure_hook: Hook) -> None:
    received, url = secure_hook
    send_webhook(settings(webhook_url=url), NOTICE, NOW)
    assert received[0].path == "/hook"
    assert received[0].headers["host"] == url.split("/")[2]


def test_a_webhook_with_a_false_certificate_gets_nothing(secure_hook: Hook) -> None:
    received, url = secure_hook
    with pytest.raises(DeliveryError, match="CERTIFICATE_VERIFY_FAILED"):
        send_webhook(settings(webhook_url=url), NOTICE, NOW)
    assert received == []


def test_the_name_is_checked_too(
    secure_hook: Hook, trusted: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    received, url = secure_hook
    port = url.rpartition(":")[2].partition("/")[0]
    look_up: Callable[..., object] = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *more, **given: look_up("127.0.0.1", *more, **given)
    )
    with pytest.raises(DeliveryError, match="CERTIFICATE_VERIFY_FAILED"):
        send_webhook(settings(webhook_url=f"https://other.example:{port}/"), NOTICE, NOW)
    assert received == []
