"""Typed values out of a YAML mapping; what is wrong is reported where it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import date
from urllib.parse import urlsplit

from chatbot.knowledge.source import Source
from chatbot.knowledge.yaml_nodes import Node

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_SWITCH = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


class Fields:
    """One mapping. A key that is absent or empty gives None, or an empty tuple.

    `known` are the keys that mean something, `inherited` values for keys the mapping has not got.
    """

    def __init__(
        self,
        source: Source,
        node: Node,
        known: Collection[str],
        inherited: dict[str, Node] | None = None,
    ) -> None:
        self.source, self.start = source, node.start
        self.own: dict[str, Node] = {}
        for key, value in node.pairs if node.kind == "map" else ():
            if key.text in self.own:
                source.report("duplicate-key", key.start, key=key.text)
            elif key.text not in known:
                hint = nearest(key.text, known, "Did you mean `{}`?", "Known keys: {}.")
                source.report("unknown-key", key.start, key=key.text, hint=hint)
            self.own[key.text] = value  # the last one counts, as in YAML
        if node.kind != "map":
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

    def text(self, key: str, *, strict: bool = False, required: str = "") -> str | None:
        """A text. `strict` refuses what YAML reads as something else, `required` is an example."""
        node = self.node(key)
        value = self._scalar(key, node, strict) if node else None
        if required and (value is None or not value.strip()) and not (node and node.items):
            self.wrong("missing-key", key, example=required)
        return value if value and value.strip() else None

    def _scalar(self, key: str, node: Node, strict: bool = False) -> str | None:
        if node.kind in ("list", "map"):
            self.source.report(
                "wrong-shape", node.start, key=key, shape="text", example="a line of text"
            )
        elif strict and node.kind != "str":
            self.source.report("not-text", node.start, key=key, kind=node.kind, value=node.text)
        else:
            return node.text
        return None

    def items(self, key: str) -> tuple[Node, ...]:
        """The members of a list."""
        node = self.node(key)
        if node and node.kind != "list":
            self.wrong(
                "wrong-shape", key, shape="a list", example="[one, two], or lines of `- one`"
            )
        return node.items if node and node.kind == "list" else ()

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        found = (self._scalar(key, item) for item in self.items(key))
        return tuple(text.strip() for text in found if text and text.strip())

    def choice(self, key: str, accepted: Collection[str], *, required: str = "") -> str | None:
        """One of a few words; `required` is an example."""
        listed = ", ".join(accepted)
        return self.checked(key, accepted.__contains__, f"one of {listed}", required=required)

    def checked(
        self,
        key: str,
        test: Callable[[str], object],
        accepted: str,
        *,
        code: str = "bad-value",
        required: str = "",
    ) -> str | None:
        """The text if it passes the test; otherwise None, reported with what is `accepted`."""
        value = self.text(key, required=required)
        if value is None or test(value):
            return value
        self.wrong(code, key, value=value, accepted=accepted)
        return None

    def url(self, key: str) -> str | None:
        """An http or https address."""
        return self.checked(
            key, is_web_url, "one such as https://clinic.example/page", code="bad-url"
        )

    def day(self, key: str) -> date | None:
        """A date."""
        node = self.node(key)
        return self.as_day(key, node) if node else None

    def as_day(self, key: str, node: Node) -> date | None:
        """A node read as a date."""
        day = to_date(node.text)
        if day is None:
            self.source.report("bad-date", node.start, key=key, value=node.text)
        return day

    def switch(self, key: str) -> bool:
        """Yes or no; absent is no."""
        value = self.checked(key, lambda text: text.lower() in _SWITCH, "true or false")
        return bool(value and _SWITCH[value.lower()])


def to_date(text: str) -> date | None:
    """An ISO date, or None."""
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def is_web_url(value: str) -> bool:
    """Whether this is a plain http or https address with a host."""
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and not re.search(r"[\s<>\"]", value)


def nearest(word: str, known: Collection[str], found: str, otherwise: str) -> str:
    """`found` with the word that was probably meant, or `otherwise` with all known ones."""
    from rapidfuzz import process

    best = process.extractOne(word, sorted(known), score_cutoff=70)
    return found.format(best[0]) if best else otherwise.format(", ".join(known))
