"""Which served documents the folder takes back, even while it cannot be loaded as a whole.

Doubt about a file keeps the last good text in service; a file or entry that is gone, and front
matter that can be read and no longer allows quoting, does not.
"""

import re
from collections.abc import Container, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache

from chatbot.knowledge.clinic import FILE as CLINIC
from chatbot.knowledge.documents import front_matter
from chatbot.knowledge.fields import Node, entries, pairs, parse
from chatbot.knowledge.model import Corpus, Document, Kind, Status
from chatbot.knowledge.source import decode
from chatbot.knowledge.values import to_date

_KEY = re.compile(r"([ \t]*)(-[ \t]+)?[\"']?(\w+)[\"']?[ \t]*:[ \t]*[\"']?([\w-]*)")
CLOSED = re.compile(r"^closed[ \t]*:[ \t]*(.*)\n?", re.M)
_Stated = dict[str, str]


def withdrawn(
    served: Corpus, present: Container[str], changed: Mapping[str, bytes], today: date
) -> frozenset[str]:
    """The ids that must not be quoted; `changed` are the files that differ from those served."""
    stated = {
        path: _stated(path, content) if content.strip() else {}
        for path, content in changed.items()
        if path.startswith(("articles/", "faqs/"))
    }
    return frozenset(
        document.id
        for document in served.documents
        if document.file not in present
        or (document.file in stated and not _allowed(stated[document.file], document, today))
    )


def close_if_told(served: Corpus, changed: Mapping[str, bytes]) -> Corpus:
    """The corpus with its kill switch on, if a changed clinic.yaml has it, sound or not."""
    match = CLOSED.search(_text(changed.get(CLINIC, b"")))
    if match is None or served.clinic.closed:
        return served
    return replace(served, clinic=replace(served.clinic, closed=match[1].strip() or "closed"))


def _allowed(stated: dict[str, _Stated], document: Document, today: date) -> bool:
    says = stated.get("" if document.kind is Kind.ARTICLE else document.id)
    if says is None or says.get("status", Status.APPROVED) != Status.APPROVED:
        return False
    begins, ends = (to_date(says.get(key, "")) or today for key in ("approved_on", "review_by"))
    return begins <= today <= ends


@lru_cache(maxsize=20_000)
def _stated(path: str, content: bytes) -> dict[str, _Stated]:
    """Keys and values by entry id, or "" for an article; line by line where the YAML is broken."""
    article, source = path.startswith("articles/"), decode(path, content)
    parts = front_matter(source.text) if article else (None, 0)
    root = parse(source, parts[0]) if parts else None
    if root is None or source.problems:
        return _lines(_text(content), article)
    top = {"status": "", **_texts(root)}
    said = [{}] if article else [_texts(entry) for entry in entries(root)]
    return {entry.get("id", ""): {**top, **entry} for entry in said}


def _texts(node: Node) -> _Stated:
    return {key: str(value.value) for key, value in pairs(node).items()}


def _lines(text: str, article: bool) -> dict[str, _Stated]:
    """The same as far as lines show it; what is not seen is left out."""
    top: _Stated = {}
    found: list[_Stated] = []
    indent, column = None, 0
    for line in re.split(r"[\r\n]+", text)[1 if article else 0 :]:
        if article and line.startswith(("---", "...")):
            break
        if not (match := _KEY.match(line)):
            continue
        before, dash, key, value = match[1], match[2] or "", match[3], match[4]
        if not before and not dash:
            top[key] = value
        if dash and not article and indent in (None, before):
            indent, column = before, len(before + dash)
            found.append({})
        if found and len(before + dash) == column:
            found[-1][key] = value
    return {entry.get("id", ""): {**top, **entry} for entry in ([{}] if article else found)}


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace").removeprefix("\ufeff")
