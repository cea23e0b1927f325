"""A small clinic, served by the real application from a real folder and a real SQLite file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from chatbot.app import create_app

NOW = datetime(2026, 6, 1, 18, 0, tzinfo=UTC)

CLINIC = """\
name: Example Clinic
phone: "555-0100"
"""

VISITS = """\
status: approved
approved_by: Medical director
approved_on: 2026-01-15
review_by: 2027-01-15
faqs:
  - id: infusion-length
    question: How long does an infusion take?
    also_asked: [how much time should i plan, how long will i be there]
    answer: |
      Plan for about **two hours** in all. The infusion itself takes 40 minutes.
  - id: eating-before
    question: Can I eat before my visit?
    also_asked: [do i have to fast, can i have breakfast first]
    answer: |
      Follow the fasting rules on your appointment letter.
  - id: old-parking
    question: Where can I park my car?
    review_by: 2026-03-01
    answer: |
      Park behind the building.
"""

ARTICLE = """\
---
title: Ketamine and MS fatigue
status: approved
approved_by: Medical director
approved_on: 2026-01-15
review_by: 2027-01-15
---
Fatigue is common in multiple sclerosis.

## What the study found

Eighteen people took part in the pilot study. The main result showed no difference in fatigue.
"""

FOLDER = {
    "clinic.yaml": CLINIC,
    "faqs/visits.yaml": VISITS,
    "articles/ms-fatigue.md": ARTICLE,
}

MakeApp = Callable[..., Flask]


@pytest.fixture
def make_app(tmp_path: Path, knowledge_folder: Callable[[dict[str, str]], Path]) -> MakeApp:
    """Builds an application from a folder given as a mapping; settings as keyword arguments."""

    def make(files: dict[str, str] | None = None, now: datetime = NOW, **settings: Any) -> Flask:
        folder = knowledge_folder(FOLDER if files is None else files)
        given = {"KNOWLEDGE": folder, "INSTANCE": tmp_path / "instance", "RATE_LIMIT": "off"}
        return create_app(given | settings, now=lambda: now, background=False)

    return make


@pytest.fixture
def client(make_app: MakeApp) -> FlaskClient:
    """A client of the small clinic's site."""
    return make_app().test_client()
