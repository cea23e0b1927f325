"""Proving a passage against the bytes on disk, without what the loader remembers."""

import hashlib

import yaml

from chatbot.errors import Problem
from chatbot.knowledge.folder import Files
from chatbot.knowledge.model import Document, Kind, Passage
from chatbot.knowledge.plain import plain
from chatbot.knowledge.problems import finding
from chatbot.knowledge.rendering import render


def disproved(document: Document, files: Files) -> tuple[Problem, ...]:
    """What is not true of a document's passages; nothing if every one is quoted word for word."""
    content = files.contents.get(document.file)
    found = []
    for passage in document.passages:
        if why := _fault(document, passage, content):
            found.append(finding("not-verbatim", document.file, name=passage.id, why=why))
    return tuple(found)


def _fault(document: Document, passage: Passage, content: bytes | None) -> str:
    if content is None:
        return "its file is gone"
    text = content.decode("utf-8", "replace").removeprefix("\ufeff")
    source = text[slice(*passage.span)]
    if document.kind is Kind.FAQ:
        try:
            source = yaml.safe_load(source)
        except (yaml.YAMLError, ValueError):
            return "its span is not a YAML value"
    if source != passage.source:
        return "the file holds other text at its span"
    sha = hashlib.sha256(source.encode()).hexdigest()
    if sha != passage.sha256 or not passage.id.startswith(f"{document.id}.{sha[:12]}"):
        return "its hash is another"
    if plain(source) != passage.text or render(source) != passage.html:
        return "it would not be shown as it is written"
    return ""
