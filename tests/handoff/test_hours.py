"""The promised time is one the staff can keep, on every day of the year."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.handoff.hours import in_words, reply_expected
from chatbot.knowledge.model import Clinic

LA = "America/Los_Angeles"
WEEKDAYS = {day: (time(9), time(17)) for day in ("mon", "tue", "wed", "thu", "fri")}


def clinic(**stated: Any) -> Clinic:
    return Clinic(**{"hours": WEEKDAYS, "time_zone": LA, **stated})


def la(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo(LA))


@pytest.mark.parametrize(
    ("asked", "promised"),
    [
        (la(24, 8), la(24, 17)),  # Tuesday before opening: today's whole period
        (la(24, 9), la(25, 17)),  # just opened: there is no whole period left today
        (la(24, 16, 55), la(25, 17)),  # five to five is not promised for five
        (la(24, 20), la(25, 17)),
        (la(27, 10), la(30, 17)),  # Friday: Monday
        (la(28, 12), la(30, 17)),  # Saturday
    ],
)
def test_there_is_always_one_whole_opening_period(asked: datetime, promised: datetime) -> None:
    assert reply_expected(asked, clinic()) == promised


def test_holidays_are_skipped() -> None:
    thanksgiving = frozenset({date(2026, 11, 26), date(2026, 11, 27)})
    assert reply_expected(la(25, 12), clinic(holidays=thanksgiving)) == la(30, 17)


def test_without_hours_or_within_two_months_of_holidays_nothing_is_promised() -> None:
    assert reply_expected(la(24, 8), clinic(hours={})) is None
    always = frozenset(date(2026, 11, 24) + timedelta(days=n) for n in range(100))
    assert reply_expected(la(24, 8), clinic(holidays=always)) is None


def test_on_the_days_the_clocks_change_it_is_still_five_by_the_clock_on_the_wall() -> None:
    sundays = clinic(hours={"sun": (time(1), time(17))})
    spring = reply_expected(la(7, 12, month=3), sundays)
    autumn = reply_expected(datetime(2026, 10, 31, 12, tzinfo=ZoneInfo(LA)), sundays)
    assert spring == datetime(2026, 3, 9, 0, 0, tzinfo=UTC)  # 17:00 PDT, UTC-7
    assert autumn == datetime(2026, 11, 2, 1, 0, tzinfo=UTC)  # 17:00 PST, UTC-8


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    st.sampled_from([LA, "Europe/London", "Australia/Lord_Howe", "UTC", "Asia/Kathmandu"]),
    st.dictionaries(
        st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]),
        st.tuples(st.integers(0, 11), st.integers(12, 23)).map(lambda h: (time(h[0]), time(h[1]))),
        min_size=1,
    ),
)
def test_a_promise_lies_ahead_by_at_least_one_opening_period_and_at_most_eight_days(
    now: datetime, zone: str, hours: dict[str, tuple[time, time]]
) -> None:
    promised = reply_expected(now, clinic(hours=hours, time_zone=zone))
    assert promised is not None
    shortest = min(datetime.combine(date.min, b) - datetime.combine(date.min, a)
                   for a, b in hours.values())  # fmt: skip
    hour = timedelta(hours=1)  # the clocks may change within the period
    assert now + shortest - hour <= promised <= now + timedelta(days=8) + hour
    assert promised.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (la(24, 17), "today 5 pm"),
        (la(25, 10), "tomorrow 10 am"),
        (la(26, 12), "Thursday noon"),
        (la(30, 10, 30), "Monday 10:30 am"),
        (la(1, 10, month=12), "Tuesday 1 December, 10 am"),
        (la(26, 0), "Thursday 12 am"),
    ],
)
def test_times_are_said_as_people_say_them(when: datetime, words: str) -> None:
    assert in_words(when.astimezone(UTC), la(24, 8), LA) == words
