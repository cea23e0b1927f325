"""`clinic.yaml`: who the clinic is. Only `name` is required."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from chatbot.builtin import read_yaml
from chatbot.knowledge.colour import is_colour, readable
from chatbot.knowledge.fields import Fields, parse
from chatbot.knowledge.model import Clinic
from chatbot.knowledge.source import Source
from chatbot.text.terms import LANGUAGES

FILE = "clinic.yaml"
COUNTRIES = ("US", "CA", "GB", "AU")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
KEYS = (
    *("name", "url", "phone", "email", "language", "country", "time_zone", "hours", "holidays"),
    *("disclaimer", "accent", "wording", "closed", "require_approved_text"),
)
UNNAMED = Clinic("our clinic")

_TIME = r"([01]\d|2[0-3]):([0-5]\d)"
_HOURS = re.compile(rf"{_TIME} ?[-–] ?{_TIME}")
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")


def read_clinic(source: Source) -> Clinic:
    """The clinic; a value that cannot be used is reported and its default stands in."""
    root = parse(source)
    if root is None and source.problems:
        return UNNAMED
    fields = Fields(source, root, KEYS)
    zone = fields.checked("time_zone", _is_zone, "a name such as America/Los_Angeles")
    days = [fields.day("holidays", item) for item in fields.items("holidays")]
    return Clinic(
        name=fields.text("name", "Example Clinic") or UNNAMED.name,
        url=fields.url("url"),
        phone=fields.text("phone"),
        email=fields.checked("email", _EMAIL.fullmatch, "one such as desk@clinic.example"),
        language=_language(fields) or UNNAMED.language,
        country=fields.choice("country", COUNTRIES) or UNNAMED.country,
        time_zone=zone or UNNAMED.time_zone,
        hours=_hours(fields),
        holidays=frozenset(day for day in days if day),
        disclaimer=fields.text("disclaimer"),
        accent=_accent(fields) or UNNAMED.accent,
        wording=_wording(fields),
        closed=_closed(fields),
        require_approved_text=fields.switch("require_approved_text"),
    )


def _language(fields: Fields) -> str | None:
    language = fields.text("language")
    if language and language.split("-")[0] not in LANGUAGES:
        accepted = f"one of {', '.join(LANGUAGES)}"
        fields.wrong("no-stemmer", "language", value=language, accepted=accepted)
    return language


def _accent(fields: Fields) -> str | None:
    accent = fields.checked("accent", is_colour, 'six hex digits in quotes, such as "#1f6f78"')
    if accent and not readable(accent):
        fields.wrong("bad-accent", "accent", value=accent, accepted="a darker colour")
        return None
    return accent


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return False
    return True


def _hours(fields: Fields) -> dict[str, tuple[time, time]]:
    hours = {}
    part = Fields(fields.source, fields.node("hours"), DAYS)
    for day in part.own:
        value = part.text(day) or ""
        match = _HOURS.fullmatch(value)
        a, b, c, d = map(int, match.groups() if match else "0000")
        if (opens := time(a, b)) < (closes := time(c, d)):
            hours[day] = (opens, closes)
        else:
            accepted = '"09:00-17:00", or leave out a day on which you are closed'
            part.wrong("bad-value", day, value=value, accepted=accepted)
    return {day: hours[day] for day in DAYS if day in hours}


def _wording(fields: Fields) -> dict[str, str]:
    known = read_yaml("wording.yaml")["replies"]
    part = Fields(fields.source, fields.node("wording"), known)
    return {key: text for key in part.own if key in known and (text := part.text(key))}


def _closed(fields: Fields) -> str | None:
    """The kill switch: the key closes the site whatever its value, so that it cannot fail."""
    node = fields.own.get("closed")
    if node and (node.kind in ("null", "bool", "map", "list") or not node.text.strip()):
        fields.wrong("closed-value", "closed")
        return "closed"
    return node.text if node else None


def today(clinic: Clinic, now: datetime) -> date:
    """The date at the clinic at a moment with a time zone."""
    return now.astimezone(ZoneInfo(clinic.time_zone)).date()
