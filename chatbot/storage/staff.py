"""Staff accounts, sign-in and sessions."""

import hmac
import secrets
from collections.abc import Sequence
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
from chatbot.handoff.model import PROGRAM, Actor, Party
from chatbot.storage.audit import append
from chatbot.storage.engine import Database
from chatbot.storage.tables import staff, staff_failures, staff_sessions

IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=12)
TOUCH = timedelta(minutes=1)  # a session is noted as used at most this often
TRIES, WINDOW = 10, timedelta(minutes=15)
SHORTEST_PASSWORD = 15  # characters, as ASVS 6.2.1 advises


@dataclass(frozen=True, slots=True)
class Staff:
    """Who may open the inbox. With `second_factor`, a code from an app is asked for as well."""

    database: Database
    second_factor: bool

    def stored(self, name: str) -> str:
        """The name as its account has it, small and capital letters being the same."""
        known = sorted((one.name for one in self.accounts()), key=lambda each: each != name)
        return next((one for one in known if one.casefold() == name.casefold()), name)

    def add(self, name: str, password: str, now: datetime) -> str:
        """Make an account, or give an existing one a new start; returns its TOTP secret. Raises
        StorageError when the password is too short."""
        secret, name = pyotp.random_base32(), self.stored(name)
        row = (name, _hashed(password), secret, 0, now, None)
        with self.database.writing() as connection:
            connection.execute(_sessions_of(name))
            connection.execute(sa.delete(staff).where(staff.c.name == name))
            connection.execute(staff.insert().values(row))
            append(connection, "staff_add", name, PROGRAM, now)
        return secret

    def accounts(self) -> Sequence[Any]:
        """All accounts by name: name, created_at, disabled_at."""
        wanted = sa.select(staff.c.name, staff.c.created_at, staff.c.disabled_at)
        return self.database.read(wanted.order_by(staff.c.name))

    def disable(self, name: str, now: datetime) -> bool:
        """Close an account and end its sessions; False when there is none of that name."""
        name = self.stored(name)
        change = sa.update(staff).where(staff.c.name == name).values(disabled_at=now)
        with self.database.writing() as connection:
            known = bool(connection.execute(change).rowcount)
            connection.execute(_sessions_of(name))
            append(connection, "staff_disable", name, PROGRAM, now)
        return known

    def change_password(self, name: str, old: str, new: str, token: str, now: datetime) -> bool:
        """Set a new password and end all sessions but that of `token`; False, and nothing is done,
        when `old` is wrong. Raises StorageError when the new one is too short."""
        this = staff.c.name == name
        [(present,)] = self.database.read(sa.select(staff.c.password_hash).where(this))
        if not check_password_hash(present, old):
            return False
        with self.database.writing() as connection:
            connection.execute(sa.update(staff).where(this).values(password_hash=_hashed(new)))
            other = staff_sessions.c.token_hash != digest(token)
            connection.execute(_sessions_of(name).where(other))
            append(connection, "password_changed", name, Actor(Party.STAFF, name), now)
        return True

    def sign_in(
        self, name: str, password: str, code: str, now: datetime, device: str = ""
    ) -> str | None:
        """A new session's token, or None: wrong, disabled, or ten failures in 15 minutes. Failures
        count per name and `device`, an id the caller vouches for (from a signed cookie given after
        an earlier success), so that strangers who guess cannot lock the owner out. Takes as long
        for a name that does not exist."""
        name = self.stored(name)
        enabled = (staff.c.name == name, staff.c.disabled_at.is_(None))
        account = next(iter(self.database.read(sa.select(staff).where(*enabled))), None)
        right = check_password_hash(account.password_hash if account else _decoy(), password)
        bucket = digest(f"{name.casefold()}\n{device}")
        mine = staff_failures.c.bucket == bucket
        recent = sa.select(sa.func.count()).where(mine, staff_failures.c.at > now - WINDOW)
        with self.database.writing() as connection:
            if (connection.scalar(recent) or 0) >= TRIES:
                return None
            if not account or not right or not self._second(connection, account, code, now):
                failure = (secrets.token_hex(), bucket, now)
                connection.execute(staff_failures.insert().values(failure))
                # A password typed in the wrong field must not end up in the trail.
                known = name if account else "unknown"
                append(connection, "sign_in_refused", known, Actor(Party.STAFF, known), now)
                return None
            connection.execute(sa.delete(staff_failures).where(mine))
            token = secrets.token_urlsafe(32)
            connection.execute(staff_sessions.insert().values((digest(token), name, now, now)))
            append(connection, "sign_in", name, Actor(Party.STAFF, name), now)
        return token

    def _second(self, connection: Connection, account: Row[Any], code: str, now: datetime) -> bool:
        """Whether the code is right and was not used; a step early or late is accepted."""
        if not self.second_factor:
            return True
        app, given = pyotp.TOTP(account.totp_secret), code.strip().encode()
        for step in range(app.timecode(now) - 1, app.timecode(now) + 2):
            if hmac.compare_digest(app.generate_otp(step).encode(), given):
                unused = (staff.c.name == account.name, staff.c.last_step < step)
                used = sa.update(staff).where(*unused).values(last_step=step)
                return bool(connection.execute(used).rowcount)
        return False

    def session(self, token: str, now: datetime, touch: bool = True) -> str | None:
        """Whose session this is; None when it is over (30 min idle, 12 h in all) or never was.
        Without `touch` this does not count as use."""
        this = staff_sessions.c.token_hash == digest(token)
        for found in self.database.read(sa.select(staff_sessions).where(this)):
            if now - found.seen_at <= IDLE and now - found.created_at <= LONGEST:
                if touch and now - found.seen_at > TOUCH:
                    self.database.write(sa.update(staff_sessions).where(this).values(seen_at=now))
                return str(found.name)
        return None

    def sign_out(self, token: str, now: datetime, everywhere: bool = False) -> None:
        """End one session, or all of the same member of staff."""
        this = staff_sessions.c.token_hash == digest(token)
        with self.database.writing() as connection:
            name = connection.scalar(sa.select(staff_sessions.c.name).where(this))
            if name is not None:
                one = sa.delete(staff_sessions).where(this)
                connection.execute(_sessions_of(name) if everywhere else one)
                event = "sign_out_everywhere" if everywhere else "sign_out"
                append(connection, event, name, Actor(Party.STAFF, name), now)


def _hashed(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise StorageError(f"A password needs {SHORTEST_PASSWORD} characters or more.")
    return generate_password_hash(password)


def _sessions_of(name: str) -> sa.Delete:
    return sa.delete(staff_sessions).where(staff_sessions.c.name == name)


@cache
def _decoy() -> str:
    """A hash to compare with when the name does not exist."""
    return generate_password_hash(secrets.token_hex())
