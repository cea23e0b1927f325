"""The tables. migrations/versions/ creates and changes them; a test keeps the two the same."""

import re
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Boolean, Column, Float, ForeignKey, Integer, Table, Text


class Utc(sa.types.TypeDecorator[datetime]):
    """An aware time, stored as UTC on both databases; SQLite has no zones and gets none."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        utc = value and value.astimezone(UTC)
        return utc and (utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        zoned = value and (value if value.tzinfo else value.replace(tzinfo=UTC))
        return zoned and zoned.astimezone(UTC)


class Words(sa.types.TypeDecorator[str]):
    """Text; what no database can hold (NUL, half a surrogate pair) becomes U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        return value and re.sub("[\0\ud800-\udfff]", "\ufffd", str(value))


metadata = sa.MetaData()


def _key(name: str, kind: Any = Words) -> Column[Any]:
    return Column(name, kind, primary_key=True, autoincrement=False)


def _has(name: str, kind: Any = Words, **more: Any) -> Column[Any]:
    return Column(name, kind, nullable=False, **more)


def _of_handoff(**more: Any) -> Column[Any]:
    return Column("reference", Words, ForeignKey("handoffs.reference"), nullable=False, **more)


# A table of columns, in groups of what belongs together.
# fmt: off
handoffs = Table(
    "handoffs", metadata,
    _key("reference"), _has("state", index=True), _has("version", Integer),
    _has("question"), _has("message"), _has("name"), _has("email"), _has("phone"),
    _has("language"), _has("reason"),
    _has("urgent", Boolean), _has("submitted_at", Utc), _has("changed_at", Utc),
    _has("nudge_at", Utc), _has("expires_at", Utc), Column("due_at", Utc),
    _has("overdue", Integer), _has("claimed_by"), Column("answered_at", Utc),
    Column("erased_at", Utc),
    # What the visitor holds, hashed; only the mailed link, which shows nothing by itself, is not.
    _has("token_hash", unique=True), _has("mail_token", unique=True), _has("code_hash"),
    _has("code_failures", Integer), Column("code_failed_at", Utc),
    _has("key_hash", unique=True), _has("body_hash"),
)
messages = Table(
    "messages", metadata,
    _of_handoff(primary_key=True), _key("number", Integer), _has("event"), _has("by_name"),
    _has("text"), _has("passages", sa.JSON), _has("at", Utc),
)
events = Table(
    "events", metadata,
    _key("sequence", Integer), _has("subject", index=True), _has("event"), _has("before"),
    _has("after"), _has("version", Integer), _has("party"), _has("by_name"), _has("at", Utc),
    _has("previous"), _has("digest"),
)
deliveries = Table(
    "deliveries", metadata,
    _key("id"), _of_handoff(index=True), _has("channel"), _has("audience"), _has("kind"),
    _has("state"), _has("attempts", Integer), _has("created_at", Utc), _has("next_at", Utc),
    Column("lease_until", Utc), _has("lease_by"), Column("sent_at", Utc), _has("last_error"),
)
sa.Index("deliveries_due", deliveries.c.state, deliveries.c.next_at)
staff = Table(
    "staff", metadata,
    _key("name"), _has("password_hash"), _has("totp_secret"), _has("last_step", Integer),
    _has("created_at", Utc), Column("disabled_at", Utc),
)
staff_sessions = Table(
    "staff_sessions", metadata,
    _key("token_hash"), Column("name", Words, ForeignKey("staff.name"), nullable=False),
    _has("created_at", Utc), _has("seen_at", Utc),
)
staff_failures = Table(
    "staff_failures", metadata,
    _key("id"), _has("bucket", index=True), _has("at", Utc),
)
exchanges = Table(
    "exchanges", metadata,
    _key("id"), _has("at", Utc, index=True), _has("outcome"), _has("reason"), _has("safety"),
    Column("confidence", Float), _has("passages", sa.JSON), _has("knowledge_version"),
    Column("question", Words),
)
feedback = Table(
    "feedback", metadata,
    _key("reply"), _has("helpful", Boolean), _has("reason"), _has("at", Utc),
    Column("closed_at", Utc), _has("closed_by"),
)
