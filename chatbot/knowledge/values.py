"""The kinds of values that files hold, each with what else to write when it cannot be used."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, time
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from chatbot.knowledge.colour import readable

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = r"([01]\d|2[0-3]):([0-5]\d)"
_HOURS = re.compile(rf"{_TIME} ?[-–] ?{_TIME}")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")


def accepts(test: Callable[[str], object], example: str, code: str = "bad-value") -> AfterValidator:
    """Lets through the texts that pass the test; `code` is that of a Problem."""

    def check(value: str) -> str:
        if not test(value):
            raise PydanticCustomError(code, example)
        return value

    return AfterValidator(check)


def to_date(text: object) -> date | None:
    """An ISO date, or None."""
    with suppress(ValueError):
        return date.fromisoformat(text) if isinstance(text, str) and _DATE.fullmatch(text) else None
    return None


def _day(value: object) -> date:
    if day := value if isinstance(value, date) else to_date(value):
        return day
    raise PydanticCustomError("bad-date", "a date")


def _is_web(value: str) -> bool:
    with suppress(ValueError):
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port  # a malformed port raises
        spaced = re.search(r"[\s<>\"]", value)
        return parts.scheme in ("http", "https") and bool(host) and not spaced
    return False


def _is_zone(name: str) -> bool:
    with suppress(OSError, ValueError, KeyError):
        return bool(ZoneInfo(name))
    return False


def _open(value: Any) -> tuple[time, time]:
    match = _HOURS.fullmatch(value) if isinstance(value, str) else None
    a, b, c, d = map(int, match.groups() if match else "0000")
    if (opens := time(a, b)) < (closes := time(c, d)):
        return opens, closes
    example = '"09:00-17:00", or leave out a day on which you are closed'
    raise PydanticCustomError("bad-value", example)


Day = Annotated[date, BeforeValidator(_day)]
Words = Annotated[
    tuple[str, ...],
    AfterValidator(lambda texts: tuple(text.strip() for text in texts if text.strip())),
]
Web = Annotated[str, accepts(_is_web, "one such as https://clinic.example/page", "bad-url")]
Email = Annotated[str, accepts(_EMAIL.fullmatch, "one such as desk@clinic.example")]
Zone = Annotated[str, accepts(_is_zone, "a name such as America/Los_Angeles")]
Accent = Annotated[
    str,
    accepts(_COLOUR.fullmatch, 'six hex digits in quotes, such as "#1f6f78"'),
    accepts(readable, "a darker colour", "bad-accent"),
]
Hours = Annotated[
    Mapping[str, Annotated[tuple[time, time], BeforeValidator(_open)]],
    AfterValidator(lambda hours: {day: hours[day] for day in DAYS if day in hours}),
]
