"""`make bench-widget`: measures everything anew and prints it as Markdown."""

from __future__ import annotations

import gzip
import json
import os
import re
import statistics
import subprocess
import sys
import tarfile
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, Response, sync_playwright
from werkzeug.serving import make_server

from tests.widget import sites
from tests.widget.conftest import ARGUMENTS, CHROMIUM, LOADER, ROOT, chatbot

BUILD = ROOT / "build"
RUNS = 3
# (product, package, files of its smallest build that works in a page, what it needs besides).
OTHERS = [
    ("giscus", "giscus@1.6.0", ["giscus.mjs"], "lit, the frame's page"),
    ("Papercups", "@papercups-io/chat-widget@1.3.1", ["index.js"], "React, the frame's page"),
    ("deep-chat", "deep-chat@2.4.2", ["deepChat.bundle.js"], ""),
    ("DocSearch", "@docsearch/js@5.2.0", ["umd/docsearch.js"], "its style sheet"),
    ("Typebot", "@typebot.io/js@0.10.7", ["web.js"], ""),
    ("Botpress", "@botpress/webchat@4.5.2", ["index.umd.cjs", "style.css"], ""),
    ("n8n", "@n8n/chat@1.37.0", ["chat.bundle.umd.js", "style.css"], ""),
]
FLAGS = ["--headless=new", *ARGUMENTS[:-1], f"'{ARGUMENTS[-1]}'"]


def packed(content: bytes) -> int:
    """Bytes after gzip -9."""
    return len(gzip.compress(content, 9))


def others() -> Iterator[tuple[str, str, int, int, str]]:
    """(product, package, bytes, bytes compressed, what it needs besides), from the npm packages."""
    folder = BUILD / "packages"
    folder.mkdir(parents=True, exist_ok=True)
    for product, package, names, known in OTHERS:
        command = ["npm", "pack", "--silent", package, "--pack-destination", str(folder)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        with tarfile.open(folder / done.stdout.split()[-1]) as archive:
            files = [archive.extractfile(f"package/dist/{name}") for name in names]
            contents = [file.read() for file in files if file]
        fonts = {host.decode() for host in re.findall(rb"//(fonts\.[\w.]+)/", b"".join(contents))}
        more = ", ".join(filter(None, [known, *(f"names {host}" for host in sorted(fonts))]))
        yield product, package, sum(map(len, contents)), sum(map(packed, contents)), more


@contextmanager
def world() -> Iterator[str]:
    """The origin of a site with the button; the chatbot behind it is the real one."""
    bot = ["", LOADER.read_text("utf-8")]
    with tempfile.TemporaryDirectory() as folder, sites.served(bot) as port:
        site = f"http://localhost:{port}"
        app = chatbot(Path(folder), site, EMBED_ORIGINS=site)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        bot[0] = f"http://127.0.0.1:{server.server_port}"
        yield site
        server.shutdown()
        server.server_close()
        thread.join()


def traffic(page: Page, site: str) -> Iterator[tuple[str, int, int, int]]:
    """(when, requests, bytes, bytes if compressed) of what the button adds to a page."""
    responses: list[Response] = []

    def keep(response: Response) -> None:
        responses.append(response)

    page.on("response", keep)
    page.goto(f"{site}/blank")
    page.wait_for_function("window.FaqBot")
    yield "before the first click", *_sum(responses, site)
    responses.clear()
    page.locator("faq-bot button.ask").click()
    page.frame_locator("faq-bot iframe").locator("#question:focus").wait_for()
    page.wait_for_timeout(500)
    yield "with the first click", *_sum(responses, site)


def _sum(responses: list[Response], site: str) -> tuple[int, int, int]:
    bodies = [one.body() for one in responses if not one.url.startswith((site, "data:"))]
    return len(bodies), sum(map(len, bodies)), sum(map(packed, bodies))


def lighthouse(url: str) -> dict[str, float]:
    """The medians of some runs with Lighthouse's mobile preset."""
    runs = []
    for _ in range(RUNS):
        command = [
            *(BUILD / "lighthouse/node_modules/.bin/lighthouse", url, "--quiet", "--output=json"),
            "--only-categories=performance,accessibility,best-practices",
            f"--chrome-flags={' '.join(FLAGS)}",
        ]
        done = subprocess.run(
            command,
            check=True,
            capture_output=True,
            env=os.environ | {"CHROME_PATH": str(CHROMIUM)},
        )
        report = json.loads(done.stdout)
        scores = {name: part["score"] * 100 for name, part in report["categories"].items()}
        for name in ("total-blocking-time", "cumulative-layout-shift", "largest-contentful-paint"):
            scores[name] = report["audits"][name]["numericValue"]
        runs.append(scores)
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def main() -> int:
    """Print the page of measurements."""
    print("# What the button costs a site\n")
    print("Printed by `make bench-widget`. Bytes are those of the files; compressed is gzip -9.\n")
    print("## What a site loads before anybody clicks\n")
    print("| product | from | bytes | compressed | and besides |\n|---|---|---:|---:|---|")
    content = LOADER.read_bytes()
    print(f"| this loader | `static/embed.js` | {len(content):,} | {packed(content):,} | nothing |")
    for product, package, size, small, more in others():
        print(f"| {product} | `{package}` | {size:,} | {small:,} | {more} |")
    with world() as site:
        print("\n## What it asks the clinic's server for\n")
        print("| | requests | bytes | compressed |\n|---|---:|---:|---:|")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            for when, requests, size, small in traffic(browser.new_page(), site):
                print(f"| {when} | {requests} | {size:,} | {small:,} |")
            browser.close()
        print(f"\n## Lighthouse 12.8.2, mobile preset, medians of {RUNS}\n")
        bare, full = lighthouse(f"{site}/gone"), lighthouse(f"{site}/blank")
        print("| | page without | page with the button |\n|---|---:|---:|")
        for name, value in bare.items():
            print(f"| {name.replace('-', ' ')} | {value:,.4g} | {full[name]:,.4g} |")
    print("\nTimes are in milliseconds, on a throttled processor and line.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
