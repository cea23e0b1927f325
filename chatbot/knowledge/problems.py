"""Findings about a knowledge folder by their stable code; the words are `builtin/problems.yaml`."""

from chatbot.builtin import read_yaml
from chatbot.errors import Level, Problem

_ENTRIES: dict[str, dict[str, str]] = {
    code: {**entry, "level": str(level)}
    for level in Level
    for code, entry in read_yaml("problems.yaml")[f"{level}s"].items()
}
CODES = {code: entry["means"] for code, entry in _ENTRIES.items()}


def finding(code: str, path: str, line: int = 0, **values: object) -> Problem:
    """The finding with its words filled in; raises KeyError for an unlisted code or value."""
    entry = _ENTRIES[code]
    says, fix = entry["says"].format(**values), entry["fix"].format(**values)
    return Problem(path, line, code, says, fix, Level(entry["level"]))
