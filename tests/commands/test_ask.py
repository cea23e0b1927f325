"""`ask --json` prints what the API sends."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chatbot.app import create_app
from tests.commands.folder import FAQS, run
from tests.conftest import KnowledgeFolder

CLINIC = """\
name: X
time_zone: America/Los_Angeles
hours: {mon: "09:00-17:00", thu: "10:00-12:00"}
"""


def test_json_is_what_the_api_sends_at_that_moment(
    knowledge_folder: KnowledgeFolder, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("CHATBOT_SEMANTICS", "off")
    folder = knowledge_folder({"clinic.yaml": CLINIC, "faqs/f.yaml": FAQS})
    question = "how long does an infusion take"

    def printed(*more: str) -> dict[str, Any]:
        assert run(folder, monkeypatch, "ask", question, "--json", *more) == 0
        return json.loads(capsys.readouterr().out)  # type: ignore[no-any-return]

    given = {"KNOWLEDGE": folder, "INSTANCE": folder.parent / "instance", "SEMANTICS": "off"}
    client = create_app(given, background=False).test_client()
    sent = client.post("/api/v1/ask", json={"question": question}).get_json()
    assert sent["handoff"]["hours"] == {"mon": "09:00-17:00", "thu": "10:00-12:00"}
    assert sent["handoff"]["reply_expected"]
    assert printed() == sent | {"id": ""}
    later = datetime.now(UTC) + timedelta(days=700)
    expected = printed("--on", f"{later:%Y-%m-%d}")["handoff"]["reply_expected"]
    assert timedelta() < datetime.fromisoformat(expected) - later < timedelta(days=9)
