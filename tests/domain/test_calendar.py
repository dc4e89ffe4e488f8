"""Days and months: midnight in Almaty, the change of its offset, and month ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osms_common.domain.calendar import (
    FOREVER,
    ONE_DAY,
    almaty_day,
    day_after,
    first_day,
    last_day,
    later,
    month,
    month_of,
    month_text,
    same_day_later,
    start_of,
)

MICROSECOND = timedelta(microseconds=1)

# The first instant of some days, in UTC. On 1 March 2024 at midnight the clocks of Almaty went
# back by an hour, so that 29 February had 25 hours.
FIRST_INSTANTS = {
    date(1990, 1, 1): "1989-12-31T18:00",
    date(2024, 2, 28): "2024-02-27T18:00",
    date(2024, 2, 29): "2024-02-28T18:00",
    date(2024, 3, 1): "2024-02-29T19:00",
    date(2024, 3, 2): "2024-03-01T19:00",
    date(2026, 1, 1): "2025-12-31T19:00",
    date(2028, 3, 1): "2028-02-29T19:00",
}

DAYS_OF_INSTANTS = [
    ("2024-02-29T17:59:59", date(2024, 2, 29)),  # 23:59:59 for the first time
    ("2024-02-29T18:00:00", date(2024, 2, 29)),  # 23:00:00 for the second time
    ("2024-02-29T18:59:59", date(2024, 2, 29)),  # 23:59:59 for the second time
    ("2024-02-29T19:00:00", date(2024, 3, 1)),
    ("2026-06-30T18:59:59.999999", date(2026, 6, 30)),
    ("2026-06-30T19:00:00", date(2026, 7, 1)),
]

LATER_DAYS = [
    (date(2026, 3, 10), 1, date(2026, 4, 10)),
    (date(2026, 1, 28), 1, date(2026, 2, 28)),
    (date(2026, 1, 29), 1, date(2026, 2, 28)),
    (date(2026, 1, 31), 1, date(2026, 2, 28)),
    (date(2028, 1, 29), 1, date(2028, 2, 29)),
    (date(2028, 1, 30), 1, date(2028, 2, 29)),
    (date(2028, 1, 31), 1, date(2028, 2, 29)),
    (date(2026, 2, 28), 1, date(2026, 3, 28)),
    (date(2026, 3, 31), 1, date(2026, 4, 30)),
    (date(2026, 12, 31), 1, date(2027, 1, 31)),
    (date(2026, 12, 1), 1, date(2027, 1, 1)),
    (date(2028, 2, 29), 12, date(2029, 2, 28)),
    (date(2027, 2, 28), 12, date(2028, 2, 28)),
    (date(2024, 2, 29), 48, date(2028, 2, 29)),
    (date(2026, 3, 31), 0, date(2026, 3, 31)),
]

days = st.dates(date(1990, 1, 1), date(2100, 12, 31))


def utc(text: str) -> datetime:
    """The instant that *text* writes in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(("day", "text"), FIRST_INSTANTS.items())
def test_a_day_begins_at_midnight_in_almaty(day: date, text: str) -> None:
    """The first instant of a day belongs to it, the last one before to the day before."""
    assert start_of(day) == utc(text)
    assert almaty_day(utc(text)) == day
    assert almaty_day(utc(text) - MICROSECOND) == day - ONE_DAY


@pytest.mark.parametrize(("text", "day"), DAYS_OF_INSTANTS)
def test_an_instant_belongs_to_the_day_that_the_clocks_of_almaty_show(
    text: str, day: date
) -> None:
    """Offsets are those of the instant: +06 before 1 March 2024, +05 since."""
    assert almaty_day(utc(text)) == day


def test_the_day_of_the_change_is_longer_by_an_hour() -> None:
    """29 February 2024 had 25 hours, every day after it 24."""
    lengths = [
        start_of(day + ONE_DAY) - start_of(day)
        for day in (date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1))
    ]
    assert lengths == [timedelta(hours=hours) for hours in (24, 25, 24)]


def test_an_instant_may_be_written_with_any_offset() -> None:
    """The same instant is of the same day, however it is written."""
    assert almaty_day(datetime.fromisoformat("2026-06-30T16:00:00-03:00")) == date(2026, 7, 1)


@settings(deadline=None)
@given(days)
def test_days_follow_each_other_without_gap(day: date) -> None:
    """A day ends at the instant at which the next one begins."""
    assert almaty_day(start_of(day)) == day
    assert almaty_day(start_of(day + ONE_DAY) - MICROSECOND) == day


@pytest.mark.parametrize(("day", "months", "expected"), LATER_DAYS)
def test_the_same_day_later_is_the_last_of_a_month_without_it(
    day: date, months: int, expected: date
) -> None:
    """The same day number months later, or that month's last day where it has none."""
    assert same_day_later(day, months) == expected


@settings(deadline=None)
@given(days, st.integers(0, 240))
def test_the_same_day_later_lies_in_the_month_later(day: date, months: int) -> None:
    """It lies in that month, and only a shorter month changes the day number."""
    found = same_day_later(day, months)
    assert month_of(found) == later(month_of(day), months)
    assert found.day == min(day.day, last_day(month_of(found)).day)


def test_months_are_counted_across_years() -> None:
    """Three months after October is January of the next year, three before is July."""
    assert later(month(2026, 10), 3) == month(2027, 1)
    assert later(month(2026, 10), -3) == month(2026, 7)


@pytest.mark.parametrize(
    ("of", "first", "last"),
    [
        (month(2026, 1), date(2026, 1, 1), date(2026, 1, 31)),
        (month(2026, 2), date(2026, 2, 1), date(2026, 2, 28)),
        (month(2028, 2), date(2028, 2, 1), date(2028, 2, 29)),
        (month(2026, 12), date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_a_month_has_a_first_and_a_last_day(of: int, first: date, last: date) -> None:
    """The last day of February is the 29th in a leap year."""
    assert (first_day(month_of(first)), last_day(month_of(last))) == (first, last)
    assert month_of(first) == month_of(last) == of


@settings(deadline=None)
@given(days)
def test_every_day_lies_within_its_month(day: date) -> None:
    """A day is neither before the first nor after the last of its month."""
    assert first_day(month_of(day)) <= day <= last_day(month_of(day))


def test_a_month_is_written_with_its_year() -> None:
    """A month is shown as four digits, a dash and two."""
    assert [month_text(month(2026, 7)), month_text(month(990, 12))] == ["2026-07", "0990-12"]


def test_there_is_no_day_after_forever() -> None:
    """The day after is the next day, except for the end of what has none."""
    assert day_after(date(2026, 12, 31)) == date(2027, 1, 1)
    assert day_after(FOREVER) == FOREVER
