"""What can be asked for, and what is refused with which words."""

from __future__ import annotations

from datetime import date

import pytest

from osms_cli.sample import Feed, write_region
from osms_cli.sample.plan import Plan

UNTIL = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"people": 0}, "people must be between 1 and 40000000, not 0"),
        ({"months": 0}, "months must be between 1 and 96, not 0"),
        ({"months": 97}, "months must be between 1 and 96, not 97"),
        ({"until": date(2018, 1, 31)}, "12 months until 2018-01-31 begin before 2017-08-01"),
        ({"until": date(2036, 1, 1)}, "the last day must not be after 2035-12-31"),
        ({"bad_share": -0.1}, "bad_share must be between 0 and 0.2, not -0.1"),
        ({"feeds": frozenset()}, "at least one feed must be asked for"),
        ({"feeds": frozenset({Feed.ROSTER_CHANGE})}, "roster changes need the rosters"),
    ],
)
def test_what_cannot_be_written_is_refused(options: dict[str, object], message: str) -> None:
    """A wrong argument is named, with the value it has and the values it may have."""
    asked = {"people": 10, "seed": 1, "months": 12, "until": UNTIL} | options
    with pytest.raises(ValueError, match=message):
        Plan(**asked)  # type: ignore[arg-type]


def test_all_that_is_wrong_is_told_at_once() -> None:
    """Two wrong arguments are told in one message."""
    with pytest.raises(ValueError, match=r"people must be .*; months must be "):
        Plan(0, 1, 0, UNTIL)


def test_processes_must_be_positive(tmp_path: object) -> None:
    """No region is written by no process."""
    with pytest.raises(ValueError, match="processes must be at least 1, not 0"):
        write_region(tmp_path, people=1, seed=1, processes=0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("months", "until", "first"),
    [
        (36, UNTIL, date(2023, 7, 1)),
        (1, date(2026, 6, 17), date(2026, 6, 1)),
        (6, date(2026, 2, 28), date(2025, 9, 1)),
        (12, date(2025, 12, 31), date(2025, 1, 1)),
    ],
)
def test_a_region_begins_with_a_month(months: int, until: date, first: date) -> None:
    """The month of the last day is the last of the months, and the first one is whole."""
    assert Plan(1, 1, months, until).first_day == first


def test_people_are_dealt_into_blocks() -> None:
    """All blocks are full but the last."""
    plan = Plan(25_000, 1, 12, UNTIL)
    assert [plan.people_in(block) for block in range(plan.blocks)] == [10_000, 10_000, 5_000]
