"""A backup taken under load is whole, and putting it back loses nothing that was in it."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from chatbot.errors import StorageError, StorageUnavailable
from chatbot.settings import Settings
from chatbot.storage.backup import backup, restore
from chatbot.storage.engine import Database
from chatbot.storage.store import Store
from tests.storage.conftest import ASKED, NOW


@pytest.fixture
def settings_are_sqlite(store: Store) -> None:
    if store.database.path is None:
        pytest.skip("PostgreSQL has its own tools")


pytestmark = pytest.mark.usefixtures("settings_are_sqlite")


def submit(store: Store, key: str) -> str:
    return store.handoffs.submit(ASKED, key=key, now=NOW, due_at=None).reference


def test_a_backup_under_writing_holds_everything_acknowledged_before_it(
    store: Store, tmp_path: Path
) -> None:
    acknowledged: list[str] = []
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            acknowledged.append(submit(store, f"{threading.get_ident()} {len(acknowledged)}"))

    writer = threading.Thread(target=write)
    writer.start()
    for number in range(3):
        before = set(acknowledged)
        backup(store.database, tmp_path / f"copy{number}.db")
        with closing(sqlite3.connect(tmp_path / f"copy{number}.db")) as copy:
            kept = {row[0] for row in copy.execute("SELECT reference FROM handoffs")}
        assert before <= kept
    stop.set()
    writer.join()
    assert acknowledged
    assert (tmp_path / "copy0.db").stat().st_mode & 0o777 == 0o600


def test_restoring_brings_back_the_copy_and_keeps_the_old_file(
    store: Store, tmp_path: Path
) -> None:
    submit(store, "1")
    backup(store.database, tmp_path / "copy.db")
    submit(store, "2")
    kept = restore(store.database, tmp_path / "copy.db", NOW)
    assert len(store.inbox.items()) == 1
    assert kept is not None
    with closing(sqlite3.connect(kept)) as old:
        assert old.execute("SELECT count(*) FROM handoffs").fetchone() == (2,)
    submit(store, "3")


def test_a_broken_database_is_replaced_and_kept_aside_too(store: Store, tmp_path: Path) -> None:
    submit(store, "1")
    backup(store.database, tmp_path / "copy.db")
    assert store.database.path
    store.database.path.write_bytes(b"rubbish" * 1000)
    kept = restore(store.database, tmp_path / "copy.db", NOW)
    assert kept is not None
    assert kept.read_bytes() == b"rubbish" * 1000
    assert len(store.inbox.items()) == 1


def test_a_lost_database_is_restored(store: Store, tmp_path: Path) -> None:
    submit(store, "1")
    backup(store.database, tmp_path / "copy.db")
    assert store.database.path
    store.database.path.unlink()
    assert restore(store.database, tmp_path / "copy.db", NOW) is None
    assert len(store.inbox.items()) == 1


@pytest.mark.parametrize("kind", ["missing", "text", "damaged", "foreign"])
def test_what_is_no_sound_copy_is_refused_and_changes_nothing(
    store: Store, tmp_path: Path, kind: str
) -> None:
    for number in range(20):
        submit(store, str(number))
    bad = tmp_path / "bad.db"
    if kind == "text":
        bad.write_text("this is not a database at all " * 100)
    elif kind == "foreign":
        with closing(sqlite3.connect(bad)) as theirs:
            theirs.execute("CREATE TABLE recipes (name TEXT)")
    elif kind == "damaged":
        backup(store.database, bad)
        content = bytearray(bad.read_bytes())
        content[12_000:60_000] = b"\xaa" * 48_000
        bad.write_bytes(content)
    with pytest.raises(StorageError):
        restore(store.database, bad, NOW)
    assert len(store.inbox.items()) == 20


def test_a_backup_never_writes_over_a_file(store: Store, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("precious")
    with pytest.raises(StorageError, match="exists already"):
        backup(store.database, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "precious"


def test_a_backup_of_nothing_says_so(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable):
        backup(
            Database(Settings(database_url=f"sqlite:///{tmp_path / 'none.db'}")),
            tmp_path / "copy.db",
        )
    assert not (tmp_path / "copy.db").exists()


def test_a_restored_copy_accepts_the_same_submission_again_as_the_same(
    store: Store, tmp_path: Path
) -> None:
    first = submit(store, "1")
    backup(store.database, tmp_path / "copy.db")
    restore(store.database, tmp_path / "copy.db", NOW)
    again = store.handoffs.submit(replace(ASKED), key="1", now=NOW, due_at=None)
    assert again.reference == first
