"""
Days as small numbers, with everything a writer needs to know about them looked up, not computed.

A generator of fifty million lines cannot afford a `datetime.date` in each of them. A `Day` is the
number of days since 1 January 1920; tables give its ISO text and its month. The first day lies
before the birth of the oldest person, the last one after the latest date a bad line may carry.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from itertools import pairwise
from typing import Final, TypeAlias

from osms_cli.sample.vocabulary import Cadence

Day: TypeAlias = int
Month: TypeAlias = int  # year * 12 + month - 1

ORIGIN: Final = date(1920, 1, 1).toordinal()
END: Final = date(2046, 1, 1).toordinal() - ORIGIN
SATURDAY: Final = 5
DUE_DAY: Final = 25

#: Days on which nothing is paid, as (month, day). The ones that move are left out.
HOLIDAYS: Final = frozenset(
    {(1, 1), (1, 2), (1, 7), (3, 8), (3, 21), (3, 22), (3, 23), (5, 1), (5, 7), (5, 9)}
    | {(7, 6), (8, 30), (10, 25), (12, 16)}
)

#: Almaty kept +06:00 until this day and keeps +05:00 since. Written down instead of asked of the
#: machine, whose time zone database may be older than the change.
OFFSET_CHANGED: Final = date(2024, 3, 1)


def day_of(when: date) -> Day:
    """The number of a calendar date."""
    return when.toordinal() - ORIGIN


def date_of(day: Day) -> date:
    """The calendar date with a number."""
    return date.fromordinal(day + ORIGIN)


def month_of(when: date) -> Month:
    """The month in which a calendar date lies."""
    return when.year * 12 + when.month - 1


def period_text(month: Month) -> str:
    """A month as a payment names it: MMYYYY."""
    return f"{month % 12 + 1:02d}{month // 12:04d}"


def month_text(month: Month) -> str:
    """A month as a story names it: YYYY-MM."""
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def month_start(month: Month) -> Day:
    """The first day of a month."""
    return date(month // 12, month % 12 + 1, 1).toordinal() - ORIGIN


def due_day(month: Month) -> Day:
    """The day on which a month's payment falls due: the 25th of the month after it."""
    return month_start(month + 1) + DUE_DAY - 1


def anniversary(day: Day, years: int) -> Day:
    """The same date *years* later; 29 February becomes 1 March where there is none."""
    when = date_of(day)
    try:
        return day_of(when.replace(year=when.year + years))
    except ValueError:
        return day_of(date(when.year + years, 3, 1))


def working_day(day: Day) -> Day:
    """The first day from *day* on that is neither a weekend nor a fixed holiday."""
    when = date_of(day)
    while when.weekday() >= SATURDAY or (when.month, when.day) in HOLIDAYS:
        when += timedelta(days=1)
    return day_of(when)


def instant(day: Day, hour: int, minute: int) -> str:
    """An hour of a day in Almaty as an ISO instant."""
    when = date_of(day)
    offset = timezone(timedelta(hours=6 if when < OFFSET_CHANGED else 5))
    return datetime.combine(when, time(hour, minute), offset).isoformat()


@lru_cache(maxsize=1)
def iso_texts() -> tuple[str, ...]:
    """The ISO text of every day, by its number."""
    return tuple(date.fromordinal(ORIGIN + day).isoformat() for day in range(END))


@lru_cache(maxsize=1)
def json_texts() -> tuple[str, ...]:
    """Every day as the JSON of the contract writes it, by its number."""
    dates = (date.fromordinal(ORIGIN + day) for day in range(END))
    return tuple(f'{{"year":{when.year},"month":{when.month},"day":{when.day}}}' for when in dates)


@lru_cache(maxsize=1)
def months() -> tuple[Month, ...]:
    """The month of every day, by its number."""
    first = month_of(date_of(0))
    starts = [month_start(first + index) for index in range((2046 - 1920) * 12 + 1)]
    table: list[Month] = []
    for index, (start, following) in enumerate(pairwise(starts)):
        table.extend([first + index] * (following - start))
    return tuple(table)


def delivery_days(known: list[Day], cadence: Cadence, last: Day) -> dict[Day, list[Day]]:
    """
    On which days what became known on some days is delivered.

    The load of all that stands is delivered at once, on the first of the days, which is the first
    of a month; whatever would come after the *last* day comes on it.
    """
    deliveries: dict[Day, list[Day]] = {}
    closes = cadence is Cadence.CLOSING
    for day in known:
        at_once = day >= closing_from(last) if closes else day == known[0]
        delivered = day if at_once else min(_next_delivery(day, cadence), last)
        deliveries.setdefault(delivered, []).append(day)
    return deliveries


def _next_delivery(day: Day, cadence: Cadence) -> Day:
    when = date_of(day)
    if cadence is Cadence.DAILY:
        return day
    if cadence is Cadence.WEEKLY:
        return day + -when.weekday() % 7
    return day if when.day == 1 else month_start(month_of(when) + 1)


def closing_from(last: Day) -> Day:
    """The first day of the last two months, in which `Cadence.CLOSING` delivers every day."""
    return month_start(months()[last] - 1)
