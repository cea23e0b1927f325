"""docs/security.md names every requirement that bears on the site, and tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.web.conftest import FOLDER, make_app

__all__ = ["make_app"]

ROOT = Path(__file__).resolve().parent.parent
ROWS = re.findall(
    r"^\| ([\d.]+) \| (.+?) \| (.+?) \| (?:`(.+?)`)? *\|$",
    (ROOT / "docs" / "security.md").read_text("utf-8"),
    re.M,
)
# OWASP ASVS 5.0.0: what applies to a site of this kind, "a-b" for a run of the last number.
WANTED = """
1.2.1-5 1.2.10 1.3.1 1.3.5 1.3.6 1.3.11 1.5.2 2.2.1-2 2.3.3 2.4.1 3.2.1-2 3.3.1-4 3.4.1-6 3.5.1-3
3.5.5 4.1.1 4.1.3 4.2.1 5.2.1 5.3.2 6.1.1 6.2.1-8 6.3.1-3 6.3.8 6.4.1 7.1.1 7.2.1-4 7.3.1-2 7.4.1-2
7.4.5 7.5.2 8.2.1-2 8.3.1 11.4.1-2 12.2.1 13.2.4 13.4.1-5 14.2.1 14.2.3 14.3.1-2 15.2.1 15.3.1-2
15.3.4 15.4.1 16.2.1-5 16.3.1-4 16.4.1 16.5.1-4
""".split()  # noqa: SIM905


def ids() -> set[str]:
    found = set()
    for item in WANTED:
        start, _, end = item.partition("-")
        stem, _, first = start.rpartition(".")
        found |= {f"{stem}.{number}" for number in range(int(first), int(end or first) + 1)}
    return found


def test_every_requirement_is_there_once() -> None:
    named = [row[0] for row in ROWS]
    assert sorted(named) == sorted(ids())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_each_is_met_with_a_test_that_exists_or_says_why_not(row: tuple[str, ...]) -> None:
    _, _, state, shown = row
    if state != "met":
        assert re.match(r"(not met|not applicable): .{10,}", state)
        return
    if shown.startswith("make "):
        assert f"\n{shown[5:]}:" in (ROOT / "Makefile").read_text("utf-8")
        return
    path, _, name = shown.partition("::")
    text = (ROOT / path).read_text("utf-8")
    assert not name or f"def {name}(" in text


def test_nothing_said_is_kept_by_a_browser(make_app: object) -> None:
    client = make_app(FOLDER).test_client()  # type: ignore[operator]
    for reply in (
        client.post("/api/v1/ask", json={"question": "hi"}),
        client.post("/chat", data={"question": "hi"}),
        client.get("/staff/"),
        client.get("/handoff/x"),
    ):
        assert reply.headers["Cache-Control"] == "no-store"
