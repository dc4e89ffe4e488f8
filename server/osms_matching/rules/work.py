"""
In which months a person worked: those in which a contribution was made and not given back.

What counts is the day on which it was paid, not the month it is for. A refund takes from the line
it names and from no other, whichever day it is made on: a line that is given back in full was
never work, in the month in which it was paid; other lines of the month of the refund stay.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from osms_common.domain.calendar import Month, later, month_of
from osms_common.domain.identifiers import Iin
from osms_matching.domain.contributions import Contribution, ContributionKind, ContributionRefund
from osms_matching.domain.decisions import MonthFound
from osms_matching.domain.reports import Report

Work = Mapping[Iin, Mapping[Month, frozenset[ContributionKind]]]
"""Of each person, the months in which something was paid, and what."""

Line = tuple[Iin, ContributionKind, str, Month]


def line_of(report: Contribution | ContributionRefund) -> Line:
    """What a refund names a payment by."""
    return report.person, report.kind, report.reference, report.period


def work_by(reports: Iterable[Report], day: date) -> Work:
    """The months in which each person worked, less what was given back through *day*."""
    given_back: defaultdict[Line, int] = defaultdict(int)
    paid: list[Contribution] = []
    for report in reports:
        if isinstance(report, ContributionRefund) and report.refunded_on <= day:
            given_back[line_of(report)] += report.amount
        elif isinstance(report, Contribution):
            paid.append(report)
    work: defaultdict[Iin, dict[Month, frozenset[ContributionKind]]] = defaultdict(dict)
    for line in paid:
        if line.amount > given_back.get(line_of(line), 0):
            months = work[line.person]
            month = month_of(line.paid_on)
            months[month] = months.get(month, frozenset()) | {line.kind}
    return work


def months_before(work: Work, person: Iin, day: date, count: int) -> tuple[MonthFound, ...]:
    """The *count* months before the month of *day*, the latest first, and what was paid."""
    months = work.get(person, {})
    current = month_of(day)
    looked_at = (later(current, -back) for back in range(1, count + 1))
    return tuple(MonthFound(month, months.get(month, frozenset())) for month in looked_at)


def is_idle(months: Iterable[MonthFound]) -> bool:
    """Whether nothing was paid in any of the months; of no months, it is true."""
    return not any(found.kinds for found in months)


def is_busy(months: tuple[MonthFound, ...]) -> bool:
    """Whether something was paid in each of the months; of no months, it is not."""
    return bool(months) and all(found.kinds for found in months)
