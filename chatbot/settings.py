"""What whoever runs the site can set, read once from the environment.

Every name below is an environment variable with the prefix `CHATBOT_`; `create_app` takes the same
names without it. A name may be given as `…_FILE`, the path of a file that holds the value, which
suits secrets. All bad values are reported together, each with what would be accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from chatbot.errors import Problem, SettingsError

PREFIX = "CHATBOT_"
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings, checked. Empty strings mean "not set"."""

    knowledge: Path = Path("knowledge")
    database_url: str = ""
    secret_key: str = ""
    public_url: str = ""
    embed_origins: tuple[str, ...] = ()
    rate_limit: str = "60 per minute"
    redis_url: str = ""
    trusted_proxies: int = 0
    smtp_url: str = ""
    mail_from: str = ""
    notify_email: str = ""
    webhook_url: str = ""
    webhook_secret: str = ""
    webhook_private: bool = False
    retention_days: int = 90
    question_log: bool = False
    metrics: bool = False
    semantics: bool = True
    staff_mfa: bool = True
    instance: Path = Path("instance")

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """The settings in `environ`; raises SettingsError with every bad value."""
        given = {
            name[len(PREFIX) :]: value for name, value in environ.items() if name.startswith(PREFIX)
        }
        return cls.from_mapping(given)

    @classmethod
    def from_mapping(cls, given: Mapping[str, Any]) -> Settings:
        """The settings in a mapping of names without prefix; raises SettingsError likewise."""
        problems: list[Problem] = []
        values: dict[str, Any] = {}
        for name, text in _with_files(given, problems).items():
            reader = _READERS.get(name)
            if reader is None:
                problems.append(_unknown(name))
                continue
            try:
                values[name.lower()] = reader(text)
            except ValueError as error:
                problems.append(_problem(name, text, str(error)))
        problems += _combinations(values)
        if problems:
            raise SettingsError(problems)
        return cls(**values)


def _with_files(given: Mapping[str, Any], problems: list[Problem]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for name, value in given.items():
        if name.endswith("_FILE"):
            try:
                texts[name[: -len("_FILE")]] = Path(str(value)).read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
                problems.append(_problem(name, str(value), f"a readable file ({reason})"))
        elif isinstance(value, tuple | list):
            texts.setdefault(name, ",".join(str(item) for item in value))
        elif isinstance(value, bool):
            texts.setdefault(name, "on" if value else "off")
        else:
            texts.setdefault(name, str(value).strip())
    return texts


def _combinations(values: Mapping[str, Any]) -> list[Problem]:
    problems = []
    if str(values.get("database_url", "")).startswith("postgresql") and not values.get(
        "secret_key"
    ):
        problems.append(
            _problem(
                "SECRET_KEY",
                "",
                "given when DATABASE_URL is PostgreSQL, so that every process"
                " signs alike, e.g. the output of `openssl rand -hex 32`",
            )
        )
    if values.get("webhook_url") and not values.get("webhook_secret"):
        problems.append(
            _problem(
                "WEBHOOK_SECRET",
                "",
                "given with WEBHOOK_URL, so that the receiver can tell our"
                " calls from others, e.g. the output of `openssl rand -hex 32`",
            )
        )
    if values.get("smtp_url") and not values.get("mail_from"):
        problems.append(
            _problem("MAIL_FROM", "", "given with SMTP_URL: the address mails come from")
        )
    return problems


def _problem(name: str, seen: str, accepted: str) -> Problem:
    shown = "is not set" if not seen else f"is {seen!r}"
    if any(word in name for word in ("SECRET", "URL")) and seen:
        shown = "cannot be used as it is"  # it may hold a password
    return Problem(PREFIX + name, 0, "setting", f"{shown}.", f"It must be {accepted}.")


def _unknown(name: str) -> Problem:
    near = get_close_matches(name, _READERS, n=1)
    fix = f"Did you mean {PREFIX}{near[0]}?" if near else "Remove it, or see docs/operating.md."
    return Problem(PREFIX + name, 0, "setting", "is not a setting.", fix)


def _text(value: str) -> str:
    return value


def _path(value: str) -> Path:
    if not value:
        raise ValueError("the path of a folder")
    return Path(value)


def _switch(on: str = "on", off: str = "off") -> Callable[[str], bool]:
    def read(value: str) -> bool:
        if value.lower() not in (on, off):
            raise ValueError(f"'{on}' or '{off}'")
        return value.lower() == on

    return read


def _number(least: int, most: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
            raise ValueError(f"a whole number from {least} to {most}")
        return int(value)

    return read


def _url(*schemes: str, example: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        try:
            parts = urlsplit(value)
            usable = parts.scheme in schemes and (parts.hostname or parts.path.strip("/"))
            _ = parts.port
        except ValueError:
            usable = False
        if value and not usable:
            raise ValueError(f"a URL such as {example}")
        return value.rstrip("/") if "https" in schemes else value

    return read


def _origins(value: str) -> tuple[str, ...]:
    origins = tuple(item.strip().rstrip("/") for item in value.split(",") if item.strip())
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path or parts.query:
            raise ValueError(
                "a comma list of origins without paths, e.g. https://blog.example,https://www.example"
            )
        if any(character in origin for character in " ;'\"*"):
            raise ValueError("a comma list of exact origins; wildcards are not accepted")
    return origins


def _rate(value: str) -> str:
    from limits import parse

    if value.lower() == "off":
        return "off"
    try:
        parse(value)
    except ValueError:
        raise ValueError("'off' or a rate such as '60 per minute'") from None
    return value


def _address(value: str) -> str:
    if value and (value.count("@") != 1 or any(c in value for c in "\r\n ,;<>")):
        raise ValueError("one e-mail address such as desk@clinic.example")
    return value


_READERS: dict[str, Callable[[str], Any]] = {
    "KNOWLEDGE": _path,
    "DATABASE_URL": _url(
        "sqlite",
        "postgresql",
        "postgresql+psycopg",
        example="sqlite:////var/lib/chatbot/chatbot.db",
    ),
    "SECRET_KEY": _text,
    "PUBLIC_URL": _url("http", "https", example="https://faq.clinic.example"),
    "EMBED_ORIGINS": _origins,
    "RATE_LIMIT": _rate,
    "REDIS_URL": _url("redis", "rediss", "unix", example="redis://127.0.0.1:6379/0"),
    "TRUSTED_PROXIES": _number(0, 10),
    "SMTP_URL": _url("smtp", "smtps", example="smtps://user:password@mail.clinic.example:465"),
    "MAIL_FROM": _address,
    "NOTIFY_EMAIL": _address,
    "WEBHOOK_URL": _url("http", "https", example="https://hooks.clinic.example/faq"),
    "WEBHOOK_SECRET": _text,
    "WEBHOOK_PRIVATE": _switch(),
    "RETENTION_DAYS": _number(1, 3650),
    "QUESTION_LOG": _switch(),
    "METRICS": _switch(),
    "SEMANTICS": _switch(),
    "STAFF_MFA": _switch("required", "off"),
    "INSTANCE": _path,
}
assert set(_READERS) == {entry.name.upper() for entry in fields(Settings)}
