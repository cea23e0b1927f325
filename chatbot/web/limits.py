"""How often one address may ask, counted by a keyed hash so that no address is kept."""

import hmac
import logging
import math
from datetime import UTC, datetime

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

log = logging.getLogger(__name__)
HANDOFFS = "5 per hour"
SIGN_INS = "30 per 15 minute"  # an address whose browser no member of staff has signed in from


class Limits:
    """The limits of one site; `rate` is that of questions, or "off" for none at all. With Redis
    they are shared by all processes; if Redis fails, each process counts for itself until it
    answers again."""

    def __init__(self, rate: str, redis_url: str, secret: bytes) -> None:
        rates = {"ask": rate, "handoff": HANDOFFS, "sign_in": SIGN_INS}
        self._rates = {} if rate == "off" else {kind: parse(text) for kind, text in rates.items()}
        self._secret = secret
        self._limiters = [FixedWindowRateLimiter(MemoryStorage())]
        if redis_url:
            shared = storage_from_string(redis_url, socket_timeout=0.5, socket_connect_timeout=0.5)
            self._limiters.insert(0, FixedWindowRateLimiter(shared))

    def wait(self, kind: str, address: str) -> int:
        """Count one request; 0 when it is allowed, else the seconds to wait."""
        if not self._rates:
            return 0
        named = f"{datetime.now(UTC).date()} {address}".encode()  # another hash every day
        key = hmac.digest(self._secret, named, "sha256").hex()[:32]
        *shared, own = self._limiters
        for limiter in shared:
            try:
                return _hit(limiter, self._rates[kind], kind, key)
            except Exception as error:  # any failure of the shared store must not stop answers
                name = type(error).__name__
                log.warning("shared limits are unavailable (%s); counting here", name)
        return _hit(own, self._rates[kind], kind, key)


def _hit(limiter: FixedWindowRateLimiter, rate: RateLimitItem, kind: str, key: str) -> int:
    if limiter.hit(rate, kind, key):
        return 0
    reset = limiter.get_window_stats(rate, kind, key).reset_time
    return max(1, math.ceil(reset - datetime.now(UTC).timestamp()))
