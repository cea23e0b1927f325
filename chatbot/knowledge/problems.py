"""Findings about a knowledge folder by their stable code; the words are `builtin/problems.yaml`."""

from collections.abc import Mapping

from chatbot.builtin import read_yaml
from chatbot.errors import Level, Problem

CODES: dict[str, tuple[Level, dict[str, str]]] = {
    code: (level, entry)
    for level in Level
    for code, entry in read_yaml("problems.yaml")[f"{level}s"].items()
}
REQUIRED: Mapping[str, Mapping[str, str]] = read_yaml("examples.yaml")["required"]
SHAPES: Mapping[str, Mapping[str, str]] = read_yaml("examples.yaml")["shapes"]


def finding(code: str, path: str, line: int = 0, **values: object) -> Problem:
    """The finding with its words filled in; raises KeyError for an unlisted code or value."""
    level, entry = CODES[code]
    says, fix = (entry[part].format(**values) for part in ("says", "fix"))
    return Problem(path, line, code, says, fix, level)
