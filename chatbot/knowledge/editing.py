"""Changing single keys of a file, and approving it, by splicing its text: all else stays as it is.

Every result is parsed again and compared with what it ought to say before it is used.
"""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from chatbot.errors import ChatbotError, KnowledgeError, errors
from chatbot.knowledge.documents import OF_APPROVAL, front_matter, read_file
from chatbot.knowledge.fields import Node, entries, items, pairs, parse, plain
from chatbot.knowledge.model import State
from chatbot.knowledge.problems import finding
from chatbot.knowledge.source import LINE_END, Source, decode

BOM = "\ufeff"
Changes = Mapping[str, str | None]
# A new key is written below the last of these that is there.
_ABOVE = ("name", "title", "id", "question", "status", "approved_by", "approved_on", "review_by")


def quoted(text: str) -> str:
    """A text as a YAML scalar on one line that is nothing but text."""
    return json.dumps(text, ensure_ascii=False)


def change(path: str, text: str, changes: Mapping[str | None, Changes]) -> str:
    """The text of a file with keys set, or removed where the value is None.

    `changes` are YAML scalars by key, under the id of an entry, or None for the front matter or the
    top of the file. Raises KnowledgeError if the file cannot be changed without touching more.
    """
    edit = _Edit(path, text)
    for name, keys in changes.items():
        node, said = edit.entry(name)
        for key, value in keys.items():
            if key in (there := pairs(node)) and there[key].shared:
                raise refused(edit.source, node, f"`{key}` is shared with another key by & and *")
            if value is None:
                edit.remove(node, key)
                said.pop(key, None)
            else:
                edit.set(node, key, value)
                said[key] = json.loads(value) if value.startswith('"') else value
    return edit.result()


def append(path: str, text: str, name: str, key: str, value: str) -> str:
    """The text with `value` added to a list of the entry `name`; raises KnowledgeError likewise."""
    edit = _Edit(path, text)
    node, said = edit.entry(name)
    listed: Any = pairs(node).get(key)
    if not items(listed):
        edit.set(node, key, f"[{quoted(value)}]")
    elif listed.flow_style:
        at = listed.value[-1].end_mark.index
        edit.splices.append((at, at, f", {quoted(value)}"))
    else:
        indent = " " * listed.start_mark.column
        edit.insert_below(listed.value[-1], f"{indent}- {quoted(value)}")
    said[key] = [*(said.get(key) or []), value]
    return edit.result()


def refused(source: Source, at: Any, why: str) -> KnowledgeError:
    """The error that says why a file is left alone."""
    source.report("not-editable", at, why=why)
    return KnowledgeError(source.problems[-1:])


def _read(source: Source) -> tuple[Node, str]:
    """What stands at the top or in the front matter, and the text that follows it."""
    article = source.path.startswith("articles/")
    parts = front_matter(source.text) if article else (None, len(source.text))
    root = parse(source, parts[0]) if parts else None
    if root is None or not parts or not (pairs(root) or items(root)):
        values = {"key": "The file", "shape": "keys and values", "example": "`key: value` lines"}
        raise KnowledgeError(source.problems or [finding("wrong-shape", source.path, 1, **values)])
    return root, source.text[parts[1] :]


