"""
The working days of Kazakhstan, on which payments fall due (section 6).

Written out from the Law on holidays, as an almanac would: Monday to Friday, without the public
holidays, their carried-over days off and the days that the Government exchanged. Years that are
not in the table have only the holidays of a fixed date.
"""

from datetime import date

from tests.oracle.days import ONE_DAY

_SATURDAY = 5

_FIXED = ["01-01", "01-02", "01-07", "03-08", "03-21", "03-22", "03-23", "05-01", "05-07"]
_FIXED += ["05-09", "07-06", "10-25", "12-16"]

_OTHER_DAYS_OFF = {
    2024: ["03-25", "05-08", "07-08", "08-30"],
    2025: ["01-03", "03-10", "03-24", "03-25", "06-06", "07-07", "09-01", "10-27"],
    2026: ["03-09", "03-24", "03-25", "05-11", "05-27", "10-26"],
}

_WORKED_WEEKENDS = {date(2024, 5, 4), date(2025, 1, 5)}


def is_working_day(day: date) -> bool:
    """Tell whether *day* is worked."""
    if day in _WORKED_WEEKENDS:
        return True
    return day.weekday() < _SATURDAY and f"{day:%m-%d}" not in _days_off(day.year)


def working_day_before(day: date) -> date:
    """Return the latest working day strictly before *day*."""
    day -= ONE_DAY
    while not is_working_day(day):
        day -= ONE_DAY
    return day


def _days_off(year: int) -> list[str]:
    return _FIXED + _OTHER_DAYS_OFF.get(year, [])
