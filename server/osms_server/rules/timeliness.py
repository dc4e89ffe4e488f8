"""
When the senders are on time (p. 19, 54, 63).

What is due every so many days is due, after a delivery, on the last day on which the next one is
still in time; from the day after it on, it is late. Lateness is told and takes nobody's right.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from enum import IntEnum
from typing import NamedTuple

from osms_common.domain.calendar import ONE_DAY, last_day, later, month_of
from osms_common.domain.codes import Obligation
from osms_server.rules.parameters import Parameters

IsWorkingDay = Callable[[date], bool]


class Timeliness(IntEnum):
    """Whether a delivery is on time."""

    ON_TIME = 1
    LATE = 2
    MISSING = 3


PROVISIONS = {
    Obligation.CATEGORY_DAILY: "p19",
    Obligation.CATEGORY_MONTHLY: "p54.2",
    Obligation.PAYMENT: "r.timeliness",
    Obligation.ROSTER: "p63",
}


class Due(NamedTuple):
    """The last day, included, on which the next delivery is on time, and whether it is."""

    due_on: date | None
    timeliness: Timeliness
    late_days: int


def due(
    obligation: Obligation,
    arrived_on: date | None,
    today: date,
    parameters: Parameters,
    is_working_day: IsWorkingDay,
) -> Due:
    """What is due after the delivery of *arrived_on*; MISSING where nothing has ever arrived."""
    if arrived_on is None:
        return Due(None, Timeliness.MISSING, 0)
    due_on = _due_on(obligation, arrived_on, parameters, is_working_day)
    late_days = max(0, (today - due_on).days)
    return Due(due_on, Timeliness.LATE if late_days else Timeliness.ON_TIME, late_days)


def _due_on(
    obligation: Obligation,
    arrived_on: date,
    parameters: Parameters,
    is_working_day: IsWorkingDay,
) -> date:
    match obligation:
        case Obligation.CATEGORY_DAILY:
            return arrived_on + timedelta(days=parameters.daily_category_days.on(arrived_on))
        case Obligation.CATEGORY_MONTHLY:
            months = parameters.monthly_category_months.on(arrived_on)
            return last_day(later(month_of(arrived_on), months))
        case Obligation.ROSTER:
            return arrived_on + timedelta(days=parameters.roster_due_days.on(arrived_on))
        case Obligation.PAYMENT:
            return _working_days_after(
                arrived_on, parameters.payment_working_days.on(arrived_on), is_working_day
            )


def _working_days_after(day: date, count: int, is_working_day: IsWorkingDay) -> date:
    left = count
    while left:
        day += ONE_DAY
        left -= is_working_day(day)
    return day
