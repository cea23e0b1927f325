"""A file of question-answer entries."""

from __future__ import annotations

from functools import lru_cache

import yaml

from chatbot.knowledge.authored import (
    SHARED,
    InnerLink,
    Reading,
    check_prose,
    check_together,
    digest,
    header,
    sound_id,
)
from chatbot.knowledge.fields import Fields
from chatbot.knowledge.model import Document, Kind
from chatbot.knowledge.passages import passage
from chatbot.knowledge.source import decode
from chatbot.knowledge.yaml_nodes import Loader, Node, parse

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
    root = root or Node("map", 0, 0)
    if root.kind == "list":
        root = Node("map", root.start, root.end, items=(_FAQS, root))
    top = Fields(source, root, FILE_KEYS)
    stated = top.text("language")
    if stated and stated != language:
        top.wrong("other-language", "language", stated=stated, expected=language)
    if "faqs" not in top.own:
        top.wrong("missing-key", "faqs", example=_EXAMPLE)
    inherited = {key: node for key, node in top.own.items() if key in SHARED}
    documents: list[Document] = []
    links: list[InnerLink] = []
    for item in top.items("faqs"):
        entry = Fields(source, item, ENTRY_KEYS, inherited)
        document = _entry(entry, links) if entry.own else None
        documents += [document] if document else []
    anchors = {document.id: frozenset[str]() for document in documents}
    return Reading(tuple(documents), tuple(source.problems), tuple(links), anchors)


def _entry(entry: Fields, links: list[InnerLink]) -> Document | None:
    source = entry.source
    name = entry.text("id", strict=True, required="visit-length")
    question = entry.text("question", strict=True, required="How long is a visit?")
    answer = entry.text("answer", strict=True, required="About two hours.")
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
    first = source.line(node.start)
    # Only a literal block keeps the lines of the file.
    offsets = list(source.starts[first:]) if node.style == "|" else []
    links += check_prose(source, name, answer, offsets or [node.start], article=False)
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
