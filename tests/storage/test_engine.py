"""What the disk or another process does to the database is said plainly and loses nothing."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from chatbot.errors import SchemaOutdated, SettingsError, StorageUnavailable
from chatbot.settings import Settings
from chatbot.storage import engine
from chatbot.storage.engine import Database
from chatbot.storage.store import Store
from tests.storage.conftest import ASKED, NOW


def path_of(store: Store) -> Path:
    if store.database.path is None:
        pytest.skip("a matter of SQLite files")
    return store.database.path


def submit(store: Store, key: str = "k") -> str:
    return store.handoffs.submit(ASKED, key=key, now=NOW, due_at=None).reference


def sound(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as connection:
        return bool(connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok")


def test_without_a_setting_the_database_is_a_file_in_instance_for_this_user_only(
    tmp_path: Path,
) -> None:
    store = Store(Settings(instance=tmp_path / "made"), b"s")
    assert not (tmp_path / "made").exists()
    store.prepare()
    assert (tmp_path / "made" / "chatbot.db").stat().st_mode & 0o777 == 0o600


def test_the_pragmas_are_those_that_survive_a_power_cut(store: Store) -> None:
    path_of(store)
    with store.database.writing() as connection:
        values = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        ]
    assert values == ["delete", 3, 1, 1]


@pytest.mark.skipif(sys.platform != "linux", reason="needs strace")
def test_every_acknowledged_hand_off_was_synced_to_disk_before(
    store: Store, tmp_path: Path
) -> None:
    path = path_of(store)
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    trace = tmp_path / "trace"
    code = (
        "import sys; from pathlib import Path; from tests.storage.test_engine import *\n"
        "store = Store(Settings(instance=Path(sys.argv[1])), b's')\n"
        "submit(store, 'x'); os.write(1, b'ACK')"
    )
    subprocess.run(
        ["strace", "-f", "-e", "trace=fsync,fdatasync,write", "-o", str(trace),
         sys.executable, "-c", code, str(path.parent)],
        check=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    before_ack = trace.read_text().split("ACK")[0]
    assert before_ack.count("sync(") >= 4  # journal, database, and the folder of both


def test_a_database_deleted_while_serving_is_noticed_and_never_made_anew(store: Store) -> None:
    path = path_of(store)
    submit(store, "before")
    away = path.rename(path.with_suffix(".away"))
    with pytest.raises(StorageUnavailable, match="Nothing was saved"):
        submit(store, "during")
    with pytest.raises(StorageUnavailable):
        store.inbox.items()
    assert not path.exists()
    away.rename(path)
    submit(store, "after")
    assert len(store.inbox.items()) == 2


@pytest.mark.parametrize("damage", ["header", "text", "middle"])
def test_a_damaged_database_is_named_and_not_written_over(store: Store, damage: str) -> None:
    path = path_of(store)
    submit(store)
    content = path.read_bytes()
    broken = {
        "header": b"\0" * 100 + content[100:],
        "text": b"this is not a database, and it is somebody's file" * 100,
        "middle": content[:8192] + b"\xff" * 8192 + content[16384:],
    }[damage]
    path.write_bytes(broken)

    def use() -> None:
        for number in range(9):
            store.inbox.items()
            submit(store, f"again{number}")
            store.audit.verify()

    with pytest.raises(StorageUnavailable):
        use()
    if damage != "middle":
        with pytest.raises(StorageUnavailable):
            store.prepare()
        assert path.read_bytes() == broken


def test_tables_of_somebody_else_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "theirs.db"
    with closing(sqlite3.connect(path)) as theirs:
        theirs.execute("CREATE TABLE recipes (name TEXT)")
    before = path.read_bytes()
    with pytest.raises(SchemaOutdated, match="db upgrade"):
        Store(Settings(database_url=f"sqlite:///{path}"), b"s").prepare()
    assert path.read_bytes() == before


def test_an_old_schema_names_the_command(store: Store) -> None:
    with store.database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    with pytest.raises(SchemaOutdated, match="python -m chatbot db upgrade"):
        store.prepare()


def test_a_read_only_database_refuses_writes_and_still_reads(store: Store) -> None:
    path = path_of(store)
    reference = submit(store)
    code = (
        "import sys; from pathlib import Path; from tests.storage.test_engine import *\n"
        "store = Store(Settings(instance=Path(sys.argv[1])), b's')\n"
        "if not os.getuid(): os.setuid(65534)\n"  # root may write anywhere
        "print(store.inbox.items()[0].reference)\n"
        "try: submit(store, 'x')\n"
        "except StorageUnavailable as error: print(error)\n"
    )
    for folder in [path.parent, *path.parents]:
        if str(folder).startswith("/tmp/") and folder.stat().st_uid == os.getuid():
            folder.chmod(0o755)
    path.chmod(0o444)
    done = subprocess.run(
        [sys.executable, "-c", code, str(path.parent)],
        check=False, capture_output=True, text=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert reference in done.stdout, done.stderr
    assert "readonly" in done.stdout
    assert "Nothing was saved" in done.stdout


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """As on a full disk: files of this process cannot grow beyond `size` bytes."""
    import signal

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


def test_on_a_full_disk_nothing_is_called_saved_and_it_recovers_with_the_space(
    store: Store,
) -> None:
    path = path_of(store)
    kept = [submit(store, f"before{number}") for number in range(3)]
    long = replace(ASKED, message="x" * 60_000)
    with file_size_limit(path.stat().st_size):
        for number in range(5):
            with pytest.raises(StorageUnavailable):
                store.handoffs.submit(long, key=f"during{number}", now=NOW, due_at=None)
        assert {item.reference for item in store.inbox.items()} == set(kept)
    assert sound(path)
    kept.append(store.handoffs.submit(long, key="during0", now=NOW, due_at=None).reference)
    assert {item.reference for item in store.inbox.items()} == set(kept)


def test_a_locked_database_is_waited_for_and_then_named(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = path_of(store)
    monkeypatch.setattr(engine, "WRITE_WAIT", 1.0)
    monkeypatch.setattr(engine, "READ_WAIT", 0.1)
    failures: list[float] = []

    def late() -> None:
        began = time.monotonic()
        with pytest.raises(StorageUnavailable):
            submit(store, str(threading.get_ident()))
        failures.append(time.monotonic() - began)

    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        threads = [threading.Thread(target=late) for _ in range(6)]
        for thread in threads:
            thread.start()
        began = time.monotonic()
        with pytest.raises(StorageUnavailable, match="locked"):
            store.inbox.items()
        assert time.monotonic() - began < 0.9  # a reader waits less than a writer
        for thread in threads:
            thread.join()
        other.execute("ROLLBACK")
    assert len(failures) == 6
    assert max(failures) < 3  # six in a row take one wait, not six
    submit(store, "after")


def test_the_waits_are_the_promised_ones() -> None:
    assert (engine.READ_WAIT, engine.WRITE_WAIT) == (1.0, 5.0)


def test_a_lock_that_is_released_in_time_is_only_a_delay(store: Store) -> None:
    path = path_of(store)
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN EXCLUSIVE")
        threading.Timer(0.4, lambda: other.execute("ROLLBACK")).start()
        submit(store)
        time.sleep(0.05)


def test_no_error_carries_the_visitors_words(store: Store) -> None:
    path = path_of(store)
    path.unlink()
    path.touch()
    with pytest.raises(StorageUnavailable) as refused:
        submit(store)
    error: BaseException | None = refused.value
    while error is not None:
        assert "hurt" not in str(error)
        error = error.__cause__


def test_a_postgresql_address_without_the_driver_names_the_file_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(SettingsError, match=r"requirements-scale\.lock"):
        Database(Settings(database_url="postgresql://127.0.0.1/chatbot"))


def test_a_postgresql_server_that_is_not_there_is_named_without_the_password() -> None:
    pytest.importorskip("psycopg")
    database = Database(Settings(database_url="postgresql://user:hunter2@127.0.0.1:1/chatbot"))
    with pytest.raises(StorageUnavailable) as refused:
        database.version()
    assert "127.0.0.1" in str(refused.value)
    assert "hunter2" not in str(refused.value)
