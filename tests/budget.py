"""The size budget and the layers, measured from the code; `python -m tests.budget` prints them."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "chatbot"

PACKAGE_LINES = 12_360  # docs/decisions/0009
MODULE_LINES = 250
FUNCTION_LINES = 45
RUNTIME_REQUIREMENTS = 15

# What each part may import of ours; everything may import settings, errors, builtin and itself.
LAYERS = {
    "text": set[str](),
    "safety": {"text"},
    "knowledge": {"text"},
    "retrieval": {"knowledge", "text"},
    "answering": {"retrieval", "knowledge", "safety", "text"},
    "curation": {"answering", "retrieval", "knowledge", "safety", "text"},
    "handoff": {"curation", "answering", "retrieval", "knowledge", "safety", "text"},
    "storage": {"handoff", "curation", "answering", "knowledge", "safety", "text"},
    "delivery": {"handoff", "storage", "curation", "knowledge"},
    "web": {
        *("handoff", "storage", "delivery", "curation", "answering", "retrieval", "knowledge"),
        *("safety", "text"),
    },
}
PURE = ("text", "safety", "knowledge", "retrieval", "answering", "curation", "handoff")
EDGE_MODULES = {
    "flask", "werkzeug", "sqlalchemy", "alembic", "smtplib", "socket", "http", "urllib.request",
    "random", "secrets", "threading", "time", "subprocess", "os", "waitress", "redis", "limits",
}  # fmt: skip
# The one file that reads the disk, and the one that watches it from a thread.
EXCEPTIONS = {
    "knowledge/folder.py": {"os"},
    "knowledge/reload.py": {"threading", "time"},
}
FREE = {"settings", "errors", "builtin"}  # these import nothing of ours but errors


def modules() -> list[Path]:
    """Every Python file of the package, migrations included."""
    return sorted(PACKAGE.rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of everything a module imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: relative import"
            yield node.lineno, node.module or ""
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def part(path: Path) -> str:
    """The layer a file belongs to: its folder, or its own name at the top of the package."""
    relative = path.relative_to(PACKAGE)
    return relative.parts[0].removesuffix(".py")


def layer_breaks() -> list[str]:
    """Imports that point up, sideways or out of the pure core."""
    broken = []
    for path in modules():
        layer = part(path)
        name = path.relative_to(PACKAGE).as_posix()
        for line, target in imports(path):
            if target.startswith("chatbot.") and layer in LAYERS.keys() | FREE:
                wanted = target.split(".")[1]
                known = wanted in LAYERS.keys() | FREE or wanted in ("app", "commands")
                allowed = {"errors"} if layer in FREE else LAYERS[layer] | FREE
                if known and wanted != layer and wanted not in allowed:
                    broken.append(f"{name}:{line}: {layer} may not import {target}")
            outside = {target, target.split(".")[0]} & EDGE_MODULES
            if layer in PURE and outside - EXCEPTIONS.get(name, set()):
                broken.append(f"{name}:{line}: the pure core may not import {target}")
    return broken


def long_functions() -> list[str]:
    """Functions over the limit, docstrings not counted."""
    found = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = node.body[0]
                documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
                skipped = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
                lines = (node.end_lineno or 0) - node.lineno + 1 - skipped
                if lines > FUNCTION_LINES:
                    found.append(f"{path.relative_to(PACKAGE)}:{node.lineno} {node.name}: {lines}")
    return found


def line_counts() -> dict[str, int]:
    """Lines of every module, comments and blank lines included."""
    return {
        path.relative_to(PACKAGE).as_posix(): len(path.read_text("utf-8").splitlines())
        for path in modules()
    }


def requirement_lines() -> int:
    """Lines of requirements.txt that name a package."""
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    return sum(1 for line in lines if line.strip() and not line.startswith("#"))


def findings() -> list[str]:
    """Everything over budget or against the layers."""
    counts = line_counts()
    found = [f"{name}: {n} lines, at most {MODULE_LINES}" for name, n in counts.items()
             if n > MODULE_LINES]  # fmt: skip
    if sum(counts.values()) > PACKAGE_LINES:
        found.append(f"chatbot/: {sum(counts.values())} lines, at most {PACKAGE_LINES}")
    if requirement_lines() > RUNTIME_REQUIREMENTS:
        found.append(f"requirements.txt: {requirement_lines()} packages")
    found += [f"{line} lines, at most {FUNCTION_LINES}" for line in long_functions()]
    return found + layer_breaks()


def main() -> int:
    """Print the budget by part and what breaks it."""
    totals: dict[str, int] = {}
    for path in modules():
        lines = len(path.read_text("utf-8").splitlines())
        totals[part(path)] = totals.get(part(path), 0) + lines
    print("  ".join(f"{name} {lines}" for name, lines in sorted(totals.items())))
    print(f"chatbot/: {sum(totals.values())} of {PACKAGE_LINES} lines")
    print(f"requirements.txt: {requirement_lines()} of {RUNTIME_REQUIREMENTS} packages")
    for finding in findings():
        print(finding, file=sys.stderr)
    return 1 if findings() else 0


if __name__ == "__main__":
    sys.exit(main())
