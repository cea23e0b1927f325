"""Promise 1 on random folders: what is quoted is the file's own text."""

from __future__ import annotations

import hashlib
import re
from itertools import pairwise

import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from chatbot.knowledge.folder import Files
from chatbot.knowledge.loading import load
from chatbot.knowledge.model import Kind
from chatbot.knowledge.passages import LONGEST, disproved
from chatbot.knowledge.plain import plain
from chatbot.knowledge.rendering import render
from tests.knowledge.world import APPROVED

WORDS = st.text(
    st.sampled_from(
        "abcdefgXYZ0189äéßñ漢字ひ한דرи😀🩺👩‍⚕️\u2028\u2029\x85\u00a0\u200b\ufeff'\".,?!%/–"
    ),
    min_size=1,
    max_size=9,
).filter(lambda word: word.strip() == word and bool(word.strip("\u200b\ufeff")))
SENTENCE = st.lists(WORDS, min_size=1, max_size=8).map(" ".join)
MARKED = st.tuples(st.sampled_from(["{}", "**{}**", "*{}*", "`{}`", "[{}](https://x.example/a?b=c)",
                                    "[{}](tel:988)", "{} &amp; \\*", "{}:", "{}  "]), SENTENCE).map(
    lambda pair: pair[0].format(pair[1])
)  # fmt: skip
PARAGRAPH = st.lists(MARKED, min_size=1, max_size=3).map("\n".join)


def indented(text: str, by: str) -> str:
    return text.replace("\n", "\n" + by)


ITEM = st.recursive(
    PARAGRAPH.map(lambda text: "- " + indented(text, "  ")),
    lambda inner: st.tuples(SENTENCE, st.lists(inner, min_size=1, max_size=2)).map(
        lambda pair: "1. " + indented("\n".join([pair[0], *pair[1]]), "   ")
    ),
    max_leaves=3,
)
BLOCK = st.one_of(
    PARAGRAPH,
    st.lists(ITEM, min_size=1, max_size=3).map("\n".join),
    PARAGRAPH.map(lambda text: "> " + indented(text, "> ")),
    SENTENCE.map(lambda text: f"| a | {text.replace('|', '')} |\n|---|---|\n| 1 | 2 |"),
    SENTENCE.map(lambda text: f"```\n{text}\n\n  {text}\n```"),
    SENTENCE.map(lambda text: "    " + text),
    st.sampled_from(["* * *", "# Heading", "## Heading", "Heading\n===", "### Über *uns* 😀"]),
    st.lists(SENTENCE, min_size=10, max_size=30).map(" ".join),
)
BODY = st.lists(BLOCK, min_size=1, max_size=8).map("\n\n".join)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])
BOM = st.sampled_from(["", "\ufeff"])


@settings(max_examples=80, deadline=None)
@given(body=BODY, end=ENDS, bom=BOM, title=SENTENCE)
def test_an_articles_passages_are_slices_of_its_file(
    body: str, end: str, bom: str, title: str
) -> None:
    text = f"---\ntitle: {yaml_text(title)}\n{APPROVED}---\n{body}\n".replace("\n", end)
    content = (bom + text).encode()
    found = load(Files({"clinic.yaml": b"name: x", "articles/x.md": content}))
    (document,) = found.corpus.documents
    for passage in document.passages:
        assert text[slice(*passage.span)] == passage.source
        assert passage.sha256 == hashlib.sha256(passage.source.encode()).hexdigest()
        assert passage.id.startswith(f"x.{passage.sha256[:12]}")
        assert (passage.text, passage.html) == (plain(passage.source), render(passage.source))
        assert passage.source == passage.source.rstrip(" \t\r\n")
        assert not re.search("<(h[1-6]|img|script)| (class|id|style)=", passage.html)
    assert len({passage.id for passage in document.passages}) == len(document.passages)
    assert not any(disproved(passage, document.kind, content) for passage in document.passages)


@settings(max_examples=70, deadline=None)
@given(body=BODY, end=ENDS)
def test_passages_hold_every_block_whole_once_in_order_and_mean_the_same_alone(
    body: str, end: str
) -> None:
    content = f"---\ntitle: x\n{APPROVED}---\n{body}\n".replace("\n", end).encode()
    found = load(Files({"clinic.yaml": b"name: x", "articles/x.md": content}))
    passages = found.corpus.documents[0].passages
    spans = [passage.span for passage in passages]
    assert all(first[1] <= second[0] for first, second in pairwise(spans))
    # The blocks of the whole article, parsed by a parser of our own making, without headings.
    assert [block for p in passages for block in blocks(p.source)] == blocks(
        body.replace("\n", end)
    )
    for passage in passages:
        kinds = [kind for kind, _ in blocks(passage.source)]
        words = len(passage.source.split())
        assert words <= LONGEST or len(kinds) == 1 or lead_ins(passage.source)


