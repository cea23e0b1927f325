"""Small folders as literals."""

from __future__ import annotations

from chatbot.errors import Problem
from chatbot.knowledge.folder import Files
from chatbot.knowledge.loading import Loaded, load
from chatbot.knowledge.model import Document

APPROVED = (
    "status: approved\napproved_by: Medical director\n"
    "approved_on: 2026-01-15\nreview_by: 2027-01-15\n"
)
CLINIC = {"clinic.yaml": "name: Example Clinic\n"}


def article(body: str, extra: str = "", title: str = "A title") -> str:
    return f"---\ntitle: {title}\n{APPROVED}{extra}---\n{body}"


def faq(entries: str, extra: str = APPROVED) -> str:
    return f"{extra}faqs:\n{entries}"


def entry(answer: str, name: str = "length", extra: str = "") -> str:
    """One entry; `answer` is YAML as it stands behind `answer: `."""
    return f"  - id: {name}\n    question: How long?\n    answer: {answer}\n{extra}"


def loaded(files: dict[str, str | bytes]) -> Loaded:
    """A folder with a clinic and these files."""
    contents = {
        path: text if isinstance(text, bytes) else text.encode()
        for path, text in {**CLINIC, **files}.items()
    }
    return load(Files(contents))


def codes(found: Loaded) -> list[str]:
    return [problem.code for problem in found.problems]


def problem(found: Loaded, code: str) -> Problem:
    """The one finding with this code."""
    (only,) = [finding for finding in found.problems if finding.code == code]
    return only


def document(files: dict[str, str | bytes], name: str) -> Document:
    found = loaded(files)
    assert not found.errors, found.errors
    return next(item for item in found.corpus.documents if item.id == name)
