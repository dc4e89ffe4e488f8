"""When the senders are on time: the last day of each term, and the day after it."""

from __future__ import annotations

from datetime import date

import pytest

from osms_common.domain.codes import Obligation
from osms_common.texts import Language, provision_text
from osms_server.rules.parameters import LAW
from osms_server.rules.timeliness import PROVISIONS, Due, Timeliness, due

ON_TIME, LATE = Timeliness.ON_TIME, Timeliness.LATE
HOLIDAYS = {date(2026, 3, 23), date(2026, 3, 24)}
SATURDAY = 5

TERMS = [
    (Obligation.CATEGORY_DAILY, "2026-07-15", "2026-07-16"),
    (Obligation.CATEGORY_DAILY, "2026-07-17", "2026-07-18"),
    (Obligation.CATEGORY_DAILY, "2026-12-31", "2027-01-01"),
    (Obligation.CATEGORY_MONTHLY, "2026-07-01", "2026-08-31"),
    (Obligation.CATEGORY_MONTHLY, "2026-07-31", "2026-08-31"),
    (Obligation.CATEGORY_MONTHLY, "2027-01-31", "2027-02-28"),
    (Obligation.CATEGORY_MONTHLY, "2026-12-15", "2027-01-31"),
    (Obligation.ROSTER, "2026-07-15", "2026-07-29"),
    (Obligation.ROSTER, "2026-12-20", "2027-01-03"),
    (Obligation.PAYMENT, "2026-07-15", "2026-07-16"),
    (Obligation.PAYMENT, "2026-07-17", "2026-07-20"),
    (Obligation.PAYMENT, "2026-07-18", "2026-07-20"),
    (Obligation.PAYMENT, "2026-07-19", "2026-07-20"),
    (Obligation.PAYMENT, "2026-03-20", "2026-03-25"),
    (Obligation.PAYMENT, "2026-03-23", "2026-03-25"),
]
"""What is due, the day of a delivery, and the last day on which the next one is on time."""


def is_working_day(day: date) -> bool:
    """Monday to Friday, but for two holidays."""
    return day.weekday() < SATURDAY and day not in HOLIDAYS


def asked(obligation: Obligation, arrived: str, today: date) -> Due:
    """What is due today after a delivery."""
    return due(obligation, date.fromisoformat(arrived), today, LAW, is_working_day)


@pytest.mark.parametrize(("obligation", "arrived", "due_on"), TERMS)
def test_a_delivery_is_due_on_the_last_day_of_its_term(
    obligation: Obligation, arrived: str, due_on: str
) -> None:
    """On that day it is on time, on the day after it is late by a day."""
    last = date.fromisoformat(due_on)
    next_day = date.fromordinal(last.toordinal() + 1)
    assert asked(obligation, arrived, last) == Due(last, ON_TIME, 0)
    assert asked(obligation, arrived, next_day) == Due(last, LATE, 1)


def test_on_its_own_day_a_delivery_is_on_time() -> None:
    """Nothing is late on the day on which it arrived."""
    for obligation, arrived, _ in TERMS:
        found = asked(obligation, arrived, date.fromisoformat(arrived))
        assert (found.timeliness, found.late_days) == (ON_TIME, 0)


def test_late_days_are_counted() -> None:
    """A roster that was due on 29 July is late by three days on 1 August."""
    assert asked(Obligation.ROSTER, "2026-07-15", date(2026, 8, 1)).late_days == 3


@pytest.mark.parametrize("obligation", Obligation)
def test_what_never_arrived_is_missing(obligation: Obligation) -> None:
    """It has no day on which it is due, and no days by which it is late."""
    found = due(obligation, None, date(2026, 7, 15), LAW, is_working_day)
    assert found == Due(None, Timeliness.MISSING, 0)


@pytest.mark.parametrize("obligation", Obligation)
def test_every_obligation_says_where_it_comes_from(obligation: Obligation) -> None:
    """Its provision has a text in every language."""
    assert all(provision_text(PROVISIONS[obligation], language) for language in Language)
