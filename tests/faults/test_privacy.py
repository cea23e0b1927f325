"""What could tell who somebody is appears in no log, metric, address, mail or note."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing

from tests.delivery.conftest import Desk, Receiver, says
from tests.faults.conftest import Serve, Tried

# HIPAA Safe Harbor, 45 CFR 164.514(b)(2), with what is typed and what must not be found of it.
# Face photographs cannot be typed; a fingerprint is sent as the number of its scan.
TYPED = {
    "name": ("my name is Quentin Zabriskie", "Zabriskie"),
    "address": ("I live at 4821 Larkspur Lane", "Larkspur"),
    "zip": ("my zip code is 60614-2203", "60614-2203"),
    "date": ("I was born on 03/14/1982", "03/14/1982"),
    "age over 89": ("I am 94 years old", "94 years"),
    "phone": ("call me on 312-555-0142", "312-555-0142"),
    "fax": ("fax: 646-555-0110", "646-555-0110"),
    "email": ("write to q.zab@example.org", "q.zab@example"),
    "ssn": ("my social is 219-09-4821", "219-09-4821"),
    "record number": ("MRN 88213377", "88213377"),
    "health plan": ("member ID XJH402299871", "XJH402299871"),
    "account": ("account number 4400129388", "4400129388"),
    "licence": ("driver's license D1234567", "D1234567"),
    "plate": ("license plate 7ABC123", "7ABC123"),
    "device": ("serial number SN-99A81-77", "SN-99A81-77"),
    "url": ("see https://people.example/qzab", "people.example"),
    "ip": ("my address is 198.51.100.23", "198.51.100.23"),
    "fingerprint": ("device ID 77F0-12AB-99", "77F0-12AB-99"),
}
WITH_WORDS = {"handoffs", "messages", "handoff_messages"}  # what staff are to read, and only they


def leaks(text: str) -> list[str]:
    return [kind for kind, (_, secret) in TYPED.items() if secret in text]


def test_no_identifier_leaves_the_hand_off(
    serve: Serve,
    tried: Tried,
    desk: tuple[Desk, str],
    receivers: Callable[..., Receiver],
) -> None:
    inbox, smtp = desk
    hook = receivers(says("200 OK"))
    site = serve(
        QUESTION_LOG="on", METRICS="on", SMTP_URL=smtp, MAIL_FROM="faq@clinic.example",
        NOTIFY_EMAIL="desk@clinic.example", WEBHOOK_URL=hook.url, WEBHOOK_SECRET="s" * 32,
        WEBHOOK_PRIVATE="on", PUBLIC_URL="https://faq.clinic.example",
    )  # fmt: skip
    addresses: list[str] = []
    for number, (said, secret) in enumerate(TYPED.values()):
        text = f"How long does an infusion take? {said}."
        asked = site.post("/api/v1/ask", {"question": text, "context": [said]})
        assert asked.status == 200
        page = site.form("/chat", {"question": text, "context": said})
        written = site.form("/handoff", {"step": "write", "question": text})
        fields = {"question": text, "message": said, "name": secret, "phone": f"555 {secret}"}
        sent = site.post("/api/v1/handoffs", fields | {"consent": True},
                         Idempotency_Key=f"privacy-{number}")  # fmt: skip
        assert sent.status == 201
        site.post("/api/v1/feedback", {"reply": asked.json()["id"], "helpful": False,
                                       "reason": "wrong"})  # fmt: skip
        site.post("/api/v1/ask", {"question": f"{said}\0"})  # refused
        site.post("/api/v1/handoffs", fields | {"email": said})  # refused
        site.post("/api/v1/ask", {"question": f"I want to die. {said}"})
        for answer in (asked, page, written, sent):
            addresses += [value for name, value in answer.headers.items() if name == "Location"]
            html = answer.body.decode()
            addresses += re.findall(r'(?:href|action|src)="([^"]*)"', html)
        addresses += [sent.json()["status_url"]]
    until = time.monotonic() + 30
    while len(inbox.mails) < len(TYPED) or len(hook.requests) < len(TYPED):
        assert time.monotonic() < until, "the notices did not arrive"
        time.sleep(0.1)
    metrics = site.send("GET", "/metrics").body.decode()
    site.stop()

    assert leaks(site.log.read_text()) == []
    assert leaks(metrics) == []
    assert leaks("\n".join(addresses)) == []
    assert leaks("\n".join(mail.as_string() for mail in inbox.mails)) == []
    assert leaks("\n".join(f"{r.path} {r.headers} {r.body!r}" for r in hook.requests)) == []
    with closing(sqlite3.connect(site.instance / "chatbot.db")) as database:
        tables = [row[0] for row in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'")]  # fmt: skip
        assert "exchanges" in tables
        for table in sorted(set(tables) - WITH_WORDS):
            rows = json.dumps(database.execute(f"SELECT * FROM {table}").fetchall(), default=str)
            assert leaks(rows) == [], table
        noted = database.execute("SELECT count(question) FROM exchanges").fetchone()[0]
    assert noted == 2 * len(TYPED)  # none of those in danger
    tried(len(TYPED) * 8, f"{len(TYPED)} kinds in 8 places")
