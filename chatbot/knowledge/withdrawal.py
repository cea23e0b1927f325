"""Which served documents the folder takes back, even while it cannot be loaded as a whole.

Doubt about a file keeps the last good text in service; a file or entry that is gone, and front
matter that can be read and no longer allows quoting, does not.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import replace
from datetime import date

from chatbot.knowledge.articles import read_article
from chatbot.knowledge.clinic import FILE as CLINIC
from chatbot.knowledge.faqs import read_faqs
from chatbot.knowledge.fields import to_date
from chatbot.knowledge.model import Corpus, Document, Status

_KEY = re.compile(r"([ \t]*)(-[ \t]+)?[\"']?(\w+)[\"']?[ \t]*:[ \t]*[\"']?([\w-]*)")
_CLOSED = re.compile(r"^closed[ \t]*:[ \t]*(.*)$", re.M)
_Stated = dict[str, str]


def withdrawn(
    served: Corpus, present: Container[str], changed: Mapping[str, bytes], today: date
) -> frozenset[str]:
    """The ids that must not be quoted; `changed` are the files that differ from those served."""
    stated = {path: _stated(path, content, served) for path, content in changed.items()
              if path.startswith(("articles/", "faqs/"))}  # fmt: skip
    return frozenset(
        document.id
        for document in served.documents
        if document.file not in present
        or (document.file in stated and not _allowed(stated[document.file], document, today))
    )


def close_if_told(served: Corpus, changed: Mapping[str, bytes]) -> Corpus:
    """The corpus with its kill switch on, if a changed clinic.yaml has it, sound or not."""
    match = _CLOSED.search(_text(changed.get(CLINIC, b"")))
    if match is None or served.clinic.closed:
        return served
    return replace(served, clinic=replace(served.clinic, closed=match[1].strip() or "closed"))


def _allowed(stated: dict[str, _Stated], document: Document, today: date) -> bool:
    says = stated.get(document.id)
    if says is None:
        return False
    approved_on, review_by = (to_date(says.get(key, "")) for key in ("approved_on", "review_by"))
    return says.get("status", Status.APPROVED) == Status.APPROVED and (
        approved_on or today
    ) <= today <= (review_by or today)


def _stated(path: str, content: bytes, served: Corpus) -> dict[str, _Stated]:
    """What each document's front matter says, read line by line where the file is broken."""
    article = path.startswith("articles/")
    reading = (read_article(path, content) if article
               else read_faqs(path, content, served.clinic.language))  # fmt: skip
    found = _lines(_text(content), article)
    if article:
        found = {d.id: found.get("", {}) for d in served.documents if d.file == path}
    for document in reading.documents:
        dates = {"approved_on": document.approved_on, "review_by": document.review_by}
        found[document.id] = {"status": document.status,
                              **{key: str(day) for key, day in dates.items()}}  # fmt: skip
    return found


def _lines(text: str, article: bool) -> dict[str, _Stated]:
    """Keys and values by entry id ("" for the top of the file), as far as lines show them."""
    top: _Stated = {}
    entries: list[_Stated] = []
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
            entries.append({})
        if entries and len(before + dash) == column:
            entries[-1][key] = value
    return {"": top, **{entry.get("id", ""): {**top, **entry} for entry in entries}}


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace").removeprefix("\ufeff")
