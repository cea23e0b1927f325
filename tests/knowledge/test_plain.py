from __future__ import annotations

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.knowledge.plain import plain
from chatbot.knowledge.rendering import render


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Plan for **two** *hours*, `now`.", "Plan for two hours, now."),
        ("One\ntwo  \nthree\\\nfour", "One\ntwo\nthree\nfour"),
        ("One.\n\n\n\nTwo.", "One.\n\nTwo."),
        ("See [our page](https://x.example 'a title') or <https://y.example>.",
         "See our page or https://y.example."),
        ("![A chart of *doses*](https://x.example/c.png)", "A chart of doses"),
        (r"5 \* 3 &lt; 20 &amp; \<b\>", "5 * 3 < 20 & <b>"),
        ("a <b>bold</b> word", "a <b>bold</b> word"),
        ("- a\n* b\n+ c", "- a\n\n* b\n\n+ c"),
        ("3. three\n4) other\n", "3. three\n\n4) other"),
        ("1. a\n   - b\n     c\n2. d", "1. a\n   - b\n     c\n2. d"),
        ("- a\n\n  more\n\n- b", "- a\n\n  more\n- b"),
        ("> said\n> > again", "said\n\nagain"),
        ("| a | b |\n|---|:-:|\n| 1 |  |\n| x \\| y | *2*", "a | b\n1 | \nx | y | 2"),
        ("```python\nx = 1\n\n  y\n```", "x = 1\n\n  y"),
        ("    indented\n      more", "indented\n  more"),
        ("# Head\ntext", "Head\n\ntext"),
        ("a\n\n***\n\nb", "a\n\nb"),
        ("", ""),
    ],
)  # fmt: skip
def test_markup_goes_and_words_list_marks_and_line_breaks_stay(source: str, text: str) -> None:
    assert plain(source) == text


WORD = st.text("abcxyz0123456789äß", min_size=1, max_size=6)
WRAPPED = st.tuples(
    st.sampled_from(["{}", "{}", "**{}**", "*{}*", "`{}`", "[{}](https://h.example)", "![{}](u)",
                     "***{}***", "**a *{}* b**", "{}&nbsp;", "({})", "~~{}~~", "<{}>", "_{}_"]),
    WORD,
).map(lambda pair: pair[0].format(pair[1]))  # fmt: skip
LINE = st.lists(WRAPPED, min_size=1, max_size=5).map(lambda words: "x " + " ".join(words))
TEXT = st.lists(LINE, min_size=1, max_size=3).map("\n".join)
TREE = st.recursive(
    TEXT,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(
            lambda items: "\n".join("- " + item.replace("\n", "\n  ") for item in items)
        ),
        st.lists(inner, min_size=1, max_size=3).map(
            lambda items: "\n".join("7. " + item.replace("\n", "\n   ") for item in items)
        ),
        inner.map(lambda text: "> " + text.replace("\n", "\n> ")),
        st.lists(inner, min_size=1, max_size=2).map("\n\n".join),
        LINE.map(lambda line: f"| {line} | y |\n|---|---|\n| {line} | {line} |"),
    ),
    max_leaves=6,
)


def words(text: str) -> list[str]:
    """The words of a text, after its Markdown's addresses, marks and entities are taken away."""
    text = re.sub(r"\]\([^)]*\)", "] ", text).replace("&nbsp;", " ")
    return re.findall(r"\w+", text.replace("_", " "))


@settings(max_examples=300, deadline=None)
@given(TREE)
def test_no_word_is_added_or_dropped(source: str) -> None:
    assert words(plain(source)) == words(source)
    shown = re.sub(r'<li value="(\d+)">', r" \1 ", render(source))
    shown = html.unescape(re.sub(r"<[^>]*>", " ", shown))
    assert words(shown) == words(source)
