"""YAML mappings read as typed values; what is wrong is reported where in the file it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import yaml

from chatbot.knowledge.source import Source

DEEPEST = 20
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_YAML_BREAK = re.compile("[\x85\u2028\u2029]")  # line ends to YAML, but to no editor
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_SWITCH = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


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
        """Keys and values, if this is a mapping."""
        items = self.items if self.kind == "map" else ()
        return list(zip(items[::2], items[1::2], strict=True))

    def get(self, key: str) -> Node | None:
        """The value of a key, if this is a mapping that has it."""
        return next((value for name, value in self.pairs if name.text == key), None)

    def plain(self) -> Any:
        """The content without places, for comparing."""
        if self.kind == "map":
            return {key.text: value.plain() for key, value in self.pairs}
        return [item.plain() for item in self.items] if self.kind == "list" else self.text


def parse(source: Source, end: int | None = None) -> Node | None:
    """The YAML document up to `end`; None if it is empty or broken, which is reported."""
    text, before = source.text[:end], len(source.problems)
    try:
        composed = yaml.compose(text, Loader=Loader)
        return _node(source, composed, set()) if composed else None
    except (yaml.YAMLError, RecursionError) as error:
        if len(source.problems) > before:
            return None
        # Of what is never closed, the place where it begins helps more than the end of the file.
        written = len(text.rstrip())
        marks = [getattr(error, name, None) for name in ("problem_mark", "context_mark")]
        places = [mark.index for mark in marks if mark and mark.index < written]
        why = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
        source.report("bad-yaml", places[0] if places else max(written - 1, 0), why=why)
        if odd := _YAML_BREAK.search(text):
            source.report("control-character", odd.start(), name=f"U+{ord(odd[0]):04X}")
    return None


def _node(source: Source, composed: Any, seen: set[int], depth: int = 1) -> Node:
    """A composed node as ours; an alias, which gives a node twice, and deep nesting are refused."""
    start, end = composed.start_mark.index, composed.end_mark.index
    if id(composed) in seen or depth > DEEPEST:
        what = "An alias of this" if id(composed) in seen else "Such deep nesting"
        source.report("yaml-feature", start, what=what)
        raise yaml.YAMLError
    seen.add(id(composed))
    if isinstance(composed, yaml.ScalarNode):
        kind = composed.tag.rpartition(":")[2]
        return Node(kind, start, end, composed.value, composed.style or "")
    mapping = isinstance(composed, yaml.MappingNode)
    parts = [part for pair in composed.value for part in pair] if mapping else composed.value
    items = tuple(_node(source, part, seen, depth + 1) for part in parts)
    return Node("map" if mapping else "list", start, end, items=items, flow=composed.flow_style)


class Fields:
    """One mapping. A key that is absent or empty gives None, or an empty tuple.

    `known` are the keys that mean something, `inherited` values for keys the mapping has not got.
    """

    def __init__(
        self,
        source: Source,
        node: Node | None,
        known: Collection[str],
        inherited: Mapping[str, Node] | None = None,
    ) -> None:
        self.source, self.start = source, node.start if node else 0
        self.own: dict[str, Node] = {}
        for key, value in node.pairs if node else ():
            if key.text in self.own:
                source.report("duplicate-key", key.start, key=key.text)
            elif key.text not in known:
                hint = nearest(key.text, known, "Did you mean `{}`?", "Known keys: {}.")
                source.report("unknown-key", key.start, key=key.text, hint=hint)
            self.own[key.text] = value  # the last one counts, as in YAML
        if node and node.kind != "map":
            example = f"lines of the form `key: value`; the keys are {', '.join(known)}"
            source.report("wrong-shape", node.start, key="This", shape="a mapping", example=example)
        self._nodes = {**(inherited or {}), **self.own}

    def node(self, key: str) -> Node | None:
        """The value of a key as a node, unless it is empty."""
        node = self._nodes.get(key)
        return None if node is None or node.kind == "null" else node

    def wrong(self, code: str, key: str, **values: object) -> None:
        """Report the value of a key, or the mapping if it has not got the key."""
        node = self._nodes.get(key)
        self.source.report(code, node.start if node else self.start, key=key, **values)

    def text(self, key: str, required: str = "", *, strict: bool = False) -> str | None:
        """A text. `required` is an example, `strict` refuses what YAML reads as something else."""
        node = self.node(key)
        value = self._scalar(key, node, strict) if node else ""
        if required and value == "":
            self.wrong("missing-key", key, example=required)
        return value or None

    def _scalar(self, key: str, node: Node, strict: bool = False) -> str | None:
        """The text of a node, "" if it is blank; None, reported, if it is none."""
        values = {"key": key, "kind": node.kind, "value": node.text}
        if node.kind in ("list", "map"):
            values |= {"shape": "text", "example": "a line of text"}
            self.source.report("wrong-shape", node.start, **values)
        elif strict and node.kind != "str":
            self.source.report("not-text", node.start, **values)
        else:
            return node.text if node.text.strip() else ""
        return None

    def items(self, key: str) -> tuple[Node, ...]:
        """The members of a list."""
        node = self.node(key)
        if node and node.kind != "list":
            example = "[one, two], or lines of `- one`"
            self.wrong("wrong-shape", key, shape="a list", example=example)
        return node.items if node and node.kind == "list" else ()

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        found = (self._scalar(key, item) for item in self.items(key))
        return tuple(text.strip() for text in found if text)

    def parts(self, key: str, known: Collection[str]) -> list[Fields]:
        """A list of mappings."""
        return [Fields(self.source, item, known) for item in self.items(key)]

    def checked(
        self, key: str, test: Callable[[str], object], accepted: str, *,
        code: str = "bad-value", required: str = "",
    ) -> str | None:  # fmt: skip
        """The text if it passes the test; otherwise None, reported with what is `accepted`."""
        value = self.text(key, required)
        if value is None or test(value):
            return value
        self.wrong(code, key, value=value, accepted=accepted)
        return None

    def choice(self, key: str, accepted: Collection[str], *, required: str = "") -> str | None:
        """One of a few words; `required` is an example."""
        listed = ", ".join(accepted)
        return self.checked(key, accepted.__contains__, f"one of {listed}", required=required)

    def url(self, key: str) -> str | None:
        """An http or https address."""
        example = "one such as https://clinic.example/page"
        return self.checked(key, _is_web_url, example, code="bad-url")

    def day(self, key: str, node: Node | None = None) -> date | None:
        """A date; `node` is one of a list of them."""
        node = node or self.node(key)
        day = to_date(node.text) if node else None
        if node and day is None:
            self.source.report("bad-date", node.start, key=key, value=node.text)
        return day

    def switch(self, key: str) -> bool:
        """Yes or no; absent is no."""
        value = self.checked(key, lambda text: text.lower() in _SWITCH, "true or false")
        return _SWITCH[(value or "no").lower()]


def to_date(text: str) -> date | None:
    """An ISO date, or None."""
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def _is_web_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port  # a malformed port raises
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and not re.search(r"[\s<>\"]", value)


def nearest(word: str, known: Collection[str], found: str, otherwise: str) -> str:
    """`found` with the word that was probably meant, or `otherwise` with all known ones."""
    from rapidfuzz import process

    best = process.extractOne(word, sorted(known), score_cutoff=70)
    return found.format(best[0]) if best else otherwise.format(", ".join(known))
