"""Load on loopback with wrk, as Markdown: `make bench-load` (tables of docs/scaling.md).

`/api/v1/ask` beside a bare Flask route on the same waitress settings; how time, start and memory
grow with the folder; memory and descriptors over very many questions.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.faults.site import ROOT, Site

SEED = 20261125
CONNECTIONS = (1, 16, 128)
SCRIPT = """
local bodies = {%s}
local turn = 0
request = function()
  turn = turn + 1
  local kind = {["Content-Type"] = "application/json"}
  return wrk.format("POST", "%s", kind, bodies[turn %% #bodies + 1])
end
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format('\\nJSON{"requests":%%d,"seconds":%%f,"p50":%%f,"p95":%%f,"p99":%%f,"errors":%%d}\\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
    latency:percentile(95) / 1e3, latency:percentile(99) / 1e3,
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""
BARE = """
import sys
from flask import Flask, jsonify, request
from waitress import serve
from chatbot.commands.serve import THREADS
app = Flask("bare")
@app.post("/ask")
def ask():
    return jsonify({"question": request.get_json()["question"]})
@app.get("/healthz")
def health():
    return jsonify({})
serve(app, port=int(sys.argv[1]), host="127.0.0.1", threads=THREADS, connection_limit=2000,
      asyncore_use_poll=True, channel_timeout=15, ident=None)
"""
Result = dict[str, Any]


class Bare(Site):
    """The least that a Flask application can do with a question."""

    def start(self) -> Site:
        """Start it and wait until it answers."""
        self.process = subprocess.Popen(
            [sys.executable, "-c", BARE, str(self.port)], cwd=ROOT, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                self.send("GET", "/healthz")
                return self
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("the bare route did not start")


def questions() -> list[str]:
    """What people ask of the sample folder."""
    lines = (ROOT / "tests" / "sample" / "paraphrases.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["question"] for line in lines if line.strip()]


def wrk(site: Site, path: str, asked: list[str], connections: int, seconds: float) -> Result:
    """One run of wrk."""
    quoted = ", ".join(json.dumps(json.dumps({"question": q}, ensure_ascii=True)) for q in asked)
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(SCRIPT % (quoted, path))
        script.flush()
        done = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds:.0f}s", "--timeout", "10s",
             "-s", script.name, f"http://127.0.0.1:{site.port}"],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
    found = re.search(r"JSON(\{.*\})", done.stdout)
    assert found, done.stdout + done.stderr
    result: Result = json.loads(found[1])
    return result


def row(name: str, connections: int, result: Result) -> str:
    """A line of the table of throughput."""
    rate = result["requests"] / result["seconds"]
    return (f"| {name} | {connections} | {rate:.0f} | {result['p50']:.1f} | {result['p95']:.1f} "
            f"| {result['p99']:.1f} | {result['errors']} |")  # fmt: skip


def throughput(place: Path, seconds: float) -> None:
    """The site beside the bare route."""
    print("| route | connections | requests/s | p50 ms | p95 ms | p99 ms | errors |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    asked = questions()
    makers: list[tuple[str, str, Callable[[], Site]]] = [
        ("bare Flask", "/ask", lambda: Bare(place, place / "bare")),
        ("`/api/v1/ask`", "/api/v1/ask", lambda: Site(ROOT / "knowledge", place / "instance")),
    ]
    for name, path, make in makers:
        site = make().start()
        try:
            wrk(site, path, asked, 4, 2)
            for connections in CONNECTIONS:
                print(row(name, connections, wrk(site, path, asked, connections, seconds)))
        finally:
            site.stop()


def folder_of(count: int, place: Path) -> list[str]:
    """Writes a folder of `count` entries in the words of the sample; returns questions for it."""
    chance = random.Random(SEED)
    text = " ".join(p.read_text("utf-8") for p in sorted((ROOT / "knowledge").rglob("*.md")))
    words = sorted(set(re.findall(r"[a-z]{4,}", text)))
    words += [f"{first}{last}" for first, last in zip(words, reversed(words), strict=True)]
    place.mkdir()
    (place / "faqs").mkdir()
    (place / "clinic.yaml").write_text("name: Example Clinic\n")
    asked = []
    for start in range(0, count, 500):
        lines = ["status: approved", "approved_by: Medical director", "approved_on: 2026-01-15",
                 "review_by: 2099-01-15", "faqs:"]  # fmt: skip
        for number in range(start, min(count, start + 500)):
            title = " ".join(chance.choices(words, k=6))
            answer = " ".join(chance.choices(words, k=45)).capitalize()
            lines += [f"  - id: e{number}", f"    question: What about {title}?",
                      f"    answer: {answer}."]  # fmt: skip
            asked.append("what about " + " ".join(chance.sample(title.split(), 3)))
        (place / "faqs" / f"f{start}.yaml").write_text("\n".join(lines) + "\n")
    return asked[:: max(1, count // 200)]


def growth(place: Path, seconds: float, sizes: list[int]) -> None:
    """How start, memory and time grow with the folder."""
    print("\n| passages | help s | answers s | memory MB | requests/s "
          "| p50 ms | p95 ms | p99 ms | errors |")  # fmt: skip
    print("|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    for size in sizes:
        asked = folder_of(size, place / f"k{size}")
        began = time.monotonic()
        site = Site(place / f"k{size}", place / f"i{size}").start()
        help_after = time.monotonic() - began
        try:
            while site.send("GET", "/readyz").status != 200:
                time.sleep(0.05)
            answers = time.monotonic() - began
            wrk(site, "/api/v1/ask", asked, 1, 2)
            result = wrk(site, "/api/v1/ask", asked, 1, seconds)
            rate = result["requests"] / result["seconds"]
            print(f"| {size} | {help_after:.1f} | {answers:.1f} | {site.memory() / 1e6:.0f} "
                  f"| {rate:.0f} | {result['p50']:.1f} | {result['p95']:.1f} "
                  f"| {result['p99']:.1f} | {result['errors']} |", flush=True)  # fmt: skip
        finally:
            site.stop()


def soak(place: Path, wanted: int) -> None:
    """Memory and descriptors before and after very many questions."""
    site = Site(ROOT / "knowledge", place / "soak").start()
    asked = questions()
    try:
        wrk(site, "/api/v1/ask", asked, 16, 10)
        time.sleep(2)
        memory, descriptors, sent, errors = site.memory(), site.descriptors(), 0, 0
        while sent < wanted:
            result = wrk(site, "/api/v1/ask", asked, 16, 20)
            sent += result["requests"]
            errors += result["errors"]
        time.sleep(2)
        print(f"\nAfter {sent} more questions at 16 connections, {errors} errors: memory "
              f"{memory / 1e6:.1f} → {site.memory() / 1e6:.1f} MB "
              f"({100 * (site.memory() - memory) / memory:+.1f}%), descriptors {descriptors} → "
              f"{site.descriptors()}.")  # fmt: skip
    finally:
        site.stop()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10, help="of each run of wrk")
    parser.add_argument("--passages", default="100,1000,10000", help="comma list of folder sizes")
    parser.add_argument("--questions", type=int, default=100_000, help="of the long run; 0: none")
    args = parser.parse_args()
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text("utf-8"))
    print(f"{os.cpu_count()} × {cpu[1] if cpu else platform.machine()}, load "
          f"{os.getloadavg()[0]:.1f} before the run; Python {platform.python_version()}, Flask "
          f"{version('flask')}, waitress {version('waitress')}, numpy {version('numpy')}; wrk with "
          f"one thread on the same machine.\n")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        throughput(Path(folder), args.seconds)
        growth(Path(folder), args.seconds, [int(size) for size in args.passages.split(",")])
        if args.questions:
            soak(Path(folder), args.questions)


if __name__ == "__main__":
    main()