def blocks(text: str) -> list[tuple[str, str]]:
    """(kind, content) of the top-level blocks that can be quoted."""
    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse(text)
    found: list[tuple[str, list[str]]] = []
    heading = False
    for token in tokens:
        if token.level == 0 and token.nesting >= 0:
            heading = token.type in ("heading_open", "hr")
            if not heading:
                found.append((token.type, []))
        if not heading and found:
            found[-1][1].append(token.content.rstrip(" \t\r\n"))
    return [(kind, "\n".join(parts)) for kind, parts in found if "".join(parts).strip()]


def lead_ins(source: str) -> bool:
    kinds = [kind for kind, _ in blocks(source)]
    return any(kind != "paragraph_open" for kind in kinds) or ":" in source


def yaml_text(text: str) -> str:
    return yaml.dump(text, allow_unicode=True, default_style='"', width=10**6).strip()


def literal(text: str) -> str:
    return "|\n      " + indented(text, "      ")


def in_quotes(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


SCALARS = st.sampled_from(
    [
        lambda text: text,
        literal,
        lambda text: literal(text).replace("|", "|-", 1),
        lambda text: literal(text).replace("|", "|+", 1) + "\n",
        lambda text: literal(text).replace("|", ">", 1),
        lambda text: literal(text).replace("|", "|2", 1),
        lambda text: "'" + indented(text.replace("'", "''"), "      ") + "'",
        in_quotes,
        lambda text: yaml.dump(text, default_style='"', width=30).strip().replace("\n", "\n      "),
        lambda text: literal(text) + "    # a comment",
    ]
)


@settings(max_examples=80, deadline=None)
@given(
    answers=st.lists(st.tuples(BODY, SCALARS), min_size=1, max_size=3),
    end=ENDS,
    bom=BOM,
    odd=st.booleans(),
)  # fmt: skip
# A quotation mark that only the next entry closes, and what is left of that a comment.
@example(answers=[('"', str), ("# Heading\n\n0", in_quotes)], end="\n", bom="", odd=False)
def test_an_answer_is_quoted_as_its_yaml_reads_or_named_as_a_problem(
    answers: list[tuple[str, object]], end: str, bom: str, odd: bool
) -> None:
    entries = "".join(
        f"  - id: e{number}\n    question: How?\n    answer: {write(body)}\n    tags: [a]\n"  # type: ignore[operator]
        for number, (body, write) in enumerate(answers)
    )
    text = f"# A comment 😀\n{APPROVED}faqs:\n{entries}".replace("\n", end)
    text = text if odd else re.sub("[\x85\u2028\u2029]", "", text)  # YAML ends lines there
    content = (bom + text).encode()
    found = load(Files({"clinic.yaml": b"name: x", "faqs/f.yaml": content}))
    for document in found.corpus.documents:
        (passage,) = document.passages
        parsed = yaml.safe_load(text)["faqs"][int(document.id[1:])]["answer"]
        assert document.kind is Kind.FAQ
        assert yaml.safe_load(text[slice(*passage.span)]) == passage.source == parsed
        assert passage.anchor is None
        assert not disproved(passage, document.kind, content)
    if len(found.corpus.documents) < len(answers):
        assert found.errors


@given(st.binary(max_size=200), st.sampled_from(["articles/x.md", "faqs/f.yaml", "clinic.yaml"]))
@settings(max_examples=70, deadline=None)
def test_no_bytes_whatever_break_the_loading(content: bytes, path: str) -> None:
    found = load(Files({"clinic.yaml": b"name: x", path: content}))
    assert "load-failed" not in [problem.code for problem in found.problems]


YAML_LIKE = st.lists(
    st.sampled_from([*"[]{}:,-&*!|>'\"#%@ \n\t?~", "faqs:", "- id: a", "<<: ", "\n  ", "a", "1"]),
    max_size=40,
).map("".join)


@given(YAML_LIKE, st.sampled_from(["articles/x.md", "faqs/f.yaml", "clinic.yaml", "safety.yaml",
                                   "synonyms.yaml", "questions.yaml"]))  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_no_yaml_whatever_breaks_the_loading(text: str, path: str) -> None:
    text = f"---\n{text}\n---\nText" if path.endswith(".md") else text
    found = load(Files({"clinic.yaml": b"name: x", path: text.encode()}))
    assert "load-failed" not in [problem.code for problem in found.problems], found.problems
