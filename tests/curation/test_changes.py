"""An edit shows as answers that appear, vanish or change, and as nothing when nothing changes."""

from __future__ import annotations

from datetime import date

from chatbot.answering.assistant import Assistant
from chatbot.curation.expectations import changed_documents, changes, known_questions
from chatbot.knowledge.folder import Files
from chatbot.knowledge.loading import load
from tests.web.conftest import FOLDER, VISITS

TODAY = date(2026, 6, 1)
LENGTH = "how long does an infusion take?"


def assistant(visits: str = VISITS) -> Assistant:
    files = FOLDER | {"faqs/visits.yaml": visits}
    loaded = load(Files({path: text.encode() for path, text in files.items()}))
    assert loaded.errors == ()
    return Assistant(loaded.corpus)


def test_the_same_folder_changes_nothing() -> None:
    old = assistant()
    assert changes(old, assistant(), known_questions(old.corpus), TODAY) == ()
    assert changed_documents(old.corpus, assistant().corpus) == ()


def test_a_changed_text_shows_before_and_after() -> None:
    new = assistant(VISITS.replace("two hours", "three hours"))
    [change] = changes(assistant(), new, [LENGTH], TODAY)
    assert change.kind == "changes"
    assert "two hours" in change.text_before
    assert "three hours" in change.text_after
    assert changed_documents(assistant().corpus, new.corpus) == (
        ("infusion-length", "changed: text"),
    )


def test_a_retired_text_vanishes_and_comes_back() -> None:
    retired = assistant(VISITS.replace("status: approved", "status: retired"))
    [gone] = changes(assistant(), retired, [LENGTH, LENGTH], TODAY)
    assert (gone.kind, gone.after) == ("vanishes", "handoff")
    [back] = changes(retired, assistant(), [LENGTH], TODAY)
    assert back.kind == "appears"


def test_known_questions_hold_titles_and_other_wordings_once() -> None:
    asked = known_questions(assistant().corpus)
    assert "How long does an infusion take?" in asked
    assert "how much time should i plan" in asked
    assert len(asked) == len(set(asked))
