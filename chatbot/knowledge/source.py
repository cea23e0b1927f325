"""One file of the folder as text, with the line of every offset."""

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any, Self

from chatbot.errors import Problem
from chatbot.knowledge.problems import finding

MEGABYTE = 1 << 20
LIMITS = {".md": MEGABYTE, ".yaml": 20 * MEGABYTE}  # a whole practice's FAQ may be one file

LINE_END = re.compile(r"\r\n|\n|\r")  # what Markdown, YAML and editors agree on
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A decoded file. `starts` are the offsets, in code points, at which its lines begin."""

    path: str
    text: str
    starts: tuple[int, ...]
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def of(cls, path: str, text: str) -> Self:
        """A text whose line ends stay as they are."""
        return cls(path, text, (0, *(match.end() for match in LINE_END.finditer(text))))

    def line(self, offset: int) -> int:
        """The line, from 1, in which the character at `offset` stands."""
        return bisect_right(self.starts, offset)

    def report(self, code: str, at: Any, **values: object) -> None:
        """Note a finding at an offset, or where a YAML node begins."""
        offset = at if isinstance(at, int) else at.start_mark.index
        self.problems.append(finding(code, self.path, self.line(offset), **values))


def decode(path: str, content: bytes) -> Source:
    """The file as text, a leading BOM dropped; empty, with the reason noted, if it is none."""
    limit = LIMITS["." + path.rpartition(".")[2]]
    source = Source.of(path, content.decode("utf-8", "replace").removeprefix("\ufeff"))
    try:
        content.decode("utf-8")
        fault = _CONTROL.search(source.text)
        if len(content) > limit:
            source.report("oversized", 0, limit=limit // MEGABYTE)
        elif fault:
            source.report("control-character", fault.start(), name=f"U+{ord(fault[0]):04X}")
    except UnicodeDecodeError as error:
        source.report("not-utf8", source.text.index("\ufffd"), byte=error.start + 1)
    return Source(path, "", (0,), source.problems) if source.problems else source
