"""
Days, months and instants as people type and read them.

A day is a day in Almaty. An instant without an offset is one on Almaty's clocks, which is what a
person at the Fund means by it; what is printed for people is told in the same time.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

ALMATY: Final = ZoneInfo("Asia/Almaty")
_STEP: Final = re.compile(r"\+(\d{1,6})(m|h|d|w)", re.ASCII)
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def parse_day(text: str) -> date:
    """A day `YYYY-MM-DD`. ValueError: it is none."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        message = f"{text!r} is not a day; write it as YYYY-MM-DD"
        raise ValueError(message)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = f"{text!r}: there is no such day"
        raise ValueError(message) from error


def parse_month(text: str) -> date:
    """A month `YYYY-MM`, as its first day. ValueError: it is none."""
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text, re.ASCII):
        message = f"{text!r} is not a month; write it as YYYY-MM"
        raise ValueError(message)
    return date.fromisoformat(f"{text}-01")


def parse_instant(text: str) -> datetime:
    """An ISO instant or day; Almaty's time where it has no offset. ValueError: it is none."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"{text!r} is not an instant; write it as YYYY-MM-DDTHH:MM, or with +05:00 after"
        raise ValueError(message) from error
    return instant if instant.tzinfo else instant.replace(tzinfo=ALMATY)


def parse_step(text: str) -> timedelta | None:
    """How far `+90d` (or m, h, w) reaches; None where it is written otherwise."""
    step = _STEP.fullmatch(text)
    return timedelta(**{_UNITS[step[2]]: int(step[1])}) if step else None


def start_of(day: date) -> datetime:
    """The first instant of a day."""
    return datetime.combine(day, time(), ALMATY)


def day_before(day: date) -> date:
    """The last day, included, of days that end before *day*."""
    return day - timedelta(days=1)


def shown(instant: datetime | None) -> str:
    """An instant as people read it, on Almaty's clocks; a dash where there is none."""
    if instant is None:
        return "-"
    return instant.astimezone(ALMATY).strftime("%Y-%m-%d %H:%M:%S")


def known_shown(instant: datetime) -> str:
    """The instant of a revision as people read it; an empty register has the first of all."""
    return shown(instant) if instant.timestamp() else "nothing is known yet"


def stamp_shown(stamp: str) -> str:
    """An instant that is kept as ISO text, as people read it."""
    try:
        return shown(datetime.fromisoformat(stamp))
    except ValueError:
        return stamp


def day_shown(day: date | None) -> str:
    """A day as people read it; a dash where there is none."""
    return "-" if day is None else day.isoformat()
