"""Changing single keys of a file by splicing its text: comments, order and all else stay.

Every result is parsed again and compared with what it ought to say before it is used.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from chatbot.errors import KnowledgeError
from chatbot.knowledge.articles import front_matter
from chatbot.knowledge.problems import finding
from chatbot.knowledge.source import Source
from chatbot.knowledge.yaml_nodes import Node, parse

Changes = Mapping[str, str | None]
# A new key is written below the last of these that is there.
_ABOVE = ("name", "title", "id", "question", "status", "approved_by", "approved_on", "review_by")
Splice = tuple[int, int, str]


def quoted(text: str) -> str:
    """A text as a YAML scalar on one line that is nothing but text."""
    return json.dumps(text, ensure_ascii=False)


def change(path: str, text: str, changes: Mapping[str | None, Changes]) -> str:
    """The text of a file with keys set, or removed where the value is None.

    `changes` are YAML scalars by key, under the id of an entry, or None for the front matter or the
    top of the file. Raises KnowledgeError if the file cannot be changed without touching more.
    """
    source = Source.of(path, text)
    root = _root(source)
    expected = root.plain()
    splices: list[Splice] = []
    for name, keys in changes.items():
        node = _container(source, root, name)
        said = _said(expected, name)
        for key, value in keys.items():
            splices += _splices(source, node, key, value)
            if value is None:
                said.pop(key, None)
            else:
                said[key] = json.loads(value) if value.startswith('"') else value
    return _proven(source, splices, expected)


def append(path: str, text: str, name: str, key: str, value: str) -> str:
    """The text with `value` added to a list of the entry `name`; raises KnowledgeError likewise."""
    source = Source.of(path, text)
    root = _root(source)
    expected = root.plain()
    node = _container(source, root, name)
    items = node.get(key)
    said = _said(expected, name)
    if items is None or items.kind == "null":
        splices = _splices(source, node, key, f"[{quoted(value)}]")
        said[key] = [value]
    elif items.kind != "list":
        raise refused(source, items.start, f"`{key}` is no list")
    else:
        said[key] = [*(item.text for item in items.items), value]
        last = items.items[-1] if items.items else None
        if items.flow:
            comma = ", " if last else ""
            at = last.end if last else items.start + 1
            splices = [(at, at, comma + quoted(value))]
        else:
            indent = " " * _column(source, items.start)
            splices = [_new_line(source, items.items[-1], f"{indent}- {quoted(value)}")]
    return _proven(source, splices, expected)


def _root(source: Source) -> Node:
    article = source.path.startswith("articles/")
    parts = front_matter(source.text) if article else (0, len(source.text), 0)
    root = parse(source, parts[0], parts[1]) if parts else None
    if root is None or root.kind != "map":
        values = {"key": "The file", "shape": "keys and values", "example": "`key: value` lines"}
        found = source.problems or [finding("wrong-shape", source.path, 1, **values)]
        raise KnowledgeError(found)
    return root


def _container(source: Source, root: Node, name: str | None) -> Node:
    entries = root.get("faqs")
    found = [root] if name is None else [
        item for item in (entries.items if entries else ())
        if (key := item.get("id")) and key.text == name
    ]  # fmt: skip
    if len(found) != 1:
        raise refused(source, root.start, f"there is not exactly one entry {name!r}")
    if found[0].flow:
        raise refused(source, found[0].start, "it is written in braces, not a key on each line")
    return found[0]


def _said(expected: object, name: str | None) -> dict[str, object]:
    """The part of the plain content that belongs to an entry, or all of it."""
    assert isinstance(expected, dict)
    if name is None:
        return expected
    return next(entry for entry in expected["faqs"] if entry.get("id") == name)


def _splices(source: Source, node: Node, key: str, value: str | None) -> list[Splice]:
    pair = next(((name, old) for name, old in node.pairs if name.text == key), None)
    if pair and value is None:
        first = source.starts[source.line(pair[0].start) - 1]
        if source.text[first : pair[0].start].strip():
            raise refused(source, first, f"`{key}` does not stand on a line of its own")
        return [(first, _next_line(source, pair[1]), "")]
    if value is None:
        return []
    if pair is None:
        first = node.pairs[0][0].start
        line = " " * _column(source, first) + f"{key}: {value}"
        above = [old for name, old in node.pairs if name.text in _ABOVE and name.text != key]
        if above:
            return [_new_line(source, above[-1], line)]
        return [(first, first, line.lstrip() + _eol(source) + " " * _column(source, first))]
    old = pair[1]
    if old.start == old.end:
        at = source.text.index(":", pair[0].end) + 1
        return [(at, at, f" {value}")]
    ends = _eol(source) if source.text[old.end - 1] in "\r\n" else ""
    return [(old.start, old.end, value + ends)]


def _new_line(source: Source, above: Node, line: str) -> Splice:
    at = _next_line(source, above)
    if at == len(source.text) and source.text[-1] not in "\r\n":
        return at, at, _eol(source) + line
    return at, at, line + _eol(source)


def _next_line(source: Source, node: Node) -> int:
    """Where the line after a value begins; a block scalar ends there already."""
    number = source.line(node.end - 1 if node.end > node.start else node.end)
    return source.starts[number] if number < len(source.starts) else len(source.text)


def _column(source: Source, offset: int) -> int:
    return offset - source.starts[source.line(offset) - 1]


def _eol(source: Source) -> str:
    match = re.search(r"\r\n|\n|\r", source.text)
    return match[0] if match else "\n"


def _proven(source: Source, splices: list[Splice], expected: object) -> str:
    """The text with the splices made, if it then says what is expected and no more."""
    text = source.text
    order = sorted(range(len(splices)), key=lambda number: (splices[number][0], number))
    for number in reversed(order):
        start, end, new = splices[number]
        text = text[:start] + new + text[end:]
    after = Source.of(source.path, text)
    if _root(after).plain() != expected or _body(after) != _body(source):
        raise refused(source, 0, "more than the key would change")
    return text


def _body(source: Source) -> str:
    parts = front_matter(source.text) if source.path.startswith("articles/") else None
    return source.text[parts[2] :] if parts else ""


def refused(source: Source, offset: int, why: str) -> KnowledgeError:
    """The error that says why a file is left alone."""
    return KnowledgeError([finding("not-editable", source.path, source.line(offset), why=why)])
