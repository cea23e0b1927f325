"""Staff accounts, sign-in and sessions."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pyotp
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row
from werkzeug.security import check_password_hash, generate_password_hash

from chatbot.errors import StorageError
from chatbot.handoff.credentials import digest
from chatbot.handoff.model import Actor, Party
from chatbot.storage.audit import append
from chatbot.storage.engine import Database
from chatbot.storage.tables import staff, staff_failures, staff_sessions

IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=12)
TOUCH = timedelta(minutes=1)  # a session is noted as used at most this often
TRIES, WINDOW = 10, timedelta(minutes=15)
SHORTEST_PASSWORD = 15  # characters, as ASVS 6.2.1 advises


@dataclass(frozen=True, slots=True)
class Account:
    """A member of staff as listed."""

    name: str
    created_at: datetime
    disabled_at: datetime | None
    second_factor: bool


@dataclass(frozen=True, slots=True)
class Staff:
    """Who may open the inbox. With `second_factor`, a code from an app is asked for as well."""

    database: Database
    second_factor: bool

    def add(self, name: str, password: str, now: datetime) -> str:
        """Make an account, or give an existing one a new start; returns its TOTP secret.

        Raises StorageError when the password is too short.
        """
        if len(password) < SHORTEST_PASSWORD:
            raise StorageError(f"A password needs {SHORTEST_PASSWORD} characters or more.")
        secret = pyotp.random_base32()
        row = {"password_hash": generate_password_hash(password), "totp_secret": secret,
               "last_step": 0, "created_at": now, "disabled_at": None}  # fmt: skip
        with self.database.writing() as connection:
            changed = sa.update(staff).where(staff.c.name == name).values(row)
            if not connection.execute(changed).rowcount:
                connection.execute(staff.insert().values(name=name, **row))
            self._end_sessions(connection, name)
            append(connection, "staff_add", name, Actor(Party.PROGRAM), now)
        return secret

    def accounts(self) -> tuple[Account, ...]:
        """All accounts by name."""
        wanted = sa.select(staff).order_by(staff.c.name)
        with self.database.reading() as connection:
            return tuple(
                Account(row.name, row.created_at, row.disabled_at, bool(row.totp_secret))
                for row in connection.execute(wanted)
            )

    def disable(self, name: str, now: datetime) -> bool:
        """Close an account and end its sessions; False when there is none of that name."""
        change = sa.update(staff).where(staff.c.name == name).values(disabled_at=now)
        with self.database.writing() as connection:
            known = bool(connection.execute(change).rowcount)
            self._end_sessions(connection, name)
            append(connection, "staff_disable", name, Actor(Party.PROGRAM), now)
        return known

    def sign_in(
        self, name: str, password: str, code: str, now: datetime, device: str = ""
    ) -> str | None:
        """A new session's token, or None: wrong, disabled, or ten failures in 15 minutes.

        Failures count per name and `device`, an id the caller vouches for (from a signed cookie
        given after an earlier success), so that strangers who guess cannot lock the owner out.
        Takes as long for a name that does not exist.
        """
        bucket = digest(f"{name}\n{device}")
        with self.database.reading() as connection:
            account = connection.execute(
                sa.select(staff).where(staff.c.name == name, staff.c.disabled_at.is_(None))
            ).one_or_none()
        right = check_password_hash(account.password_hash if account else _decoy(), password)
        with self.database.writing() as connection:
            if self._failures(connection, bucket, now) >= TRIES:
                return None
            if (
                account is None
                or not right
                or not (not self.second_factor or self._use_code(connection, account, code, now))
            ):
                self._fail(connection, bucket, now)
                # A password typed in the wrong field must not end up in the trail.
                known = name if account else "unknown"
                append(connection, "sign_in_refused", known, Actor(Party.STAFF, known), now)
                return None
            token = secrets.token_urlsafe(32)
            connection.execute(sa.delete(staff_failures).where(staff_failures.c.bucket == bucket))
            connection.execute(staff_sessions.insert().values(
                token_hash=digest(token), name=name, created_at=now, seen_at=now
            ))  # fmt: skip
            append(connection, "sign_in", name, Actor(Party.STAFF, name), now)
        return token

    def session(self, token: str, now: datetime) -> str | None:
        """Whose session this is; None when it is over (30 min idle, 12 h in all) or never was."""
        this = staff_sessions.c.token_hash == digest(token)
        with self.database.reading() as connection:
            found = connection.execute(sa.select(staff_sessions).where(this)).one_or_none()
        if found is None or now - found.seen_at > IDLE or now - found.created_at > LONGEST:
            return None
        if now - found.seen_at > TOUCH:
            with self.database.writing() as connection:
                connection.execute(sa.update(staff_sessions).where(this).values(seen_at=now))
        return str(found.name)

    def sign_out(self, token: str, now: datetime) -> None:
        """End one session."""
        this = staff_sessions.c.token_hash == digest(token)
        with self.database.writing() as connection:
            name = connection.scalar(sa.select(staff_sessions.c.name).where(this))
            if name is not None:
                connection.execute(sa.delete(staff_sessions).where(this))
                append(connection, "sign_out", name, Actor(Party.STAFF, name), now)

    def sign_out_everywhere(self, name: str, now: datetime) -> None:
        """End all sessions of one member of staff."""
        with self.database.writing() as connection:
            self._end_sessions(connection, name)
            append(connection, "sign_out_everywhere", name, Actor(Party.STAFF, name), now)

    def _end_sessions(self, connection: Connection, name: str) -> None:
        connection.execute(sa.delete(staff_sessions).where(staff_sessions.c.name == name))

    def _use_code(
        self, connection: Connection, account: Row[Any], code: str, now: datetime
    ) -> bool:
        """Whether the code is right and unused; one time step early or late is accepted."""
        app = pyotp.TOTP(account.totp_secret)
        this = app.timecode(now)
        for step in (this - 1, this, this + 1):
            if step > account.last_step and hmac.compare_digest(
                app.generate_otp(step).encode(), code.strip().encode()
            ):
                mine = sa.update(staff).where(staff.c.name == account.name)
                connection.execute(mine.values(last_step=step))
                return True
        return False

    def _failures(self, connection: Connection, bucket: str, now: datetime) -> int:
        """Failures in the current window; one that is over starts from nothing."""
        old = sa.and_(staff_failures.c.bucket == bucket, staff_failures.c.since <= now - WINDOW)
        connection.execute(sa.delete(staff_failures).where(old))
        count = sa.select(staff_failures.c.count).where(staff_failures.c.bucket == bucket)
        return connection.scalar(count) or 0

    def _fail(self, connection: Connection, bucket: str, now: datetime) -> None:
        more = sa.update(staff_failures).where(staff_failures.c.bucket == bucket)
        if not connection.execute(more.values(count=staff_failures.c.count + 1)).rowcount:
            first = {"bucket": bucket, "count": 1, "since": now}
            connection.execute(staff_failures.insert().values(first))


@cache
def _decoy() -> str:
    """A hash to compare with when the name does not exist."""
    return generate_password_hash(secrets.token_hex())
