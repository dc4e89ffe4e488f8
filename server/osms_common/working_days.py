"""The working days of Kazakhstan, on which payments fall due."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Protocol

_SATURDAY = 5


class _Calendar(Protocol):
    def __contains__(self, day: object) -> bool: ...


def is_working_day(day: date) -> bool:
    """Whether *day* is neither at a weekend nor a public holiday."""
    return day.weekday() < _SATURDAY and day not in _holidays()


@cache
def _holidays() -> _Calendar:
    """The calendar; read when it is first asked for, since few processes ever ask."""
    import holidays

    calendar: _Calendar = holidays.country_holidays("KZ")
    return calendar