class _Edit:
    """A file under change: the splices [start, end) to make, and what it ought to say after."""

    def __init__(self, path: str, text: str) -> None:
        self.source = Source.of(path, text)
        self.root, self.body = _read(self.source)
        self.expected = plain(self.root)
        self.splices: list[tuple[int, int, str]] = []
        found = LINE_END.search(text)
        self.line_end = found[0] if found else "\n"

    def entry(self, name: str | None) -> tuple[Node, dict[str, Any]]:
        """The mapping of an entry, or all of it, as a node and as the part of `expected`."""
        found = [(self.root, self.expected)]
        if name is not None:
            said = self.expected.get("faqs", ()) if pairs(self.root) else self.expected
            both = zip(entries(self.root), said, strict=False)
            found = [one for one in both if (key := pairs(one[0]).get("id")) and key.value == name]
        elif items(self.root):
            raise refused(self.source, self.root, "no keys stand above its entries; name an entry")
        if len(found) != 1:
            raise refused(self.source, self.root, f"there is not exactly one entry {name!r}")
        if found[0][0].flow_style:
            why = "it is written in braces, not a key on each line"
            raise refused(self.source, found[0][0], why)
        return found[0]

    def remove(self, node: Node, key: str) -> None:
        for name, value in node.value:
            if name.value == key:
                first = name.start_mark.index - name.start_mark.column
                if self.source.text[first : name.start_mark.index].strip():
                    raise refused(self.source, name, f"`{key}` does not stand on a line of its own")
                self.splices.append((first, self._next_line(value), ""))

    def set(self, node: Node, key: str, value: str) -> None:
        pair = next(((name, old) for name, old in node.value if name.value == key), None)
        above = [old for name, old in node.value if name.value in _ABOVE]
        indent, first = " " * node.start_mark.column, node.start_mark.index
        if pair:
            start, end = pair[1].start_mark.index, pair[1].end_mark.index
            if start == end:
                start = end = self.source.text.index(":", pair[0].end_mark.index) + 1
                value = f" {value}"
            elif self.source.text[end - 1] in "\r\n":
                value += self.line_end
            self.splices.append((start, end, value))
        elif above:
            self.insert_below(above[-1], f"{indent}{key}: {value}")
        else:
            self.splices.append((first, first, f"{key}: {value}{self.line_end}{indent}"))

    def insert_below(self, node: Node, line: str) -> None:
        at, text = self._next_line(node), self.source.text
        ended = at < len(text) or text[-1] in "\r\n"
        self.splices.append((at, at, line + self.line_end if ended else self.line_end + line))

    def _next_line(self, node: Node) -> int:
        """Where the line after a value begins; a block scalar ends there already."""
        start, end = node.start_mark.index, node.end_mark.index
        number = self.source.line(end - 1 if end > start else end)
        return (*self.source.starts, len(self.source.text))[number]

    def result(self) -> str:
        """The text with the splices made, if it then says what is expected and no more."""
        text = self.source.text
        self.splices.sort(key=lambda splice: splice[0])  # at one place: in the order of the keys
        for start, end, new in reversed(self.splices):
            text = text[:start] + new + text[end:]
        root, body = _read(Source.of(self.source.path, text))
        if plain(root) != self.expected or body != self.body:
            raise refused(self.source, 0, "more than the key would change")
        return text


def approve(
    path: str, content: bytes, entry: str | None, *, by: str, on: date, until: date
) -> tuple[bytes, tuple[str, ...]]:
    """The file with its approval, and the ids that are now approved.

    Of an FAQ file `entry` names one entry; without it the file is approved, but for the entries
    that state an approval of their own. Raises KnowledgeError when there is no such document, it
    has errors of its own, or the file cannot be changed by splicing; ChatbotError without a name or
    with a last day that is over.
    """
    if not by.strip() or until < on:
        raise ChatbotError(f"Name who approves, and a last day not before today, {on}.")
    article, source = path.startswith("articles/"), decode(path, content)
    before = read_file(path, content, "")  # another language than the clinic's is but warned of
    found = {document.id: document for document in before.documents}
    names = {entry} if entry else set(found) - (set() if article else _own(source))
    if found and not names:
        named = ", ".join(f"{path}#{name}" for name in sorted(found))
        raise ChatbotError(f"Every entry has an approval of its own; name one: {named}.")
    if not names or not names <= set(found):
        ids = ", ".join(sorted(found)) or "none that can be read"
        unknown = finding("no-such-document", source.path, name=entry or path, ids=ids)
        raise KnowledgeError([unknown, *errors(before.problems)])
    stated = {"status": "approved", "approved_by": quoted(by)}
    stated |= {"approved_on": str(on), "review_by": str(until)}
    changes: dict[str | None, dict[str, str | None]] = {None if article else entry: {**stated}}
    for name in sorted(names):
        keys = changes.setdefault(None if article else name, {})
        keys["approved_text"] = quoted(found[name].text_digest)
    bom = BOM if content.startswith(BOM.encode()) else ""
    changed = (bom + change(path, source.text, changes)).encode()
    after = read_file(path, changed, "")
    live = {one.id for one in after.documents if one.state(on) is State.LIVE}
    wrong = errors(after.problems)  # in an FAQ file those of other entries do not matter
    if (article and wrong) or not names <= live:
        why = "it would not be live with that approval"
        raise KnowledgeError(wrong) if wrong else refused(source, 0, why)
    return changed, tuple(sorted(names))


def _own(source: Source) -> set[str]:
    """The ids of entries that state an approval of their own."""
    stated = [pairs(entry) for entry in entries(parse(source))]
    return {entry["id"].value for entry in stated if "id" in entry and OF_APPROVAL & set(entry)}
