"""The working days of Kazakhstan, on which payments fall due."""

from __future__ import annotations

from datetime import date

import holidays

_HOLIDAYS = holidays.country_holidays("KZ")
_SATURDAY = 5


def is_working_day(day: date) -> bool:
    """Whether *day* is neither at a weekend nor a public holiday."""
    return day.weekday() < _SATURDAY and day not in _HOLIDAYS
