"""One connection to the database for all, SQLite or PostgreSQL, and its failures in plain words."""

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from chatbot.errors import SchemaOutdated, StorageUnavailable
from chatbot.settings import Settings, unusable

HEAD = "0001"  # the newest migration
WRITE_WAIT, READ_WAIT = 5.0, 1.0  # seconds
_WRITERS = 7_203_114  # the PostgreSQL advisory lock that writers take turns with


class Database:
    """Transactions on one database; every failure is a StorageUnavailable. Writers take turns, on
    SQLite and PostgreSQL alike. SQLite is opened anew for each transaction, by path and never
    creating the file: one that was deleted or replaced is noticed at once instead of being written
    to unseen. Making one touches nothing; raises SettingsError when its driver is missing."""

    def __init__(self, settings: Settings) -> None:
        self.path: Path | None = None
        self._turn = threading.Lock()
        parsed = make_url(settings.database_url or f"sqlite:///{settings.instance / 'chatbot.db'}")
        if parsed.get_backend_name() == "sqlite":
            self.path = Path(parsed.database or "")
            self.engine = sa.create_engine(
                "sqlite://", creator=self._open, poolclass=NullPool, hide_parameters=True
            )
        else:
            self.engine = _postgresql(parsed)

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"file:{quote(str(self.path))}?mode=rw",
            uri=True,
            timeout=READ_WAIT,
            isolation_level=None,
            check_same_thread=False,
        )
        # EXTRA also syncs the folder: without it a power cut just after a commit can undo it.
        connection.executescript(
            "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA;"
            "PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON"
        )
        return connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self.plainly(), self.engine.connect() as connection:
            if self.path:
                connection.exec_driver_sql("BEGIN")
            yield connection

    def read(self, wanted: sa.Select[Any]) -> Sequence[Any]:
        with self.reading() as connection:
            return connection.execute(wanted).all()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A write transaction, committed and on disk when the block ends, else undone. Waits at
        most WRITE_WAIT seconds for others."""
        deadline = time.monotonic() + WRITE_WAIT
        if not self._turn.acquire(timeout=WRITE_WAIT):
            raise self._unavailable("others are writing")
        try:
            with self.plainly(), self.engine.connect() as connection:
                if self.path:
                    left = max(0, int((deadline - time.monotonic()) * 1000))
                    connection.exec_driver_sql(f"PRAGMA busy_timeout={left}")
                    connection.exec_driver_sql("BEGIN IMMEDIATE")
                else:
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITERS)))
                yield connection
                connection.commit()
        finally:
            self._turn.release()

    def write(self, *changes: sa.Insert | sa.Update | sa.Delete) -> int:
        """Make the changes, all or none; how many rows they touched."""
        with self.writing() as connection:
            return sum(connection.execute(change).rowcount for change in changes)

    def version(self) -> str | None:
        """The migration the database is at; None when it holds no tables at all."""
        if self.path and not self.path.exists():
            return None
        with self.reading() as connection:
            tables = sa.inspect(connection).get_table_names()
            if "alembic_version" in tables:
                return str(connection.scalar(sa.text("SELECT version_num FROM alembic_version")))
            return "unknown" if tables else None

    def check(self) -> None:
        """Raises SchemaOutdated unless the tables are those of this program."""
        version = self.version()
        if version != HEAD:
            safely = "`python -m chatbot db backup FILE`, then " if version else ""
            raise SchemaOutdated(
                f"The database is at version {version or 'none'}, this program needs {HEAD}."
                f" Run {safely}`python -m chatbot db upgrade`."
            )

    @contextmanager
    def plainly(self) -> Iterator[None]:
        """Whatever the database or the disk raises becomes StorageUnavailable."""
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            raise self._unavailable(str(cause).strip().split("\n")[0]) from error

    def _unavailable(self, why: str) -> StorageUnavailable:
        if self.path and self.path.parent.is_dir() and not self.path.exists():
            return StorageUnavailable(
                f"There is no database {self.path}. Nothing was saved. Bring a copy back with"
                " `python -m chatbot db restore FILE`, or begin an empty one with `db upgrade`."
            )
        place = self.path or f"on {self.engine.url.host or 'PostgreSQL'}"
        return StorageUnavailable(
            f"The database {place} cannot be used now: {why}. Nothing was saved."
            " Check that it exists, is writable and its disk is not full."
        )


def _postgresql(url: sa.URL) -> sa.Engine:
    waits = f"-c lock_timeout={WRITE_WAIT:.0f}s -c statement_timeout=10s"
    try:
        return sa.create_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            pool_timeout=WRITE_WAIT,
            hide_parameters=True,
            connect_args={"connect_timeout": int(WRITE_WAIT), "options": waits},
        )
    except ModuleNotFoundError as error:
        missing = "PostgreSQL needs a driver that is not installed."
        fix = "Run `pip install --require-hashes -r requirements-scale.lock`."
        raise unusable("DATABASE_URL", missing, fix) from error
