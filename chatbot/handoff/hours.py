"""When the visitor can expect an answer, from the clinic's opening hours."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LOOK_AHEAD = 62  # days; closed for longer than this is "we cannot say when"


def reply_expected(
    now: datetime,
    hours: Mapping[str, tuple[time, time]],
    holidays: Collection[date],
    time_zone: str,
) -> datetime | None:
    """When the clinic promises to have answered what arrives at `now`, in UTC.

    The end of the first opening period that begins after `now`: staff always have one whole
    opening period, so a question at five to five is not promised for five. None without hours.
    Closing times are wall-clock times, so the day the clocks change stays right.
    """
    zone = ZoneInfo(time_zone)
    today = now.astimezone(zone).date()
    for ahead in range(_LOOK_AHEAD):
        day = today + timedelta(days=ahead)
        period = hours.get(_DAYS[day.weekday()])
        if period is None or day in holidays:
            continue
        if datetime.combine(day, period[0], zone).astimezone(UTC) > now:
            return datetime.combine(day, period[1], zone).astimezone(UTC)
    return None


def in_words(when: datetime, now: datetime, time_zone: str) -> str:
    """`when` as people say it: "today 5 pm", "Tuesday 10 am", "Tuesday 8 December, 10:30 am"."""
    zone = ZoneInfo(time_zone)
    local, day = when.astimezone(zone), now.astimezone(zone).date()
    ahead = (local.date() - day).days
    if ahead in (0, 1):
        return f"{('today', 'tomorrow')[ahead]} {_clock(local)}"
    if 1 < ahead < 7:
        return f"{local:%A} {_clock(local)}"
    return f"{local:%A} {local.day} {local:%B}, {_clock(local)}"


def _clock(local: datetime) -> str:
    if (local.hour, local.minute) == (12, 0):
        return "noon"
    minutes = f":{local.minute:02d}" if local.minute else ""
    return f"{local.hour % 12 or 12}{minutes} {'am' if local.hour < 12 else 'pm'}"
