"""
Days and months as the Rules count them.

A *day* is a calendar date in Asia/Almaty; what happens at its first instant belongs to it. A
*month* is one number, so that months can be added: `month(2026, 7) + 3` is October. Stretches of
days are half-open, [start, end), and `FOREVER` is the end of those that have none.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Final, NewType
from zoneinfo import ZoneInfo

Month = NewType("Month", int)

ALMATY: Final = ZoneInfo("Asia/Almaty")
FOREVER: Final = date.max
ONE_DAY: Final = timedelta(days=1)


def month(year: int, number: int) -> Month:
    """The month *number* (1 to 12) of *year*."""
    return Month(year * 12 + number - 1)


def month_of(day: date) -> Month:
    """The month in which *day* lies."""
    return Month(day.year * 12 + day.month - 1)


def later(of: Month, months: int) -> Month:
    """The month *months* after *of*; before it where negative."""
    return Month(of + months)


@cache
def first_day(of: Month) -> date:
    """The first day of a month."""
    return date(of // 12, of % 12 + 1, 1)


def last_day(of: Month) -> date:
    """The last day of a month."""
    return first_day(Month(of + 1)) - ONE_DAY


def day_after(day: date) -> date:
    """The next day; there is none after FOREVER."""
    return day if day == FOREVER else day + ONE_DAY


def same_day_later(day: date, months: int) -> date:
    """The same day number *months* later, or the last day of that month if it has none."""
    target = Month(month_of(day) + months)
    return min(last_day(target), first_day(target) + timedelta(days=day.day - 1))


def almaty_day(instant: datetime) -> date:
    """The day in Asia/Almaty to which an instant belongs."""
    return instant.astimezone(ALMATY).date()


def start_of(day: date) -> datetime:
    """The first instant of a day in Asia/Almaty."""
    return datetime(day.year, day.month, day.day, tzinfo=ALMATY).astimezone(UTC)


def month_text(of: Month) -> str:
    """A month as `2026-07`."""
    return f"{of // 12:04d}-{of % 12 + 1:02d}"
