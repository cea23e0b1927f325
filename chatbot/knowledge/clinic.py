"""`clinic.yaml`: who the clinic is. Only `name` is required."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from chatbot.builtin import read_yaml
from chatbot.knowledge.colour import is_colour, readable
from chatbot.knowledge.fields import Fields
from chatbot.knowledge.model import Clinic
from chatbot.knowledge.source import Source
from chatbot.knowledge.yaml_nodes import Node, parse
from chatbot.text.terms import LANGUAGES

FILE = "clinic.yaml"
COUNTRIES = ("US", "CA", "GB", "AU")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
KEYS = (
    *("name", "url", "phone", "email", "language", "country", "time_zone", "hours", "holidays"),
    *("disclaimer", "accent", "wording", "closed", "require_approved_text"),
)
UNNAMED = Clinic("our clinic")

_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d) ?[-–] ?([01]\d|2[0-3]):([0-5]\d)")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")


def read_clinic(source: Source) -> Clinic:
    """The clinic; a value that cannot be used is reported and its default stands in."""
    root = parse(source)
    if root is None and source.problems:
        return UNNAMED
    fields = Fields(source, root or Node("map", 0, 0), KEYS)
    days = (fields.as_day("holidays", item) for item in fields.items("holidays"))
    return Clinic(
        name=fields.text("name", required="Example Clinic") or UNNAMED.name,
        url=fields.url("url"),
        phone=fields.text("phone"),
        email=fields.checked("email", _EMAIL.fullmatch, "one such as desk@clinic.example"),
        language=_language(fields) or UNNAMED.language,
        country=fields.choice("country", COUNTRIES) or UNNAMED.country,
        time_zone=fields.checked("time_zone", _is_zone, "a name such as America/Los_Angeles")
        or UNNAMED.time_zone,
        hours=_hours(fields),
        holidays=frozenset(day for day in days if day),
        disclaimer=fields.text("disclaimer"),
        accent=_accent(fields) or UNNAMED.accent,
        wording=_wording(fields),
        closed=_closed(fields),
        require_approved_text=fields.switch("require_approved_text"),
    )


def _language(fields: Fields) -> str | None:
    language = fields.checked("language", _LANGUAGE.fullmatch, "a code such as en or es")
    if language and language.split("-")[0] not in LANGUAGES:
        accepted = f"one of {', '.join(LANGUAGES)}"
        fields.wrong("no-stemmer", "language", value=language, accepted=accepted)
    return language


def _accent(fields: Fields) -> str | None:
    accent = fields.checked("accent", is_colour, 'six hex digits in quotes, such as "#1f6f78"')
    if accent is None or readable(accent):
        return accent
    fields.wrong("bad-accent", "accent", value=accent, accepted="a darker colour")
    return None


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return False
    return True


def _hours(fields: Fields) -> dict[str, tuple[time, time]]:
    hours = {}
    node = fields.node("hours")
    part = Fields(fields.source, node, DAYS) if node else None
    for day in part.own if part else ():
        value = part.text(day) if part else None
        match = _HOURS.fullmatch(value or "")
        start, start_minute, end, end_minute = map(int, match.groups() if match else "0000")
        opens, closes = time(start, start_minute), time(end, end_minute)
        if opens < closes:
            hours[day] = (opens, closes)
        elif part:
            accepted = '"09:00-17:00", or leave out a day on which you are closed'
            part.wrong("bad-value", day, value=value or "", accepted=accepted)
    return {day: hours[day] for day in DAYS if day in hours}


def _wording(fields: Fields) -> dict[str, str]:
    known = tuple(read_yaml("wording.yaml")["replies"])
    node = fields.node("wording")
    part = Fields(fields.source, node, known) if node else None
    texts = {key: part.text(key) for key in part.own if key in known} if part else {}
    return {key: text for key, text in texts.items() if text}


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
