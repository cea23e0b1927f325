"""Changing single keys of a file, and approving it, by splicing its text: all else stays as it is.

Every result is parsed again and compared with what it ought to say before it is used.
"""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from chatbot.errors import KnowledgeError, errors
from chatbot.knowledge.documents import APPROVAL, front_matter, read_file
from chatbot.knowledge.fields import Node, items, pairs, parse, plain
from chatbot.knowledge.model import State
from chatbot.knowledge.problems import finding
from chatbot.knowledge.source import LINE_END, Source, decode

BOM = "\ufeff"
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
    expected = plain(root)
    splices: list[Splice] = []
    for name, keys in changes.items():
        node, said = _container(source, root, expected, name)
        for key, value in keys.items():
            if value is None:
                splices += _removed(source, node, key)
                said.pop(key, None)
            else:
                splices.append(_set(source, node, key, value))
                said[key] = json.loads(value) if value.startswith('"') else value
    return _proven(source, splices, expected)


def append(path: str, text: str, name: str, key: str, value: str) -> str:
    """The text with `value` added to a list of the entry `name`; raises KnowledgeError likewise."""
    source = Source.of(path, text)
    root = _root(source)
    expected = plain(root)
    node, said = _container(source, root, expected, name)
    listed: Any = pairs(node).get(key)
    if not items(listed):
        splice = _set(source, node, key, f"[{quoted(value)}]")
    elif listed.flow_style:
        at = listed.value[-1].end_mark.index
        splice = (at, at, f", {quoted(value)}")
    else:
        indent = " " * listed.start_mark.column
        splice = _new_line(source, listed.value[-1], f"{indent}- {quoted(value)}")
    said[key] = [*(said.get(key) or []), value]
    return _proven(source, [splice], expected)


def _root(source: Source) -> Node:
    article = source.path.startswith("articles/")
    parts = front_matter(source.text) if article else (None, 0)
    root = parse(source, parts[0]) if parts else None
    if root is None or not pairs(root):
        values = {"key": "The file", "shape": "keys and values", "example": "`key: value` lines"}
        raise KnowledgeError(source.problems or [finding("wrong-shape", source.path, 1, **values)])
    return root


def _container(
    source: Source, root: Node, content: dict[str, Any], name: str | None
) -> tuple[Node, dict[str, Any]]:
    """The mapping of an entry, or all of it, as a node and as the part of its plain content."""
    found = [(root, content)] if name is None else [
        (node, content["faqs"][number])
        for number, node in enumerate(items(pairs(root).get("faqs")))
        if (key := pairs(node).get("id")) and key.value == name
    ]  # fmt: skip
    if len(found) != 1:
        raise refused(source, root.start_mark.index, f"there is not exactly one entry {name!r}")
    if found[0][0].flow_style:
        why = "it is written in braces, not a key on each line"
        raise refused(source, found[0][0].start_mark.index, why)
    return found[0]


def _removed(source: Source, node: Node, key: str) -> list[Splice]:
    for name, value in node.value:
        if name.value == key:
            first = name.start_mark.index - name.start_mark.column
            if source.text[first : name.start_mark.index].strip():
                raise refused(source, first, f"`{key}` does not stand on a line of its own")
            return [(first, _next_line(source, value), "")]
    return []


def _set(source: Source, node: Node, key: str, value: str) -> Splice:
    pair = next(((name, old) for name, old in node.value if name.value == key), None)
    if pair is None:
        indent = " " * node.start_mark.column
        above = [old for name, old in node.value if name.value in _ABOVE]
        if above:
            return _new_line(source, above[-1], f"{indent}{key}: {value}")
        first = node.start_mark.index
        return first, first, f"{key}: {value}{_eol(source)}{indent}"
    start, end = pair[1].start_mark.index, pair[1].end_mark.index
    if start == end:
        at = source.text.index(":", pair[0].end_mark.index) + 1
        return at, at, f" {value}"
    return start, end, value + (_eol(source) if source.text[end - 1] in "\r\n" else "")


def _new_line(source: Source, above: Node, line: str) -> Splice:
    at = _next_line(source, above)
    if at == len(source.text) and source.text[-1] not in "\r\n":
        return at, at, _eol(source) + line
    return at, at, line + _eol(source)


def _next_line(source: Source, node: Node) -> int:
    """Where the line after a value begins; a block scalar ends there already."""
    start, end = node.start_mark.index, node.end_mark.index
    number = source.line(end - 1 if end > start else end)
    return source.starts[number] if number < len(source.starts) else len(source.text)


def _eol(source: Source) -> str:
    match = LINE_END.search(source.text)
    return match[0] if match else "\n"


def _proven(source: Source, splices: list[Splice], expected: object) -> str:
    """The text with the splices made, if it then says what is expected and no more."""
    text = source.text
    splices.sort(key=lambda splice: splice[0])  # those at one place stay in the order of the keys
    for start, end, new in reversed(splices):
        text = text[:start] + new + text[end:]
    same_body = _body(source.path, text) == _body(source.path, source.text)
    if plain(_root(Source.of(source.path, text))) != expected or not same_body:
        raise refused(source, 0, "more than the key would change")
    return text


def _body(path: str, text: str) -> str:
    parts = front_matter(text) if path.startswith("articles/") else None
    return text[parts[1] :] if parts else ""


def refused(source: Source, offset: int, why: str) -> KnowledgeError:
    """The error that says why a file is left alone."""
    return KnowledgeError([finding("not-editable", source.path, source.line(offset), why=why)])


def approve(
    path: str, content: bytes, entry: str | None, *, by: str, on: date, until: date, language: str
) -> tuple[bytes, tuple[str, ...]]:
    """The file with its approval, and the ids that are now approved.

    Of an FAQ file `entry` names one entry; without it the file is approved, but for the entries
    that state an approval of their own. Raises KnowledgeError when there is no such document, it
    has errors of its own, or the file cannot be changed by splicing.
    """
    article, source = path.startswith("articles/"), decode(path, content)
    before = read_file(path, content, language)
    found = {document.id: document for document in before.documents}
    names = {entry} if entry else set(found) - (set() if article else _own(source))
    if not names or not names <= set(found):
        unknown = refused(source, 0, f"there is no document {entry or 'to approve'!r} to be read")
        raise KnowledgeError([*unknown.problems, *errors(before.problems)])
    changes: dict[str | None, dict[str, str | None]] = {None if article else entry: {
        "status": "approved", "approved_by": quoted(by),
        "approved_on": str(on), "review_by": str(until),
    }}  # fmt: skip
    for name in sorted(names):
        keys = changes.setdefault(None if article else name, {})
        keys["approved_text"] = quoted(found[name].text_digest)
    bom = BOM if content.startswith(BOM.encode()) else ""
    changed = (bom + change(path, source.text, changes)).encode()
    after = read_file(path, changed, language)
    if article and errors(after.problems):  # in an FAQ file those of other entries do not matter
        raise KnowledgeError(errors(after.problems))
    if not names <= {one.id for one in after.documents if one.state(on) is State.LIVE}:
        raise refused(source, 0, "it would not be live with that approval")
    return changed, tuple(sorted(names))


def _own(source: Source) -> set[str]:
    """The ids of entries that state an approval of their own."""
    stated = [pairs(entry) for entry in items(pairs(parse(source)).get("faqs"))]
    return {entry["id"].value for entry in stated if {"status", *APPROVAL} & set(entry)}
