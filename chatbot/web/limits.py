"""How often one address may ask, counted by a keyed hash so that no address is kept."""

from __future__ import annotations

import hashlib
import hmac
import logging
import math
from datetime import UTC, datetime

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

log = logging.getLogger(__name__)
HANDOFFS = "5 per hour"
SIGN_INS = "30 per 15 minute"  # an address whose browser no member of staff has signed in from


class Limits:
    """The limits of one site. With Redis they are shared by all processes; if Redis fails, each
    process counts for itself until it answers again."""

    def __init__(self, rate: str, redis_url: str, secret: bytes) -> None:
        self._rates: dict[str, RateLimitItem | None] = {
            "ask": None if rate == "off" else parse(rate),
            "handoff": None if rate == "off" else parse(HANDOFFS),
            "sign_in": None if rate == "off" else parse(SIGN_INS),
        }
        self._own = FixedWindowRateLimiter(MemoryStorage())
        self._shared = FixedWindowRateLimiter(_storage(redis_url)) if redis_url else None
        self._secret = secret

    def key(self, address: str) -> str:
        """The keyed hash an address is counted under; a new one every day."""
        day = datetime.now(UTC).date().isoformat()
        return hmac.new(self._secret, f"{day} {address}".encode(), hashlib.sha256).hexdigest()[:32]

    def wait(self, kind: str, address: str) -> int:
        """Count one request; 0 when it is allowed, else the seconds to wait."""
        rate = self._rates[kind]
        if rate is None:
            return 0
        key = self.key(address)
        if self._shared is not None:
            try:
                return _hit(self._shared, rate, kind, key)
            except Exception as error:  # any failure of the shared store must not stop answers
                log.warning(
                    "shared limits are unavailable (%s); counting here", type(error).__name__
                )
        return _hit(self._own, rate, kind, key)


def _hit(limiter: FixedWindowRateLimiter, rate: RateLimitItem, kind: str, key: str) -> int:
    if limiter.hit(rate, kind, key):
        return 0
    reset = limiter.get_window_stats(rate, kind, key).reset_time
    return max(1, math.ceil(reset - datetime.now(UTC).timestamp()))


def _storage(url: str) -> Storage:
    storage = storage_from_string(url, socket_timeout=0.5, socket_connect_timeout=0.5)
    if not isinstance(storage, Storage):
        raise TypeError(f"{url!r} gives an asynchronous store")
    return storage
