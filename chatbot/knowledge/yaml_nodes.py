"""YAML as nodes that know where in the file they stand.

Built from the parser's events, so that nothing recurses and what YAML resolves silently is refused:
anchors and aliases (and with them alias bombs), tags, merge keys, deep nesting.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import yaml
from yaml.resolver import Resolver

from chatbot.knowledge.source import Source

DEEPEST = 20
_YAML_BREAK = re.compile("[\x85\u2028\u2029]")  # line ends to YAML, but to no editor
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_RESOLVER: Any = Resolver()


class Node(NamedTuple):
    """A scalar, list or mapping; `start` and `end` are offsets in code points of the whole file.

    `kind` is list, map, or what YAML makes of a scalar: str, null, bool, int, float, timestamp.
    The `items` of a mapping are its keys and values in turn.
    """

    kind: str
    start: int
    end: int
    text: str = ""
    style: str = ""
    items: tuple[Node, ...] = ()
    flow: bool = False

    @property
    def pairs(self) -> list[tuple[Node, Node]]:
        """Keys and values of a mapping."""
        return list(zip(self.items[::2], self.items[1::2], strict=True))

    def get(self, key: str) -> Node | None:
        """The value of a key, if this is a mapping that has it."""
        pairs = self.pairs if self.kind == "map" else []
        return next((value for name, value in pairs if name.text == key), None)

    def plain(self) -> object:
        """The content without places, for comparing."""
        if self.kind == "map":
            return {key.text: value.plain() for key, value in self.pairs}
        return [item.plain() for item in self.items] if self.kind == "list" else self.text


def parse(source: Source, start: int = 0, end: int | None = None) -> Node | None:
    """The one document in that slice; None if it is empty or broken, which is reported."""
    opened: list[tuple[Any, list[Node]]] = [(None, [])]
    before, documents = len(source.problems), 0
    try:
        for event in yaml.parse(source.text[start:end], Loader=Loader):
            first: Any = event
            begin, over = (start + mark.index for mark in (first.start_mark, first.end_mark))
            documents += isinstance(event, yaml.DocumentStartEvent)
            if refused := _refused(event, len(opened), documents):
                source.report("yaml-feature", begin, what=refused)
                return None
            if isinstance(event, yaml.ScalarEvent):
                opened[-1][1].append(_scalar(event, begin, over))
            elif isinstance(event, yaml.CollectionStartEvent):
                opened.append((event, []))
            elif isinstance(event, yaml.CollectionEndEvent):
                first, items = opened.pop()
                kind = "map" if isinstance(first, yaml.MappingStartEvent) else "list"
                begin, flow = start + first.start_mark.index, bool(first.flow_style)
                opened[-1][1].append(Node(kind, begin, over, items=tuple(items), flow=flow))
    except yaml.YAMLError as error:
        # Of what is never closed, the place where it begins helps more than the end of the file.
        written = len(source.text[start:end].rstrip())
        marks = [getattr(error, name, None) for name in ("problem_mark", "context_mark")]
        places = [mark.index for mark in marks if mark and mark.index < written]
        why = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
        source.report("bad-yaml", start + (places[0] if places else max(written - 1, 0)), why=why)
        if odd := _YAML_BREAK.search(source.text, start, len(source.text) if end is None else end):
            source.report("control-character", odd.start(), name=f"U+{ord(odd[0]):04X}")
    found = opened[0][1]
    return found[0] if found and len(source.problems) == before else None


def _refused(event: Any, depth: int, documents: int) -> str:
    scalar = isinstance(event, yaml.ScalarEvent)
    if documents > 1:
        return "A second YAML document"
    if isinstance(event, yaml.AliasEvent):
        return f"The alias *{event.anchor}"
    if getattr(event, "anchor", None):
        return f"The anchor &{event.anchor}"
    if getattr(event, "tag", None):
        return f"The tag {event.tag}"
    if scalar and event.value == "<<" and event.implicit[0]:
        return "The merge key <<"
    return "Such deep nesting" if depth > DEEPEST else ""


def _scalar(event: Any, begin: int, over: int) -> Node:
    kind = "str"
    if event.implicit[0]:
        kind = _RESOLVER.resolve(yaml.ScalarNode, event.value, (True, False)).rpartition(":")[2]
    return Node(kind, begin, over, event.value, event.style or "")
