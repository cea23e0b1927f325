"""A served clinic, and a way to say how much a test has tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.conftest import desk, receivers
from tests.faults.site import Site
from tests.web.conftest import FOLDER, client, make_app

__all__ = ["client", "desk", "make_app", "receivers"]

Serve = Callable[..., Site]
Tried = Callable[..., None]


@pytest.fixture
def serve(tmp_path: Path, knowledge_folder: Callable[[dict[str, str]], Path]) -> Iterator[Serve]:
    """Starts the small clinic in a process of its own; settings as keyword arguments."""
    started: list[Site] = []

    def start(files: dict[str, str] | None = None, **settings: str) -> Site:
        folder = knowledge_folder(FOLDER if files is None else files)
        site = Site(folder, tmp_path / "instance", settings)
        started.append(site)
        return site.start()

    yield start
    for site in started:
        if site.process:
            site.process.kill()
            site.process.wait()


@pytest.fixture
def tried(record_property: Callable[[str, Any], None]) -> Tried:
    """Says how often something was tried without failing, what was measured, and the seed."""

    def say(n: int, measured: str = "", seed: int | None = None) -> None:
        record_property("n", n)
        record_property("measured", measured)
        record_property("seed", seed)
        print(f"n {n}, 0 failed, {measured or 'nothing measured'}, seed {seed}")

    return say
