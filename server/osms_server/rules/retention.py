"""Until when a right is kept after its ground has ended."""

from __future__ import annotations

from datetime import date

from osms_common.domain.calendar import ONE_DAY, first_day, later, month_of


def kept_until(end: date, months: int) -> date:
    """
    The first day after the retention of a ground that last held on the day before *end*.

    It runs through the last day of the month that is *months* after the month in which the ground
    last held; with no months there is none.
    """
    if not months:
        return end
    return first_day(later(month_of(end - ONE_DAY), months + 1))
