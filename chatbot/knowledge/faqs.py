"""A file of question-answer entries."""

from dataclasses import dataclass
from functools import lru_cache

import yaml

from chatbot.knowledge.authored import (
    SHARED,
    Header,
    Reading,
    check_prose,
    check_together,
    digest,
    header,
    sound_id,
)
from chatbot.knowledge.fields import Loader, Node, check_keys, items, members, pairs, parse
from chatbot.knowledge.markdown import Link
from chatbot.knowledge.model import Document, Kind
from chatbot.knowledge.passages import passage
from chatbot.knowledge.source import Source, decode
from chatbot.knowledge.values import Words

_TEXTS = {"id": "visit-length", "question": "How long is a visit?", "answer": "About two hours."}
_EXAMPLE = "and below it entries `- id: …`, each with question and answer"


@dataclass(frozen=True)
class _Entry(Header):
    id: str = ""
    question: str = ""
    also_asked: Words = ()
    answer: str = ""


@lru_cache(maxsize=1_000)
def read_faqs(path: str, content: bytes, language: str) -> Reading:
    """The entries in a file, and everything wrong with them; `language` is the clinic's."""
    source = decode(path, content)
    root = parse(source)
    if root is None or source.problems:
        return Reading(problems=tuple(source.problems))
    inherited, entries = [], items(root)  # the entries alone are a file too
    if root.id != "sequence":
        check_keys(root, (*SHARED, "language", "faqs"), source)
        top, entries = pairs(root), members(root, "faqs", source)
        if "faqs" not in top:
            source.report("missing-key", root.start_mark.index, key="faqs", example=_EXAMPLE)
        if "language" in top and top["language"].value not in ("", language):
            source.report("other-language", top["language"].start_mark.index,
                          stated=top["language"].value, expected=language)  # fmt: skip
        inherited = [pair for pair in root.value if pair[0].value in SHARED] if top else []
    links: list[Link] = []
    found = [_entry(source, entry, inherited, links) for entry in entries]
    return Reading(tuple(filter(None, found)), tuple(source.problems), tuple(links))


def _entry(source: Source, entry: Node, inherited: Node, links: list[Link]) -> Document | None:
    if entry.id == "mapping":
        own = set(pairs(entry))
        entry.value = [*(pair for pair in inherited if pair[0].value not in own), *entry.value]
    start = entry.start_mark.index
    stated, approval = header(_Entry, entry, source, _TEXTS)
    name, answer = stated.id, stated.answer
    if not (name and stated.question and answer) or not sound_id(source, start, name):
        return None
    node = pairs(entry)["answer"]
    begins, ends = node.start_mark.index, node.end_mark.index
    if not _reads_the_same(source.text[begins:ends], answer):
        source.report("answer-not-quotable", begins)
        return None
    quoted = passage(name, source, begins, answer, ends)
    if not quoted.text.strip():
        source.report("empty-answer", begins)
        return None
    check_together(entry, (quoted,), source)
    # Only a literal block keeps the lines of the file.
    below = list(source.starts[source.line(begins) :]) if node.style == "|" else []
    links += check_prose(source, name, answer, below or [begins], article=False)
    return Document(
        id=name, kind=Kind.FAQ, file=source.path, line=source.line(start),
        title=" ".join(stated.question.split()), passages=(quoted,),
        text_digest=digest("", stated.question, answer), also_asked=stated.also_asked, **approval,
    )  # fmt: skip


def _reads_the_same(alone: str, answer: str) -> bool:
    try:
        return bool(yaml.load(alone, Loader=Loader) == answer)  # noqa: S506
    except (yaml.YAMLError, ValueError):
        return False
