"""Commands that need the database: db, purge, deliver, handoffs, staff."""

import json
import secrets
import signal
import threading
from argparse import Namespace
from datetime import UTC, datetime

import pyotp
import segno

from chatbot.commands import show
from chatbot.delivery.worker import deliverer
from chatbot.errors import StorageError
from chatbot.handoff.model import Actor, Event, Party
from chatbot.handoff.states import OPEN
from chatbot.settings import Settings
from chatbot.storage.backup import backup, restore
from chatbot.storage.deliveries import channels
from chatbot.storage.engine import Database
from chatbot.storage.migrations import migrate
from chatbot.storage.store import Store

_BY = Actor(Party.STAFF, "command line")


def _store(settings: Settings) -> Store:
    store = Store(settings)
    store.prepare()
    return store


def do_db_upgrade(_args: Namespace, settings: Settings) -> None:
    """Make the tables, or bring them to this program's version."""
    database = Database(settings)
    before = database.version()
    migrate(database)
    print(f"The database was at version {before or 'none'} and is at {database.version()} now.")


def do_db_backup(args: Namespace, settings: Settings) -> None:
    """Write a checked copy (SQLite), also while serving."""
    backup(Database(settings), args.file)
    print(f"Wrote {args.file} and checked it. It holds personal data: keep it safe.")


def do_db_restore(args: Namespace, settings: Settings) -> None:
    """Put a copy in its place; the old file is kept."""
    database = Database(settings)
    kept = restore(database, args.file, datetime.now(UTC))
    print(f"Restored from {args.file}." + (f" The old database is {kept}." if kept else ""))
    database.check()


def do_purge(_args: Namespace, settings: Settings) -> None:
    """Purge and say how much."""
    show("purge", gone=_store(settings).purge(datetime.now(UTC)), days=settings.retention_days)


def do_deliver(args: Namespace, settings: Settings) -> int:
    """Send what waits, when `serve` does not run; exit 1 when nobody can be told or a notice was
    given up."""
    store = _store(settings)
    worker, tried = deliverer(settings, store), None
    if args.watch:
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        worker.start()
        stop.wait()
    else:
        tried = worker.run_once(datetime.now(UTC))
    worker.stop()
    dead, nobody = store.deliveries.dead(), not channels(settings)
    show("deliver", tried=tried, dead=dead, nobody=nobody)
    return 1 if dead or nobody else 0


def do_handoffs_list(args: Namespace, settings: Settings) -> None:
    """References and states, without anybody's words."""
    store = _store(settings)
    items = store.inbox.items(() if args.all else OPEN, limit=1000)
    show("handoffs", items=items, dead=len(store.deliveries.dead()))


def do_handoffs_export(args: Namespace, settings: Settings) -> None:
    """All that is kept about its person, as JSON."""
    store, reference = _store(settings), args.reference.upper()
    found = store.inbox.export(reference)
    store.audit.record("export", reference, _BY, datetime.now(UTC))
    print(json.dumps(found, indent=2, default=str, ensure_ascii=False))


def do_handoffs_erase(args: Namespace, settings: Settings) -> None:
    """Delete its words and addresses for good."""
    reference = args.reference.upper()
    _store(settings).handoffs.apply(reference, None, Event.ERASE, _BY, datetime.now(UTC))
    print(f"{reference} is erased. Its reference, dates and state are kept.")


def do_staff_add(args: Namespace, settings: Settings) -> None:
    """A new account, or a new start for an old one."""
    if not args.name.strip() or not args.name.isprintable():
        raise StorageError("Give a name that can be typed and read, such as `staff add Anna`.")
    password = secrets.token_urlsafe(15)
    accounts = _store(settings).staff
    name = accounts.stored(args.name)
    known = name in {account.name for account in accounts.accounts()}
    secret = accounts.add(name, password, datetime.now(UTC))
    shown = secret if settings.staff_mfa else ""
    show("account", name=name, known=known, password=password, secret=shown)
    if settings.staff_mfa:
        app = pyotp.TOTP(secret, name=name, issuer="Clinic questions")
        segno.make(app.provisioning_uri()).terminal(compact=True)


def do_staff_list(_args: Namespace, settings: Settings) -> None:
    """All accounts."""
    accounts = _store(settings).staff.accounts()
    show("accounts", accounts=accounts)


def do_staff_disable(args: Namespace, settings: Settings) -> None:
    """Close an account."""
    if not _store(settings).staff.disable(args.name, datetime.now(UTC)):
        raise StorageError(
            f"There is no account {args.name!r}; see `python -m chatbot staff list`."
        )
    print(f"{args.name} can no longer sign in, and is signed out everywhere.")
