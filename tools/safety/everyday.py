"""Writes builtin/safety/everyday.txt: words never read as another, misspelt or run together.

    python -m tools.safety.everyday /usr/share/dict/american-english /usr/share/dict/british-english

Run it after changing the rules. It keeps those words of the lists (Debian's wamerican and wbritish,
from SCOWL) that the reader would otherwise take for words of the rules. Words of other lists that
should be spared, such as surnames, can be added to words.yaml, `everyday`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from chatbot.builtin import FOLDER
from chatbot.safety.rules import builtin

HEAD = "# Made by tools/safety/everyday.py from word lists; do not edit, see there.\n"


def main(paths: list[str]) -> int:
    """Write the list from the word lists at `paths`."""
    target = FOLDER / "safety" / "everyday.txt"
    target.write_text(HEAD, "utf-8")
    reader = builtin().reader
    words = {
        word.casefold()
        for path in paths
        for word in Path(path).read_text("utf-8").split()
        if word.isascii() and word.isalpha() and len(word) >= 3
    }
    near = sorted(word for word in words if set(reader.read(word).places) - {word})
    target.write_text(HEAD + "\n".join(near) + "\n", "utf-8")
    print(f"{len(near)} words in {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
