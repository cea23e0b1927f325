"""The one file of this package that touches the disk."""

import os
import stat
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from chatbot.errors import Problem
from chatbot.knowledge.clinic import SINGLE
from chatbot.knowledge.fields import nearest
from chatbot.knowledge.problems import finding
from chatbot.knowledge.source import LIMITS

Stats = Mapping[str, tuple[int, int, int]]
DIRECTORIES = {"articles": ".md", "faqs": ".yaml"}
_MISNAMED = (".md", ".markdown", ".yaml", ".yml", ".json", ".txt", ".docx")
_ELSEWHERE = ("instance", "lost+found")  # folders that others put here
_UNSEEN = (".", "#", "~", "README", "Readme")


@dataclass(frozen=True, slots=True)
class Files:
    """The files that count, by path within the folder with forward slashes, and what is odd.

    A file over its limit is cut off just beyond it.
    """

    contents: Mapping[str, bytes] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def scan(folder: Path) -> Stats:
    """(mtime in ns, size, inode) of every file that counts; raises OSError if it cannot be known.

    A folder that is not there has no files.
    """
    found = {}
    for path, entry in _walk(folder, []):
        try:
            status = entry.stat()
        except OSError as error:
            if entry.is_symlink() or isinstance(error, FileNotFoundError):
                continue  # leads nowhere, or has just been removed: the file is gone
            raise
        found[path] = (status.st_mtime_ns, status.st_size, status.st_ino)
    return found


def read(folder: Path, only: Collection[str] | None = None) -> Files:
    """Everything that counts, or `only` some of it; what cannot be read is a Problem."""
    contents: dict[str, bytes] = {}
    problems: list[Problem] = []
    try:
        if not folder.is_dir():
            problems.append(finding("unreadable", str(folder), why="there is no such folder"))
        root = folder.resolve()
        for path, entry in sorted(_walk(folder, problems), key=lambda pair: pair[0]):
            if only is None or path in only:
                content = _content(path, entry, root)
                if isinstance(content, Problem):
                    problems.append(content)
                else:
                    contents[path] = content
    except OSError as error:
        problems.append(finding("unreadable", str(folder), why=error.strerror))
    return Files(contents, tuple(problems))


def _content(path: str, entry: os.DirEntry[str], root: Path) -> bytes | Problem:
    """A file's bytes, unless it leads outside, is no plain file, or access is refused."""
    place = Path(entry.path)
    try:
        if not place.resolve().is_relative_to(root):
            return finding("symlink-outside", path)
        if not stat.S_ISREG(entry.stat().st_mode):
            return finding("not-a-file", path)
        with place.open("rb") as file:
            return file.read(LIMITS[place.suffix] + 1)
    except (OSError, RuntimeError) as error:  # RuntimeError: a link that leads to itself
        return finding("unreadable", path, why=getattr(error, "strerror", None) or error)


def write(path: Path, content: bytes) -> None:
    """Replace a file in one step, so that no reader sees half of it; its mode is kept."""
    path = path.resolve()
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _walk(folder: Path, problems: list[Problem]) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """The files that count; what is in the wrong place is reported to `problems`."""
    for entry in _entries(folder):
        if entry.name in SINGLE:
            yield entry.name, entry
        elif entry.name not in DIRECTORIES and (
            entry.name.endswith(_MISNAMED) or (entry.is_dir() and entry.name not in _ELSEWHERE)
        ):
            known = (*SINGLE, *(f"{name}/" for name in DIRECTORIES))
            hint = nearest(entry.name, known, "Did you mean {}?", "Move it out; read is {}.")
            problems.append(finding("stray-file", entry.name, hint=hint))
    for directory, suffix in DIRECTORIES.items():
        place = folder / directory
        if place.is_symlink() and not place.resolve().is_relative_to(folder.resolve()):
            problems.append(finding("symlink-outside", directory))
            continue
        for entry in _entries(place):
            path = f"{directory}/{entry.name}"
            if os.path.isdir(entry.path) if entry.is_symlink() else entry.is_dir():
                problems.append(finding("subfolder", path))
            elif entry.name.endswith(suffix):
                yield path, entry
            else:
                hint = f"Rename it so that it ends in {suffix}, or move it out of the folder."
                problems.append(finding("stray-file", path, hint=hint))


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    """The entries of a directory but for hidden, editors' and README files, if it is there."""
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
        for entry in entries:
            if not entry.name.startswith(_UNSEEN) and not entry.name.endswith("~"):
                yield entry
