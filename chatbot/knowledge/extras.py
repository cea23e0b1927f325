"""The optional files: synonyms, what the clinic adds to crisis help, expected questions."""

from __future__ import annotations

from collections.abc import Iterator

from chatbot.knowledge.fields import Fields, Node, parse
from chatbot.knowledge.model import Expectation, ExtraPhrase, ExtraResource
from chatbot.knowledge.source import Source

SYNONYMS, SAFETY, QUESTIONS = "synonyms.yaml", "safety.yaml", "questions.yaml"
TIERS = ("urgent", "concern", "emergency")


def _lines(source: Source, example: str) -> tuple[Node, ...]:
    root = parse(source)
    if root and root.kind != "list":
        source.report("wrong-shape", root.start, key=source.path, shape="a list", example=example)
    return root.items if root and root.kind == "list" else ()


def read_synonyms(source: Source) -> tuple[tuple[str, ...], ...]:
    """Groups of words with one meaning."""
    groups, example = [], "- [infusion, drip, iv]"
    for item in _lines(source, example):
        words = tuple(node.text.strip() for node in item.items)
        if item.kind == "list" and len(words) > 1 and all(words):
            groups.append(words)
        else:
            values = {"key": "Each line", "shape": "two or more words", "example": example}
            source.report("wrong-shape", item.start, **values)
    return tuple(groups)


def read_safety(source: Source) -> tuple[tuple[ExtraPhrase, ...], tuple[ExtraResource, ...]]:
    """What the clinic adds to the built-in crisis phrases and places to get help."""
    top = Fields(source, parse(source), ("phrases", "resources"))
    return tuple(_phrases(top)), tuple(_resources(top))


def _phrases(top: Fields) -> Iterator[ExtraPhrase]:
    for part in top.parts("phrases", ("category", "tier", "match", "not")):
        category = part.text("category", "overdose")
        tier = part.choice("tier", TIERS, required=TIERS[0])
        match = part.text("match", '"took the whole bottle"')
        if category and tier and match:
            yield ExtraPhrase(category, tier, match, part.text("not"))


def _resources(top: Fields) -> Iterator[ExtraResource]:
    for part in top.parts("resources", ("label", "call", "text", "url", "verified_on")):
        label = part.text("label", '"Clinic nurse line"')
        ways = part.text("call"), part.text("text"), part.url("url")
        if not any(ways):
            part.wrong("missing-key", "call", example='"555-0101", or text: or url:')
        elif label:
            yield ExtraResource(label, *ways, part.day("verified_on"))


def read_questions(source: Source) -> tuple[Expectation, ...]:
    """The questions whose answers must not change."""
    found = []
    for item in _lines(source, "- {ask: how long is the drip, expect: infusion-length}"):
        part = Fields(source, item, ("ask", "expect"))
        ask = part.text("ask", "how long is the drip")
        expect = part.text("expect", "infusion-length")
        if ask and expect:
            found.append(Expectation(ask, expect, source.line(item.start)))
    return tuple(found)
