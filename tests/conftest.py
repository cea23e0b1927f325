"""What tests of every part build their world from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, sync_playwright

KnowledgeFolder = Callable[[Mapping[str, str | bytes]], Path]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The one driver of browsers: a process can hold no second one."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture
def knowledge_folder(tmp_path: Path) -> KnowledgeFolder:
    """Writes a folder from {path: text}; `clinic.yaml` is added unless given (None: left out)."""

    def build(files: Mapping[str, str | bytes | None]) -> Path:
        folder = tmp_path / "knowledge"
        folder.mkdir(exist_ok=True)
        for path, content in {"clinic.yaml": "name: Example Clinic\n", **files}.items():
            if content is None:
                continue
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content.encode() if isinstance(content, str) else content)
        return folder

    return build
