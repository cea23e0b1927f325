"""`render`: what a visitor sees of a Markdown text, as clean HTML."""

from collections.abc import Sequence
from html import escape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from chatbot.knowledge.markdown import ID, SCHEMES, destination, parse
from chatbot.knowledge.plain import inline

TAGS = {
    *("p", "br", "strong", "em", "code", "pre", "blockquote", "a", "ul", "ol", "li"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href"}, "li": {"value"}, "th": {"scope"}}
_FIXED = {
    "heading_open": "<p><strong>",
    "heading_close": "</strong></p>\n",
    "hr": "",
    "ordered_list_open": "<ol>\n",
    "th_open": '<th scope="col">',
    "td_open": "<td>",
}


def render(source: str) -> str:
    """The cleaned HTML of a Markdown text: no class, id or style, no heading, no image.

    A link to another document leads to our page of it; numbers of list items are those written.
    """
    html = _RENDERER.render(parse(source)[0], _OPTIONS, {})
    rel = "noopener nofollow"
    kept = nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel=rel)
    return kept.strip()


class _Renderer(RendererHTML):
    """markdown-it's own, but for what must not be shown as written."""

    def __init__(self) -> None:
        super().__init__()
        rules: dict[str, Any] = {kind: lambda *_, html=html: html for kind, html in _FIXED.items()}
        self.rules.update(rules)

    def image(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        return escape(inline(tokens[idx]))

    def link_open(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        goal = destination(str(tokens[idx].attrs.get("href", "")))
        if goal is None or not (goal.url or ID.fullmatch(goal.document or "")):
            # No start tag, and cleaning drops the end tag. A heading of the same article is not on
            # the page that quotes it.
            return ""
        anchor = f"#{goal.anchor}" if goal.anchor else ""
        return f'<a href="{escape(goal.url or f"/sources/{goal.document}{anchor}")}">'

    def list_item_open(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        number = tokens[idx].info
        return f'<li value="{int(number)}">' if number else "<li>"


_OPTIONS = MarkdownIt("commonmark").options
_RENDERER = _Renderer()
