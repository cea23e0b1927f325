"""Whatever can be typed: no error, nothing run, no slow spot, and danger is still seen."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from chatbot.safety.detector import Detector
from chatbot.safety.model import Safety
from tests.faults.conftest import Tried
from tests.faults.site import quantile
from tests.timing import timed

CORPUS = Path(__file__).resolve().parents[1] / "safety" / "corpus" / "positives.jsonl"
SEED = 20261125
SLOW = 0.2  # processor seconds that no question may take

STRANGE = {
    "bidi override": "\u202egnol woh\u202c \u2066x\u2069",
    "zero-width": "how\u200b long\u200d is\u2060 it\ufeff",
    "a thousand combining": "e" + "\u0301" * 1000,
    "lone surrogate": "\ud800 how long \udfff",
    "emoji families": "👩‍👩‍👧‍👦" * 100,
    "right to left": "كم من الوقت يستغرق؟ " * 20,
    "no space": "a" * 4000,
    "control": "\x07\x1b[31m how long \x7f\x85",
    "separators": "how\u2028long\u2029is it",
    "tags block": "".join(chr(0xE0000 + ord(c)) for c in "hidden words"),
    "full width": "\uff48\uff4f\uff57 \uff4c\uff4f\uff4e\uff47",
    "ligatures and unusual cases": "ﬁﬂ ß İ ı ſ ǅ ΐ",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>&lt;b&gt;",
    "template": "{{ 7*7 }} ${7*7} {% raw %} #{7*7}",
}
SYNTAX = (
    "'; DROP TABLE handoffs; --", '" OR 1=1 --', "NEAR(a b, 5)", "infusion* AND (", "^title:x",
    "a OR b NOT c", "{}[]()\\/:;!?*+-|&", "%_%", "\\'", "x' UNION SELECT * FROM staff --",
    '{"$gt": ""}', "col:*", "infusion^1000", "/.*/", "<=>", "NULL", "0x1F", "1e309", "-0",
    "../../etc/passwd", "%00", "\\u0000", "a\tb\nc", "()" * 1000, "*" * 4000, "\"" * 4000,
)  # fmt: skip
HIDING: dict[str, Callable[[str], str]] = {
    "bidi around it": lambda text: f"\u202e{text}\u202c",
    "zero-width in every word": lambda text: "".join(c + "\u200b" for c in text),
    "soft hyphens": lambda text: text.replace("i", "i\u00ad"),
    "full width": lambda text: "".join(
        chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text
    ),
    "surrogates beside it": lambda text: f"\ud83d {text} \ude00",
    "a wall of emoji before it": lambda text: "👩‍👩‍👧‍👦" * 50 + " " + text,
    "no-break spaces": lambda text: text.replace(" ", "\u00a0"),
    "combining marks at the end": lambda text: text + " e" + "\u0301" * 500,
}


@cache
def emergencies() -> tuple[str, ...]:
    """Messages of the tuning half that are emergencies said outright and that are seen as such:
    what is measured here is only what hiding them changes."""
    rows = [json.loads(line) for line in CORPUS.read_text("utf-8").splitlines()]
    detector = Detector.builtin()
    return tuple(
        row["text"]
        for row in rows
        if row["half"] == "tuning" and row["tier"] == "emergency" and row["explicit"]
        and row["style"] == "plain" and detector.assess(row["text"]).safety is Safety.EMERGENCY
    )  # fmt: skip


def bodies(text: str) -> Iterator[tuple[str, bytes, str]]:
    """(path, body, content type) of every place where a visitor can type."""
    kind = "application/json"
    yield "/api/v1/ask", json.dumps({"question": text}).encode(), kind
    yield "/api/v1/ask", json.dumps({"question": "hi", "context": [text]}).encode(), kind
    yield "/api/v1/ask", json.dumps({"question": "hi", "passage": text[:100]}).encode(), kind
    fields = {"question": text, "message": text, "name": text[:100], "email": "kim@example.org"}
    yield "/api/v1/handoffs", json.dumps(fields | {"consent": True}).encode(), kind
    yield "/api/v1/feedback", json.dumps({"reply": text[:50], "helpful": False}).encode(), kind
    form = "application/x-www-form-urlencoded"
    from urllib.parse import quote_from_bytes

    typed = quote_from_bytes(text.encode("utf-8", "surrogatepass")).encode()
    yield "/chat", b"question=" + typed, form
    yield "/handoff", b"step=write&question=" + typed, form
    yield "/handoff", b"question=" + typed + b"&phone=555-0199&consent=yes", form
    yield "/feedback", b"reply=x&helpful=no&question=" + typed, form


def test_strange_text_is_never_an_error_and_is_shown_as_text(
    client: FlaskClient, tried: Tried
) -> None:
    sent = 0
    for number, text in enumerate(STRANGE.values()):
        for path, body, kind in bodies(text):
            key = {"Idempotency-Key": f"key-{number}-{sent}"}
            reply = client.post(path, data=body, content_type=kind, headers=key)
            sent += 1
            assert reply.status_code < 500, (path, text[:40])
            if reply.mimetype == "text/html":
                assert b"<script>alert" not in reply.data
                assert b"<img src=x" not in reply.data
    tried(sent, f"{len(STRANGE)} texts in every field")


def test_query_syntax_means_nothing_and_takes_no_time(client: FlaskClient, tried: Tried) -> None:
    client.post("/api/v1/ask", json={"question": "warm"})
    slowest = 0.0
    for text in (*SYNTAX, " ".join(f"t{number}" for number in range(700))):
        ask = partial(client.post, "/api/v1/ask", json={"question": text})
        took, reply = timed(ask, SLOW)
        slowest = max(slowest, took)
        assert reply.status_code == 200, text[:40]
    many = client.post("/api/v1/ask", json={"question": "word " * 10_000})
    assert many.status_code == 422
    assert slowest <= SLOW
    tried(len(SYNTAX) + 2, f"{slowest * 1000:.0f} ms at most")


@pytest.mark.parametrize("disguise", HIDING)
def test_danger_is_seen_through(disguise: str, tried: Tried) -> None:
    detector = Detector.builtin()
    said = emergencies()
    assert len(said) >= 20
    missed = [
        text for text in said
        if detector.assess(HIDING[disguise](text)).safety is not Safety.EMERGENCY
    ]  # fmt: skip
    assert missed == []
    tried(len(said))


def fuzz(count: int) -> list[float]:
    """Processor seconds that the detector takes for `count` messages made to be slow."""
    chance = random.Random(SEED)
    detector = Detector.builtin()
    words = [word for text in emergencies() for word in text.split()]
    pieces = [*words, "a", "a ", "aa", " ", "\n", "!", ".", "'", "no", "not", "kill", "1", "3",
              "\u0301", "\u200b", "*", "-", "k i l l", "(", "é"]  # fmt: skip
    times = []
    for number in range(count):
        kind = number % 4
        if kind == 0:  # one piece again and again
            text = chance.choice(pieces) * 4000
        elif kind == 1:  # words with anything between them
            text = chance.choice(pieces).join(chance.choices(words, k=600))
        elif kind == 2:  # anything
            text = "".join(chance.choices(pieces, k=2000))
        else:  # an ordinary length
            text = " ".join(chance.choices(words, k=chance.randint(1, 60)))
        times.append(timed(partial(detector.assess, text[:4000]), 0.05)[0])
    return times


def told(times: list[float]) -> str:
    milliseconds = [value * 1000 for value in times]
    return (f"p50 {quantile(milliseconds, 0.5):.2f}, p99 {quantile(milliseconds, 0.99):.1f}, "
            f"max {max(milliseconds):.1f} ms of processor time")  # fmt: skip


def test_no_message_is_slow_for_the_detector(tried: Tried) -> None:
    times = fuzz(400)
    print(told(times))
    assert max(times) < 0.1
    tried(len(times), told(times), SEED)


@pytest.mark.faults
def test_five_thousand_messages_are_not_slow_for_the_detector(tried: Tried) -> None:
    times = fuzz(5_000)
    print(told(times))
    assert max(times) <= 0.05
    tried(len(times), told(times), SEED)
