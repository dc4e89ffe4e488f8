"""RETENTION after a category (p. 9 part 1): through the third month after the one it last held."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osms_common.domain.calendar import ONE_DAY, last_day, later, month_of
from osms_server.rules.retention import kept_until
from tests.rules.factories import (
    Case,
    answer,
    assigned,
    day,
    each_day,
    episode,
    grounds_on,
    person,
    removed,
    timeline_of,
)

CASES = {
    "removed in the middle of July": Case(
        person(*episode("R01", "2026-01-01", "2026-07-15")),
        {
            "2026-07-14": "CATEGORY R01 p9.1",
            "2026-07-15": "RETENTION R01 p9.1",
            "2026-10-31": "RETENTION R01 p9.1",
            "2026-11-01": "-",
        },
    ),
    "removed on the first of July, last held in June": Case(
        person(*episode("R01", "2026-01-01", "2026-07-01")),
        {
            "2026-06-30": "CATEGORY R01 p9.1",
            "2026-07-01": "RETENTION R01 p9.1",
            "2026-09-30": "RETENTION R01 p9.1",
            "2026-10-01": "-",
        },
    ),
    "removed on the second of July, last held on the first": Case(
        person(*episode("R01", "2026-01-01", "2026-07-02")),
        {
            "2026-07-01": "CATEGORY R01 p9.1",
            "2026-10-31": "RETENTION R01 p9.1",
            "2026-11-01": "-",
        },
    ),
    "removed at the end of November, kept through February": Case(
        person(*episode("R01", "2026-01-01", "2026-11-30")),
        {"2027-02-28": "RETENTION R01 p9.1", "2027-03-01": "-"},
    ),
    "kept through a leap day": Case(
        person(*episode("R01", "2026-01-01", "2027-12-01")),
        {"2028-02-29": "RETENTION R01 p9.1", "2028-03-01": "-"},
    ),
    "removed on the first of January": Case(
        person(*episode("R01", "2026-01-01", "2027-01-01")),
        {
            "2026-12-31": "CATEGORY R01 p9.1",
            "2027-01-01": "RETENTION R01 p9.1",
            "2027-03-31": "RETENTION R01 p9.1",
            "2027-04-01": "-",
        },
    ),
    "held for one day only": Case(
        person(*episode("R01", "2026-07-31", "2026-08-01")),
        {
            "2026-07-31": "CATEGORY R01 p9.1",
            "2026-10-31": "RETENTION R01 p9.1",
            "2026-11-01": "-",
        },
    ),
    "voided: nothing is kept": Case(
        person(*episode("R01", "2026-07-15", "2026-07-15")),
        {"2026-07-15": "-", "2026-07-31": "-"},
    ),
    "removed for death: nothing is kept": Case(
        person(*episode("R01", "2026-01-01", "2026-07-15", reason="DEATH")),
        {"2026-07-14": "CATEGORY R01 p9.1", "2026-07-15": "-"},
    ),
    "the removal corrected: only what stands is kept": Case(
        person(
            *episode("R01", "2026-01-01", "2026-07-15"),
            removed("R01", "2026-01-01", "2026-03-10", known="2010-01-02"),
        ),
        {"2026-06-30": "RETENTION R01 p9.1", "2026-07-01": "-"},
    ),
    "two categories end in different months": Case(
        person(
            *episode("R01", "2026-01-01", "2026-05-15"),
            *episode("L01", "2026-01-01", "2026-06-15"),
        ),
        {
            "2026-05-15": "CATEGORY L01 p9.1, RETENTION R01 p9.1",
            "2026-06-15": "RETENTION R01 p9.1, RETENTION L01 p9.1",
            "2026-08-31": "RETENTION R01 p9.1, RETENTION L01 p9.1",
            "2026-09-01": "RETENTION L01 p9.1",
            "2026-09-30": "RETENTION L01 p9.1",
            "2026-10-01": "-",
        },
    ),
    "a right that is kept while another category holds": Case(
        person(*episode("R01", "2026-01-01", "2026-07-15"), assigned("R13", "2026-10-31")),
        {
            "2026-10-30": "RETENTION R01 p9.1",
            "2026-10-31": "CATEGORY R13 p9.1, RETENTION R01 p9.1",
            "2026-11-01": "CATEGORY R13 p9.1",
        },
    ),
}


@each_day(CASES)
def test_a_right_is_kept_through_the_third_month_after(case: Case, on: str, expected: str) -> None:
    """Three months after the month in which the category last held."""
    assert answer(case, on) == expected


@settings(deadline=None)
@given(st.dates(date(2020, 1, 1), date(2060, 1, 1)))
def test_a_right_is_kept_from_every_day_through_its_third_month(removed_on: date) -> None:
    """Whatever the day of the removal, the last day kept is the last of the month M+3."""
    last_held = month_of(removed_on - ONE_DAY)
    assert kept_until(removed_on, 3) - ONE_DAY == last_day(later(last_held, 3))


@pytest.mark.parametrize("removed_on", [date(2026, 7, 1), date(2026, 7, 15)])
def test_where_no_months_are_given_nothing_is_kept(removed_on: date) -> None:
    """No months of retention are no days of it."""
    assert kept_until(removed_on, 0) == removed_on


def test_a_right_is_kept_without_a_gap() -> None:
    """The last day of the category and the first day on which it is kept touch."""
    timeline = timeline_of(person(*episode("R01", "2026-01-01", "2026-07-15")))
    assert [stretch.end for stretch in timeline] == [day("2026-07-15"), day("2026-11-01")]
    assert timeline[1].start == timeline[0].end
    assert grounds_on(timeline, timeline[1].start) == "RETENTION R01 p9.1"
