"""Links to the very sentence: `page#anchor:~:text=…`.

The text directive (WICG Scroll to Text Fragment) is added only when it is unique in the document,
so that a browser marks the sentence that was quoted and no other; otherwise the anchor has to do.
"""

import re
from urllib.parse import quote

from chatbot.knowledge.model import Document, Passage

_LIST_MARK = re.compile(r"^(?:[-*+•]|\d+[.)])\s+")
SHORTEST, LONGEST = 3, 8  # words at each end of a directive


def citation_url(
    document: Document, passage: Passage, sentence: tuple[int, int] | None, public_url: str
) -> str:
    """Where the passage stands: its published page, or our own page of the document."""
    page = document.url or f"{public_url}/sources/{document.id}"
    if ":~:" in page:
        return page
    whole = " ".join(_flat(other.text) for other in document.passages)
    directive = text_directive(_sentence(passage, sentence), whole)
    anchor = quote(passage.anchor or "", safe="-")
    if "#" not in page and (anchor or directive):
        page += f"#{anchor}"
    return page + directive


def text_directive(sentence: str, whole: str) -> str:
    """`:~:text=start,end` that matches once in `whole`, or "" when there is none.

    Both are plain text. Matching is as browsers do it: without regard to case, white space folded.
    """
    if "\n" in sentence or " | " in sentence:
        return ""  # browsers do not match across blocks
    words = _flat(_LIST_MARK.sub("", sentence)).split(" ")
    page = _flat(whole).casefold()
    if len(words) <= 2 * SHORTEST:
        text = " ".join(words)
        return f":~:text={_encode(text)}" if text and page.count(text.casefold()) == 1 else ""
    for count in range(SHORTEST, min(LONGEST, len(words) // 2) + 1):
        start, end = " ".join(words[:count]), " ".join(words[-count:])
        if page.count(start.casefold()) == 1 and page.count(end.casefold()) == 1:
            return f":~:text={_encode(start)},{_encode(end)}"
    return ""


def _sentence(passage: Passage, span: tuple[int, int] | None) -> str:
    if span:
        return passage.text[span[0] : span[1]].strip()
    first = passage.text.split("\n", 1)[0]
    return re.split(r"(?<=[.!?])\s", first, maxsplit=1)[0]


def _flat(text: str) -> str:
    return " ".join(text.split())


def _encode(text: str) -> str:
    # Comma, dash and ampersand are syntax inside a directive.
    return quote(text, safe="").replace("-", "%2D")
