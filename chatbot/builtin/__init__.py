"""The package's own data files: wording, phrases, vocabulary, weights.

They are plain YAML or text so that people who do not program can read and correct them. A clinic's
folder may add to some of them; none of them is fetched from anywhere.
"""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def read_yaml(name: str) -> Any:
    """The parsed content of `builtin/<name>`; shared between callers, so never change it."""
    return yaml.load((FOLDER / name).read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506


@cache
def read_lines(name: str) -> tuple[str, ...]:
    """The lines of `builtin/<name>` without blank lines and `#` comments."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))
