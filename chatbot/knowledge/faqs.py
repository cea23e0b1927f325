"""A file of question-answer entries."""

from __future__ import annotations

from functools import lru_cache

import yaml

from chatbot.knowledge.authored import (
    SHARED,
    Reading,
    check_prose,
    check_together,
    digest,
    header,
    sound_id,
)
from chatbot.knowledge.fields import Fields, Loader, Node, parse
from chatbot.knowledge.markdown import Link
from chatbot.knowledge.model import Document, Kind
from chatbot.knowledge.passages import passage
from chatbot.knowledge.source import decode

FILE_KEYS = (*SHARED, "language", "faqs")
ENTRY_KEYS = ("id", "question", "also_asked", "answer", *SHARED, "approved_text")
_FAQS = Node("str", 0, 0, "faqs")
_EXAMPLE = "and below it entries `- id: …`, each with question and answer"


@lru_cache(maxsize=1_000)
def read_faqs(path: str, content: bytes, language: str) -> Reading:
    """The entries in a file, and everything wrong with them; `language` is the clinic's."""
    source = decode(path, content)
    root = parse(source)
    if root is None and source.problems:
        return Reading(problems=tuple(source.problems))
    if root and root.kind == "list":
        root = Node("map", root.start, root.end, items=(_FAQS, root))
    top = Fields(source, root, FILE_KEYS)
    stated = top.text("language")
    if stated and stated != language:
        top.wrong("other-language", "language", stated=stated, expected=language)
    if "faqs" not in top.own:
        top.wrong("missing-key", "faqs", example=_EXAMPLE)
    inherited = {key: node for key, node in top.own.items() if key in SHARED}
    links: list[Link] = []
    entries = [Fields(source, item, ENTRY_KEYS, inherited) for item in top.items("faqs")]
    found = [_entry(entry, links) for entry in entries if entry.own]
    documents = tuple(document for document in found if document)
    return Reading(documents, tuple(source.problems), tuple(links))


def _entry(entry: Fields, links: list[Link]) -> Document | None:
    source = entry.source
    name = entry.text("id", "visit-length", strict=True)
    question = entry.text("question", "How long is a visit?", strict=True)
    answer = entry.text("answer", "About two hours.", strict=True)
    approval = header(entry)
    node = entry.node("answer")
    if not (name and question and answer and node) or not sound_id(source, entry.start, name):
        return None
    if not _reads_the_same(source.text[node.start : node.end], answer):
        entry.wrong("answer-not-quotable", "answer")
        return None
    quoted = passage(name, source, node.start, answer, node.end)
    if not quoted.text.strip():
        entry.wrong("empty-answer", "answer")
        return None
    check_together(entry, (quoted,))
    # Only a literal block keeps the lines of the file.
    below = list(source.starts[source.line(node.start) :]) if node.style == "|" else []
    links += check_prose(source, name, answer, below or [node.start], article=False)
    return Document(
        id=name,
        kind=Kind.FAQ,
        file=source.path,
        line=source.line(entry.start),
        title=" ".join(question.split()),
        passages=(quoted,),
        text_digest=digest("", question, answer),
        also_asked=entry.texts("also_asked"),
        **approval,
    )


def _reads_the_same(alone: str, answer: str) -> bool:
    try:
        return bool(yaml.load(alone, Loader=Loader) == answer)  # noqa: S506
    except (yaml.YAMLError, ValueError):
        return False
