"""The walk through the widget (engines.mjs) in Chromium, Firefox and WebKitGTK."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import axe_playwright_python
import pytest

from tests.widget.conftest import ROOT, World

MODULES = ROOT / "build" / "browsers"
NEEDS = {
    "chromium": ["chromium"],
    "firefox": ["firefox-esr"],
    "webkit": ["WebKitWebDriver", "xvfb-run"],
}


@pytest.mark.browsers
@pytest.mark.parametrize("engine", NEEDS)
def test_the_widget_works_on_every_page_in(engine: str, world: World) -> None:
    missing = [tool for tool in ["node", *NEEDS[engine]] if not shutil.which(tool)]
    assert not missing, f"not installed: {missing}; see make test-browsers"
    axe = Path(axe_playwright_python.__file__).parent / "axe.min.js"
    pictures = ROOT / "build" / "screenshots"
    pictures.mkdir(parents=True, exist_ok=True)
    script = Path(__file__).with_name("engines.mjs")
    command = ["node", script, engine, world.bot, world.site, axe, MODULES, pictures]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    walks = [json.loads(line) for line in done.stdout.splitlines()]
    for walk in walks:
        print(f"{engine} {walk['page']}: {walk['problems'] or 'passed'} {walk['notes'] or ''}")
    assert done.returncode == 0, done.stderr
    assert len(walks) == 10
    assert [walk for walk in walks if walk["problems"]] == []
