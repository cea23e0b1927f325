"""One deadline for a whole conversation with a receiver, and connections that check addresses."""

import ipaddress
import socket
import threading
import time
from contextlib import suppress
from typing import Self

from chatbot.errors import DeliveryError

SECONDS = 10.0
_TUNNELS = ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")


class Deadline:
    """Cuts the connection when the time is over, however slowly it still drips. A time-out on the
    socket alone restarts with every byte that arrives. Only the look-up of the name has the
    resolver's own time-out, on top."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds
        self._watched: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._timer.cancel()
        if self._watched:
            self._watched.close()
        if error is not None and not isinstance(error, DeliveryError) and self.left() <= 0:
            raise DeliveryError(f"no answer within {self.seconds:g} s") from error

    def left(self) -> float:
        """Seconds left; 0 or less when it is over."""
        return self._end - time.monotonic()

    def connect(self, host: str, port: int, public_only: bool) -> socket.socket:
        """A connection to the first address of `host` that answers in time. With `public_only` the
        very address that is connected to must be a public one, so a name that resolves differently
        from one moment to the next gains nothing."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(address[0]) for *_, address in found]
        if public_only:
            for address in addresses:
                refuse_private(address)
        error = OSError(f"{host} has no address")
        for address in addresses:
            try:
                connection = socket.create_connection((address, port), max(self.left(), 0.001))
            except OSError as failed:
                error = failed
                continue
            # TLS takes the descriptor over; a copy of it still reaches the same connection.
            self._watched = connection.dup()
            return connection
        raise error

    def _cut(self) -> None:
        if self._watched:
            with suppress(OSError):
                self._watched.shutdown(socket.SHUT_RDWR)


def refuse_private(address: str) -> None:
    """Raises DeliveryError, for good, unless `address` is a public one on the internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if not ip.is_global or ip.is_multicast or any(ip in ipaddress.ip_network(n) for n in _TUNNELS):
        private = "the receiver has a private address. If it is meant to, set "
        raise DeliveryError(f"{private}CHATBOT_WEBHOOK_PRIVATE=on", permanent=True)
