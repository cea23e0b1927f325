"""When the visitor can expect an answer, from the clinic's opening hours."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from chatbot.knowledge.model import Clinic
from chatbot.knowledge.values import DAYS

_LOOK_AHEAD = 62  # days; closed for longer than this is "we cannot say when"


def reply_expected(now: datetime, clinic: Clinic) -> datetime | None:
    """When the clinic promises to have answered what arrives at `now`, in UTC; None without hours.
    The end of the first opening period that begins after `now`: staff always have one whole opening
    period, so a question at five to five is not promised for five."""
    zone = ZoneInfo(clinic.time_zone)
    today = now.astimezone(zone).date()
    for day in (today + timedelta(days=ahead) for ahead in range(_LOOK_AHEAD)):
        if day in clinic.holidays or (period := clinic.hours.get(DAYS[day.weekday()])) is None:
            continue
        # Wall-clock times, so that the day the clocks change stays right.
        opens, closes = (datetime.combine(day, at, zone).astimezone(UTC) for at in period)
        if opens > now:
            return closes
    return None


def in_words(when: datetime, now: datetime, time_zone: str) -> str:
    """`when` as people say it: "today 5 pm", "Tuesday 10 am", "Tuesday 8 December, 10:30 am"."""
    zone = ZoneInfo(time_zone)
    local = when.astimezone(zone)
    minutes = f":{local.minute:02d}" if local.minute else ""
    clock = f"{local.hour % 12 or 12}{minutes} {'am' if local.hour < 12 else 'pm'}"
    clock = "noon" if clock == "12 pm" else clock
    ahead = (local.date() - now.astimezone(zone).date()).days
    if ahead in (0, 1):
        return f"{('today', 'tomorrow')[ahead]} {clock}"
    if 1 < ahead < 7:
        return f"{local:%A} {clock}"
    return f"{local:%A} {local.day} {local:%B}, {clock}"
