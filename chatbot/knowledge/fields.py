"""YAML mappings read as typed values; what is wrong is reported where in the file it stands."""

import dataclasses
import re
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from functools import cache
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from chatbot.knowledge.problems import SHAPES
from chatbot.knowledge.source import Source

T = TypeVar("T")
# PyYAML's own nodes, of which stubs say too little. Marks hold offsets in code points of the file.
Node = Any  # None is accepted for one that is not there
DEEPEST = 20
SHAREABLE = 200  # characters that an alias may stand for
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_YAML_BREAK = re.compile("[\x85\u2028\u2029]")  # line ends to YAML, but to no editor
_ENTRY = re.compile(r"[\r\n][ \t]*-[ \t]+id:[ \t]+[\w-]+[ \t]*[\r\n]")
_adapter: Any = cache(TypeAdapter)


def parse(source: Source, end: int | None = None) -> Node | None:
    """The YAML up to `end`, an empty text as a mapping; None if it is broken, which is reported."""
    text, before = source.text[:end], len(source.problems)
    try:
        root = yaml.compose(text, Loader=Loader) or yaml.compose("{}", Loader=Loader)
        _check(source, root, set())
        return root
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


def _check(source: Source, node: Node, seen: set[int], depth: int = 1) -> None:
    """Refuse an alias of more than a short text, deep nesting, and a text that holds an entry.

    An alias gives a node twice, which may make much of little; the node is marked as `shared`.
    """
    node.shared = id(node) in seen
    large = node.shared and (node.id != "scalar" or len(node.value) > SHAREABLE)
    if large or depth > DEEPEST:
        what = "An alias of this" if large else "Such deep nesting"
        source.report("yaml-feature", node, what=what)
        raise yaml.YAMLError
    within = node.start_mark.index, node.end_mark.index
    if node.id == "scalar" and _ENTRY.search(source.text, *within):
        source.report("bad-yaml", node, why="this text, or its quotes, goes on into the next entry")
        raise yaml.YAMLError
    seen.add(id(node))
    for part in node.value if isinstance(node, yaml.CollectionNode) else ():
        for inner in part if isinstance(part, tuple) else (part,):
            _check(source, inner, seen, depth + 1)


def pairs(node: Node) -> dict[str, Node]:
    """The values of a mapping by their keys, of which the last counts; nothing if it is none."""
    mapped = node.value if node and node.id == "mapping" else ()
    return {str(key.value): value for key, value in mapped}


def items(node: Node) -> list[Node]:
    """The members of a list; nothing if it is none."""
    return list(node.value) if node and node.id == "sequence" else []


def entries(root: Node) -> list[Node]:
    """The entries of an FAQ file, in which they may stand alone."""
    return items(root) or items(pairs(root).get("faqs"))


def plain(node: Node) -> Any:
    """The content without places: texts as they are written, in lists and dictionaries."""
    if node.id == "mapping":
        return {key: plain(value) for key, value in pairs(node).items()}
    return [plain(item) for item in node.value] if node.id == "sequence" else node.value


def alone(text: str) -> Any:
    """What a piece of YAML says by itself; None if it is broken."""
    with suppress(yaml.YAMLError, ValueError):
        return yaml.load(text, Loader=Loader)  # noqa: S506
    return None


def members(node: Node, key: str, source: Source) -> list[Node]:
    """The members of the list under a key, which may be absent or empty."""
    found: Node = pairs(node).get(key)
    if not blank(found) and found.id != "sequence":
        source.report("wrong-shape", found, key=key, **SHAPES["tuple"])
    return items(found)


def blank(node: Node) -> bool:
    """Whether there is nothing, or nothing but the key."""
    scalar = not node or node.id == "scalar"
    return scalar and (not node or node.tag.endswith(":null") or not node.value.strip())


def read(
    wanted: Callable[..., T], node: Node, source: Source, required: Mapping[str, str], **given: Any
) -> T | None:
    """A mapping as an object of a dataclass, without the values that cannot be used.

    `required` are keys with an example of each, `given` fields that are no keys. None if a field
    that has no default is missing.
    """
    fields: Any = dataclasses.fields(wanted)  # type: ignore[arg-type]
    names = {f.metadata.get("key", f.name): f.name for f in fields if f.name not in given}
    check_keys(node, names, source)
    nodes = {names[key]: value for key, value in pairs(node).items() if key in names}
    values = given | {name: plain(value) for name, value in nodes.items() if not blank(value)}
    for key, example in required.items() if node.id == "mapping" else ():
        if names[key] not in values:
            source.report("missing-key", nodes.get(names[key], node), key=key, example=example)
    adapter: TypeAdapter[T] = _adapter(wanted)
    try:
        return adapter.validate_python(values)
    except ValidationError as found:
        for error in found.errors():
            name = str(error["loc"][0])
            values.pop(name, None)
            if name in nodes and error["type"] != "missing":
                _refuse(nodes[name], error, source)
    with suppress(ValidationError):
        return adapter.validate_python(values)
    return None


def _refuse(node: Node, error: Any, source: Source) -> None:
    """Report a value as pydantic found it; in a list or mapping, the member."""
    key, *inner = error["loc"]
    for part in inner:
        node = items(node)[part] if isinstance(part, int) else pairs(node).get(part, node)
        key = key if isinstance(part, int) else part
    wanted, values = error["type"].removesuffix("_type"), {"key": key, "value": node.value}
    if wanted in SHAPES or node.id != "scalar":
        source.report("wrong-shape", node, key=key, **SHAPES.get(wanted, SHAPES["string"]))
    elif "-" in error["type"]:  # it is ours
        source.report(error["type"], node, **values, accepted=error["msg"])
    else:
        accepted = error.get("ctx", {}).get("expected", "true or false")
        source.report("bad-value", node, **values, accepted=accepted)


def check_keys(node: Node, known: Collection[str], source: Source) -> None:
    """Report what is no mapping, keys given twice, and keys that mean nothing, with the one that
    was probably meant."""
    if node.id != "mapping":
        example = f"lines of the form `key: value`; the keys are {', '.join(known)}"
        source.report("wrong-shape", node, key="This", shape="a mapping", example=example)
        return
    seen = set[str]()
    for place, key in ((key, str(key.value)) for key, _ in node.value):
        if key in seen:
            source.report("duplicate-key", place, key=key)
        elif key not in known:
            hint = nearest(key, known, "Did you mean `{}`?", "Known keys: {}.")
            # A withdrawal that is misspelt must not pass for a text that stays.
            code = "misspelt-status" if "`status`" in hint else "unknown-key"
            source.report(code, place, key=key, hint=hint)
        seen.add(key)


def nearest(word: str, known: Collection[str], found: str, otherwise: str) -> str:
    """`found` with the word that was probably meant, or `otherwise` with all known ones."""
    from rapidfuzz import process

    best = process.extractOne(word, sorted(known), score_cutoff=70)
    return found.format(best[0]) if best else otherwise.format(", ".join(known))
