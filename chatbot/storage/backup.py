"""Copies of the SQLite database that are known to be good, and putting one back."""

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from chatbot.errors import StorageError
from chatbot.storage.engine import WRITE_WAIT, Database


def backup(database: Database, target: Path) -> None:
    """Write a consistent copy to `target` while the site goes on; checked and on disk when this
    returns, and never a half one under that name. Raises StorageError."""
    source = _path(database)
    if target.exists():
        raise StorageError(f"{target} exists already. Give another name.")
    part = _part(target)
    with database.plainly(), closing(_open(source)) as connection:
        connection.execute("VACUUM INTO ?", (str(part),))
    _finish(part, target)


def restore(database: Database, source: Path, now: datetime) -> Path | None:
    """Put the copy `source` in the database's place, checked first. The old file is kept beside it
    under the name that is returned. Raises StorageError; then nothing has changed."""
    target = _path(database)
    verify(source)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = _part(target)
    shutil.copyfile(source, part)
    if not target.exists():
        _finish(part, target)
        return None
    kept = target.with_name(f"{target.name}.before-{now:%Y%m%dT%H%M%SZ}")
    with closing(_open(target)) as lock:
        # The lock keeps writers out and first undoes what a crash left half done; a database too
        # broken for that cannot be written to either.
        with suppress(sqlite3.DatabaseError):
            lock.execute("BEGIN EXCLUSIVE")
        os.link(target, kept)
        journal = target.with_name(target.name + "-journal")
        if journal.exists():
            journal.rename(kept.with_name(kept.name + "-journal"))
        _finish(part, target)
    return kept


def verify(path: Path) -> None:
    """Raises StorageError unless the file is a whole, sound database of this program."""
    try:
        with closing(_open(path, "ro")) as connection:
            (result,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    except (sqlite3.Error, TypeError) as error:
        raise StorageError(f"{path} is not a database of this program: {error}.") from error
    if result != "ok":
        raise StorageError(f"{path} is damaged: {result}.")


def _path(database: Database) -> Path:
    if database.path is None:
        raise StorageError("This is PostgreSQL: use pg_dump and pg_restore, see docs/operating.md.")
    return database.path


def _open(path: Path, mode: str = "rw") -> sqlite3.Connection:
    uri = f"{path.resolve().as_uri()}?mode={mode}"
    return sqlite3.connect(uri, uri=True, timeout=WRITE_WAIT, isolation_level=None)


def _part(target: Path) -> Path:
    """An empty file beside `target`, for this user only, in which the copy is made."""
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    return part


def _finish(part: Path, target: Path) -> None:
    verify(part)
    _sync(part)
    part.replace(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
