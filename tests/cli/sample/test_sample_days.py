"""Days as numbers: texts, months, working days and deliveries."""

from __future__ import annotations

from datetime import date

import pytest

from osms_cli.sample import days
from osms_cli.sample.vocabulary import Cadence

FIRST = days.day_of(date(2025, 1, 1))  # a Wednesday


@pytest.mark.parametrize("when", [date(1920, 1, 1), date(2024, 2, 29), date(2045, 12, 31)])
def test_a_day_is_looked_up_as_it_is_reckoned(when: date) -> None:
    """The tables agree with the calendar from the first day to the last."""
    day = days.day_of(when)
    assert days.date_of(day) == when
    assert days.iso_texts()[day] == when.isoformat()
    assert days.months()[day] == days.month_of(when)


def test_a_period_is_month_and_year() -> None:
    """June 2026 is written 062026, and December is not month nought."""
    assert days.period_text(days.month_of(date(2026, 6, 5))) == "062026"
    assert days.period_text(days.month_of(date(2025, 12, 31))) == "122025"


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (date(2024, 2, 29), "2024-02-29T07:30:00+06:00"),
        (date(2024, 3, 1), "2024-03-01T07:30:00+05:00"),
    ],
)
def test_almaty_changed_its_clock(when: date, text: str) -> None:
    """The last day of February 2024 is six hours ahead of UTC, the next one five."""
    assert days.instant(days.day_of(when), 7, 30) == text


def test_a_birthday_on_29_february_becomes_1_march() -> None:
    """Whoever was born on 29 February 2008 turns eighteen on 1 March 2026."""
    assert days.date_of(days.anniversary(days.day_of(date(2008, 2, 29)), 18)) == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("when", "paid"),
    [
        (date(2026, 6, 25), date(2026, 6, 25)),
        (date(2026, 7, 25), date(2026, 7, 27)),
        (date(2026, 3, 21), date(2026, 3, 24)),
    ],
)
def test_nothing_is_paid_on_weekends_and_holidays(when: date, paid: date) -> None:
    """A payment waits for the next working day."""
    assert days.working_day(days.day_of(when)) == days.day_of(paid)


def test_months_fall_due_on_the_25th() -> None:
    """June is due on 25 July."""
    due = days.due_day(days.month_of(date(2026, 6, 1)))
    assert days.date_of(due) == date(2026, 7, 25)


@pytest.mark.parametrize(
    ("cadence", "delivered"),
    [
        (Cadence.DAILY, {0: [0], 1: [1], 5: [5], 31: [31], 40: [40]}),
        (Cadence.WEEKLY, {0: [0], 5: [1, 5], 33: [31], 40: [40]}),
        (Cadence.MONTHLY, {0: [0], 31: [1, 5, 31], 41: [40]}),
    ],
)
def test_what_is_known_waits_for_the_next_delivery(
    cadence: Cadence, delivered: dict[int, list[int]]
) -> None:
    """The first load goes out at once, the rest on Mondays or firsts, the last by the end."""
    known = [FIRST + day for day in (0, 1, 5, 31, 40)]
    found = days.delivery_days(known, cadence, FIRST + 41)
    assert {
        day - FIRST: [one - FIRST for one in days_known] for day, days_known in found.items()
    } == delivered
