"""Whatever stands in a file: no crash, no slow spot, each finding named, nothing unsafe shown."""

from __future__ import annotations

import re
from functools import partial

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatbot.knowledge.plain import plain
from chatbot.knowledge.rendering import render
from tests.knowledge.world import loaded
from tests.timing import timed

YAML_BITS = st.sampled_from(
    ["title: T", "status: approved", "approved_on: 2026-01-15", "review_by: 2027-01-15", "faqs:",
     "  - id: a", "    question: Q?", "    answer: |", "      Text.", "&a [*a, *a]", "*a", "<<: *a",
     "!!python/object/apply:os.system ['true']", "? x", "- ", ": ", "{", "}", "[", "]", "\t", "---",
     "...", "|", ">", "%YAML 9.9", "'", '"', "\\x00", "1e999", "0o7", "~", "2026-13-45", "# c"]
)  # fmt: skip
MARK_BITS = st.sampled_from(
    ["# H", "## H", "- item", "1. one", "> quote", "```", "    code", "| a | b |", "|---|---|",
     "**b**", "*i*", "[x](https://e.example)", "[x](javascript:alert(1))", "[x](data:text/html,x)",
     "![i](https://e.example/i.png)", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>",
     "<svg/onload=alert(1)>", "&lt;b&gt;", "&#106;avascript:", "[a]: x", "[a][a]", "\\*", "---",
     "<!-- c", "[x](<java\nscript:1>)", "\u202e", "\u0000", "[" * 50, "*" * 50, "`" * 9]
)  # fmt: skip
ANYTHING = st.text(max_size=60)
SLOW = settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
SEPARATORS = st.sampled_from(["\n", "\r\n", " ", ""])


@SLOW
@given(st.lists(YAML_BITS | ANYTHING, max_size=25), SEPARATORS)
def test_no_yaml_crashes_runs_or_explodes(bits: list[str], separator: str) -> None:
    text = separator.join(bits).encode("utf-8", "surrogatepass")
    files = {
        "clinic.yaml": text,
        "faqs/x.yaml": text,
        "synonyms.yaml": text,
        "safety.yaml": text,
        "articles/x.md": b"---\n" + text + b"\n---\n" + text,
    }
    took, found = timed(partial(loaded, files), 2)
    assert took <= 2
    for problem in found.problems:
        assert problem.message
        assert problem.fix


@SLOW
@given(st.lists(MARK_BITS | ANYTHING, max_size=25), SEPARATORS)
def test_no_markdown_brings_a_script_or_an_unsafe_link(bits: list[str], separator: str) -> None:
    source = separator.join(bits).replace("\x00", "")
    html = render(source)
    plain(source)
    tags = re.findall(r"<\s*/?\s*([a-zA-Z0-9]+)", html)
    assert not {tag.lower() for tag in tags} & {"script", "img", "svg", "iframe", "style", "object"}
    assert not re.search(r"<[^>]*\son\w+\s*=", html)
    for target in re.findall(r'href="([^"]*)"', html):
        assert not re.match(r"\s*(javascript|data|vbscript)", target, re.I)


def test_an_anchor_bomb_is_refused_at_once() -> None:
    rows = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    for before, name in zip("abcdefghi", "bcdefghij", strict=True):
        rows.append(f"{name}: &{name} [{', '.join(['*' + before] * 9)}]")
    took, found = timed(partial(loaded, {"clinic.yaml": "\n".join(rows)}), 1)
    assert took <= 1
    assert found.errors
