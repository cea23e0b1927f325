from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.errors import KnowledgeError
from chatbot.knowledge.editing import append, change, quoted

FILE = (
    "# top\nstatus: approved  # by all\nfaqs:\n  # first\n  - id: a\n    question: >\n      Q?\n"
    "    also_asked:\n      - one  # c\n      - two\n    answer: |\n      x\n\n\n"
    "  - {id: b, question: q, answer: y}\n  - question: Q2\n    id: c\n    answer: 'z'"
)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_key_is_replaced_added_or_removed_and_all_else_stays(end: str) -> None:
    text = FILE.replace("\n", end)
    changed = change("faqs/f.yaml", text, {"c": {"status": "retired"}, None: {"status": "draft"}})
    assert changed == text.replace("approved  #", "draft  #").replace(
        f"id: c{end}", f"id: c{end}    status: retired{end}"
    )
    assert (
        change("faqs/f.yaml", changed, {"c": {"status": None}, None: {"status": "approved"}})
        == text
    )


def test_a_block_and_an_empty_value_are_replaced() -> None:
    changed = change("faqs/f.yaml", FILE, {"a": {"answer": quoted("new: # text")}})
    assert '    answer: "new: # text"\n  - {id: b' in changed
    assert change("clinic.yaml", "name: x\nclosed:\nurl:\n", {None: {"closed": "y"}}) == (
        "name: x\nclosed: y\nurl:\n"
    )


def test_a_value_is_added_to_a_list_however_it_is_written() -> None:
    assert '- two\n      - "three"\n' in append("faqs/f.yaml", FILE, "a", "also_asked", "three")
    once = append("faqs/f.yaml", FILE, "c", "also_asked", "how: 1")
    twice = append("faqs/f.yaml", once, "c", "also_asked", "how, 2")
    assert 'id: c\n    also_asked: ["how: 1", "how, 2"]\n' in twice
    empty = once.replace('["how: 1"]', "[]")
    assert 'also_asked: ["x"]' in append("faqs/f.yaml", empty, "c", "also_asked", "x")


@pytest.mark.parametrize(
    ("path", "text", "name"),
    [
        ("faqs/f.yaml", FILE, "b"),
        ("faqs/f.yaml", FILE, "gone"),
        ("faqs/f.yaml", "- id: a\n", "b"),
        ("faqs/f.yaml", "- id: a\n", None),
        ("faqs/f.yaml", "faqs: [", "a"),
        ("articles/a.md", "no front matter", None),
        ("clinic.yaml", "", None),
    ],
)
def test_what_cannot_be_changed_safely_is_refused(path: str, text: str, name: str | None) -> None:
    with pytest.raises(KnowledgeError):
        change(path, text, {name: {"status": "draft"}})


def test_a_key_on_a_shared_line_is_not_removed() -> None:
    with pytest.raises(KnowledgeError, match="line of its own"):
        change("faqs/f.yaml", FILE, {"c": {"question": None}})


def test_a_value_that_another_key_shares_is_not_replaced() -> None:
    text = "faqs:\n- id: a\n  author: &a x\n- id: b\n  author: *a\n"
    for name in "ab":
        with pytest.raises(KnowledgeError, match="`author` is shared"):
            change("faqs/f.yaml", text, {name: {"author": "y"}})


VALUES = st.text(max_size=30)


@settings(max_examples=150, deadline=None)
@given(VALUES, VALUES, st.sampled_from(["a", "c"]))
def test_any_text_is_written_so_that_it_is_read_back_or_refused(
    first: str, second: str, name: str
) -> None:
    try:
        text = change("faqs/f.yaml", FILE, {name: {"author": quoted(first)}})
        text = append("faqs/f.yaml", text, name, "tags", second)
    except (KnowledgeError, UnicodeEncodeError):
        return
    before, after = yaml.safe_load(FILE), yaml.safe_load(text)
    changed = next(item for item in after["faqs"] if item["id"] == name)
    assert (changed.pop("author"), changed.pop("tags")) == (first, [second])
    assert after == before
