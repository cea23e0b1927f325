"""The names and secrets of a hand-off, made from randomness that is passed in."""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

# Without letters and digits that are mistaken for each other when read out or written by hand,
# and without vowels, so that no word can appear.
ALPHABET = "34679CDFGHJKMNPQRTVWXY"


def reference(randomness: bytes) -> str:
    """A name people can read out, such as H-7KMR-4XQD; needs at least 8 bytes."""
    symbols = _symbols(randomness, 8)
    return f"H-{symbols[:4]}-{symbols[4:]}"


def token(secret: bytes, reference: str) -> str:
    """The unguessable part of the status page's address. The same for the same hand-off, so that
    a repeated submission gets the same answer although only a hash is stored."""
    raw = hmac.digest(secret, b"status " + reference.encode(), "sha256")
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def code(secret: bytes, reference: str) -> str:
    """What is shown once at confirmation and asked for on a mailed link, such as 4F7-KQX."""
    symbols = _symbols(hmac.digest(secret, b"code " + reference.encode(), "sha256"), 6)
    return f"{symbols[:3]}-{symbols[3:]}"


def digest(value: str) -> str:
    """What is stored in place of a secret. One round is enough for the random ones above."""
    return sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


def same_code(given: str, stored: str) -> bool:
    """Whether a code, typed with or without spaces, dash and capitals, has this digest."""
    kept = "".join(symbol for symbol in given.upper() if symbol in ALPHABET)[:6]
    return hmac.compare_digest(digest(f"{kept[:3]}-{kept[3:]}"), stored)


def _symbols(randomness: bytes, count: int) -> str:
    number, symbols = int.from_bytes(randomness, "big"), ""
    for _ in range(count):
        number, index = divmod(number, len(ALPHABET))
        symbols += ALPHABET[index]
    return symbols
