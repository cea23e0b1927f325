"""Drafts as text: FAQ files, ids that are free, text without anything invisible."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chatbot.knowledge.documents import RESERVED
from chatbot.knowledge.editing import quoted
from chatbot.knowledge.passages import free_name


@dataclass(frozen=True, slots=True)
class Entry:
    """A question and answer on their way into an FAQ file."""

    id: str
    question: str
    answer: str
    also_asked: Sequence[str] = ()


def faq_source(entries: Iterable[Entry], comment: str) -> str:
    """The text of an FAQ file that holds drafts."""
    lines = [*(f"# {line}" for line in comment.splitlines()), "status: draft", "faqs:"]
    for entry in entries:
        lines += [f"  - id: {entry.id}", f"    question: {quoted(one_line(entry.question))}"]
        others = [quoted(one_line(other)) for other in entry.also_asked if other.strip()]
        lines += ["    also_asked:", *(f"      - {other}" for other in others)] if others else []
        answer = [printable(line.rstrip()) for line in entry.answer.strip().splitlines()]
        lines += ["    answer: |", *(f"      {line}".rstrip() for line in answer), ""]
    return "\n".join(lines)


def free_id(wish: str, taken: set[str]) -> str:
    """An id made of the letters of `wish` that is not taken; it is taken from then on."""
    text = unicodedata.normalize("NFKD", wish).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", text).strip("-")[:70].strip("-") or "page"
    taken |= RESERVED
    return free_name(base, taken)


def one_line(text: str) -> str:
    """The text on one line, without anything invisible."""
    return printable(" ".join(text.split()))


def printable(text: str) -> str:
    """The text without invisible characters but line ends."""
    return "".join(char for char in text.expandtabs(4) if char.isprintable() or char == "\n")
