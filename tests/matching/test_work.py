"""Months in which somebody worked: when it was paid, what was given back, and what is known."""

from __future__ import annotations

from typing import Final

import pytest

from osms_common.domain.calendar import month, month_text
from osms_matching.domain.contributions import Contribution, ContributionKind
from osms_matching.domain.decisions import MonthFound
from osms_matching.domain.reports import Report
from osms_matching.rules.work import is_busy, is_idle, months_before, work_by
from tests.matching.factories import ASEL, BOLAT, day, paid, refunded

MPC: Final = ContributionKind.PENSION_CONTRIBUTION
SD: Final = ContributionKind.SOCIAL_DEDUCTION


def months_worked(on: str, *reports: Report, count: int = 3) -> list[str]:
    """The months before a matching in which ASEL worked."""
    found = months_before(work_by(reports, day(on)), ASEL, day(on), count)
    return [month_text(of) for of, kinds in found if kinds]


@pytest.mark.parametrize(
    ("on", "paid_on", "expected"),
    [
        ("2026-07-01", "2026-06-30", ["2026-06"]),
        ("2026-07-31", "2026-06-01", ["2026-06"]),
        ("2026-07-01", "2026-06-01", ["2026-06"]),
        ("2026-07-31", "2026-07-01", []),
        ("2026-07-31", "2026-05-31", ["2026-05"]),
        ("2026-06-30", "2026-05-31", ["2026-05"]),
        ("2026-06-30", "2026-06-30", []),
        ("2026-07-01", "2026-04-01", ["2026-04"]),
        ("2026-07-01", "2026-03-31", []),
        ("2026-01-01", "2025-12-31", ["2025-12"]),
        ("2026-03-01", "2026-02-28", ["2026-02"]),
        ("2028-03-01", "2028-02-29", ["2028-02"]),
    ],
)
def test_a_payment_counts_in_the_month_of_its_day(
    on: str, paid_on: str, expected: list[str]
) -> None:
    """From the first day of a month to its last; the month of the matching is not looked at."""
    assert months_worked(on, paid(paid_on)) == expected


def test_the_month_that_a_payment_is_for_counts_for_nothing() -> None:
    """Three months paid on one day are work in one month."""
    lines = [
        Contribution(
            person=ASEL,
            kind=MPC,
            reference="A",
            period=month(2026, number),
            paid_on=day("2026-06-20"),
            amount=1,
            known=paid("2026-06-20").known,
        )
        for number in (3, 4, 5)
    ]
    assert months_worked("2026-07-15", *lines) == ["2026-06"]


def test_either_kind_is_enough() -> None:
    """And what was found is told by its kind."""
    on = day("2026-07-15")
    work = work_by(
        [paid("2026-06-10", kind=SD), paid("2026-05-10"), paid("2026-05-10", kind=SD)], on
    )
    assert months_before(work, ASEL, on, 2) == (
        MonthFound(month(2026, 6), frozenset({SD})),
        MonthFound(month(2026, 5), frozenset({MPC, SD})),
    )


def test_what_others_paid_is_not_the_persons_work() -> None:
    """Contributions are told person by person."""
    assert months_worked("2026-07-15", paid("2026-06-10", BOLAT)) == []


LINE: Final = paid("2026-06-10", amount=100)


@pytest.mark.parametrize(
    ("refunds", "expected"),
    [
        ([], ["2026-06"]),
        ([refunded(LINE, "2026-06-20", amount=99)], ["2026-06"]),
        ([refunded(LINE, "2026-06-20", amount=100)], []),
        ([refunded(LINE, "2026-06-20", amount=101)], []),
        ([refunded(LINE, "2026-06-20", amount=60), refunded(LINE, "2026-07-01", amount=40)], []),
        (
            [refunded(LINE, "2026-06-20", amount=60), refunded(LINE, "2026-07-01", amount=39)],
            ["2026-06"],
        ),
        ([refunded(LINE, "2026-06-10")], []),
        ([refunded(LINE, "2026-07-15")], []),
        ([refunded(LINE, "2026-07-16")], ["2026-06"]),
    ],
)
def test_what_is_given_back_is_no_work(refunds: list[Report], expected: list[str]) -> None:
    """In full, whenever that was, through the day of the matching; in part, it stays work."""
    assert months_worked("2026-07-15", LINE, *refunds) == expected


def test_a_refund_in_a_later_month_takes_from_its_own_line_alone() -> None:
    """June was no work after all; what was paid in July, the month of the refund, stays."""
    july = paid("2026-07-10", amount=1)
    refund = refunded(LINE, "2026-07-20")
    assert months_worked("2026-08-01", LINE, july, refund) == ["2026-07"]


def test_a_refund_takes_from_no_other_line_of_the_month() -> None:
    """Not even where more is given back than the line was."""
    other = paid("2026-06-11", amount=1)
    assert months_worked("2026-07-15", LINE, other, refunded(LINE, "2026-06-20", amount=500)) == [
        "2026-06"
    ]


def test_a_refund_of_one_kind_leaves_the_other() -> None:
    """A pension contribution that is given back leaves the social deduction of the month."""
    deduction = paid("2026-06-10", kind=SD)
    assert months_worked("2026-07-15", LINE, deduction, refunded(LINE, "2026-06-20")) == [
        "2026-06"
    ]


def test_a_refund_of_a_line_that_nobody_knows_takes_nothing() -> None:
    """It waits for its line."""
    unknown = paid("2026-06-10", reference="X")
    assert months_worked("2026-07-15", LINE, refunded(unknown, "2026-06-20")) == ["2026-06"]


def test_of_no_months_everybody_is_idle_and_nobody_busy() -> None:
    """So a category that looks at none is granted and withdrawn by its list alone."""
    assert is_idle(())
    assert not is_busy(())
