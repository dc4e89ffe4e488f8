"""
Days, months and instants in the specification's own sense (section 1).

A *day* is a calendar date of Asia/Almaty; what is recorded at the first instant of a day belongs
to that day. A *month* is a plain whole number, the months counted since the year 0, so that
``month + 3`` is three months later and months compare as one expects. An *instant* is always an
aware `datetime` in UTC: two instants of one named zone would be compared by their wall clocks.
"""

import calendar
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

Month: TypeAlias = int

ALMATY = ZoneInfo("Asia/Almaty")
ONE_DAY = timedelta(days=1)


def day_of(instant: datetime) -> date:
    """Return the Almaty day to which *instant* belongs."""
    return instant.astimezone(ALMATY).date()


def start_of(day: date) -> datetime:
    """Return the first instant of *day*, in UTC."""
    return datetime.combine(day, time(), ALMATY).astimezone(UTC)


def month_of(day: date) -> Month:
    """Return the month in which *day* lies."""
    return day.year * 12 + day.month - 1


def first(month: Month) -> date:
    """Return the first day of *month*."""
    return date(month // 12, month % 12 + 1, 1)


def last(month: Month) -> date:
    """Return the last day of *month*."""
    return first(month + 1) - ONE_DAY


def days_of(month: Month) -> Iterator[date]:
    """Go through the days of *month*."""
    day = first(month)
    while day <= last(month):
        yield day
        day += ONE_DAY


def one_month_after(day: date) -> date:
    """Return the same day number of the next month, or that month's last day if it has none."""
    return _with_number(month_of(day) + 1, day.day)


def one_year_after(day: date) -> date:
    """Return the same day of the next year; of 29 February, 28 February."""
    return _with_number(month_of(day) + 12, day.day)


def _with_number(month: Month, number: int) -> date:
    length = calendar.monthrange(month // 12, month % 12 + 1)[1]
    return first(month).replace(day=min(number, length))


def parse_day(text: str) -> date:
    """Read ``YYYY-MM-DD`` and nothing else; raise ValueError otherwise."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(text)
    return date.fromisoformat(text)


def parse_month(text: str) -> Month:
    """Read ``YYYY-MM`` and nothing else; raise ValueError otherwise."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}", text):
        raise ValueError(text)
    return month_of(date.fromisoformat(f"{text}-01"))


def parse_instant(text: str) -> datetime:
    """Read an ISO 8601 instant with any offset; raise ValueError if it has none."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(text)
    return instant.astimezone(UTC)
