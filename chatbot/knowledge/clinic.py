"""The files that are no documents: clinic, synonyms, added crisis help, expected questions."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from chatbot.builtin import read_yaml
from chatbot.knowledge.fields import Node, blank, check_keys, items, members, pairs, parse, read
from chatbot.knowledge.model import Clinic, Expectation, ExtraPhrase, ExtraResource
from chatbot.knowledge.problems import REQUIRED, SHAPES
from chatbot.knowledge.source import Source
from chatbot.knowledge.values import DAYS
from chatbot.text.terms import LANGUAGES

FILE, SYNONYMS = "clinic.yaml", "synonyms.yaml"
SAFETY, QUESTIONS = "safety.yaml", "questions.yaml"
SINGLE = (FILE, SYNONYMS, SAFETY, QUESTIONS)
PROTECTED = ("en", "es")  # the languages in which danger is recognised


def read_clinic(source: Source) -> Clinic:
    """The clinic; a value that cannot be used is reported and its default stands in."""
    root = None if source.problems else parse(source)
    if root is None:
        return Clinic()
    clinic, nodes = read(Clinic, root, source, REQUIRED["clinic"]) or Clinic(), pairs(root)
    known = read_yaml("wording.yaml")["replies"]
    for key, names in (("hours", DAYS), ("wording", known)):
        if key in nodes and nodes[key].id == "mapping":
            check_keys(nodes[key], names, source)
    if (language := clinic.language.split("-")[0]) not in PROTECTED:
        source.report("no-crisis-words", nodes["language"], value=clinic.language)
    if language not in LANGUAGES:
        accepted = f"one of {', '.join(LANGUAGES)}"
        source.report("no-stemmer", nodes["language"], value=clinic.language, accepted=accepted)
    wording = {key: text for key, text in clinic.wording.items() if key in known and text.strip()}
    return replace(clinic, wording=wording, closed=_closed(nodes.get("closed"), source))


def _closed(node: Node | None, source: Source) -> str | None:
    """The kill switch: the key closes the site whatever its value, so that it cannot fail."""
    if node is None:
        return None
    if node.id == "scalar" and not node.tag.endswith(":bool") and not blank(node):
        return str(node.value)
    source.report("closed-value", node)
    return "closed"


def today(clinic: Clinic, now: datetime) -> date:
    """The date at the clinic at a moment with a time zone."""
    return now.astimezone(ZoneInfo(clinic.time_zone)).date()


def _lines(source: Source) -> list[Node]:
    root = parse(source)
    if root is not None and root.id != "sequence" and root.value:
        source.report("wrong-shape", root, key=source.path, **SHAPES[source.path])
    return items(root)


def read_synonyms(source: Source) -> tuple[tuple[str, ...], ...]:
    """Groups of words with one meaning."""
    groups: list[tuple[str, ...]] = []
    for line in _lines(source):
        words = tuple(item.value.strip() for item in items(line) if item.id == "scalar")
        if len(words) > 1 and len(words) == len(line.value) and all(words):
            same = {word.casefold() for word in words}
            if any(same == {word.casefold() for word in group} for group in groups):
                source.report("same-synonyms", line)
            groups.append(words)
        else:
            source.report("wrong-shape", line, key="Each line", **SHAPES["synonyms"])
    return tuple(groups)


def read_safety(source: Source) -> tuple[tuple[ExtraPhrase, ...], tuple[ExtraResource, ...]]:
    """What the clinic adds to the built-in crisis phrases and places to get help."""
    root = parse(source)
    if root is None:
        return (), ()
    check_keys(root, ("phrases", "resources"), source)
    examples, listed = REQUIRED["phrase"], members(root, "phrases", source)
    phrases = [read(ExtraPhrase, one, source, examples) for one in listed]
    resources = []
    for item in members(root, "resources", source):
        found = read(ExtraResource, item, source, REQUIRED["resource"])
        if found and not (found.call or found.text or found.url):
            source.report("missing-key", item, key="call", example=REQUIRED["way"]["call"])
        elif found:
            resources.append(found)
    return tuple(phrase for phrase in phrases if phrase), tuple(resources)


def read_questions(source: Source) -> tuple[Expectation, ...]:
    """The questions whose answers must not change."""
    lines = [(line, source.line(line.start_mark.index)) for line in _lines(source)]
    keys = REQUIRED["expectation"]
    found = [read(Expectation, line, source, keys, line=number) for line, number in lines]
    return tuple(filter(None, found))
