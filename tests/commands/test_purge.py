"""What is past its time goes, and the rest stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chatbot.commands import main
from chatbot.handoff.model import Actor, Event, Party, Submission
from chatbot.settings import Settings
from chatbot.storage.store import Store


def test_old_answered_hand_offs_are_erased_and_open_ones_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHATBOT_INSTANCE", str(tmp_path))
    monkeypatch.setenv("CHATBOT_RETENTION_DAYS", "30")
    store = Store(Settings(instance=tmp_path, retention_days=30), b"s")
    store.prepare()
    asked = Submission("Does it hurt?", email="kim@example.org")
    old = datetime.now(UTC) - timedelta(days=31)
    still_open = store.handoffs.submit(asked, key="1", now=old, due_at=None).reference
    answered = store.handoffs.submit(asked, key="2", now=old, due_at=None).reference
    anna = Actor(Party.STAFF, "Anna")
    store.handoffs.apply(answered, 1, Event.REPLY, anna, old, text="It does not.")
    assert main(["purge"]) == 0
    assert "1 entry older than 30 days is gone" in capsys.readouterr().out
    assert store.inbox.thread(answered).item.question == ""
    assert store.inbox.thread(still_open).item.question == "Does it hurt?"
    store.database.engine.dispose()
