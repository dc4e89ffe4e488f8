"""Contributions and refunds as rows; months are dates there, each the first day of one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final

from osms_common.domain.calendar import first_day, month_of
from osms_common.domain.identifiers import Iin
from osms_matching.domain.contributions import Contribution, ContributionKind, ContributionRefund
from osms_matching.domain.reports import NEVER, Known, Report
from osms_matching.rules.work import Line, line_of

CONTRIBUTION_COLUMNS: Final = "iin, period, kind, reference, paid_on, amount, known, withdrawn"
REFUND_COLUMNS: Final = (
    "iin, period, kind, reference, refund_reference, refunded_on, amount, known, withdrawn"
)

_KEY_COLUMNS: Final = 4
_KIND: Final = {kind.value: kind for kind in ContributionKind}


def _key(line: Line) -> tuple[Iin, date, str, str]:
    """The key of a line in the order of the tables."""
    person, kind, reference, period = line
    return person, first_day(period), kind.value, reference


def line_arrays(lines: Collection[Line]) -> tuple[list[Any], ...]:
    """The keys of lines, column by column."""
    keys = [_key(line) for line in lines]
    return tuple([key[column] for key in keys] for column in range(_KEY_COLUMNS))


def line_of_row(row: Sequence[Any]) -> Line:
    """The line that a row begins with."""
    iin, period, kind, reference, *_ = row
    return iin, _KIND[kind], reference, month_of(period)


def contribution_row(told: Contribution) -> tuple[Any, ...]:
    """The row of a contribution."""
    return (*_key(line_of(told)), told.paid_on, told.amount, told.known, _until(told))


def refund_row(reference: str, told: ContributionRefund) -> tuple[Any, ...]:
    """The row of a refund with a reference of its own."""
    rest = (told.refunded_on, told.amount, told.known, _until(told))
    return (*_key(line_of(told)), reference, *rest)


def contribution_of(row: Sequence[Any]) -> Contribution:
    """The contribution of a row."""
    person, kind, reference, period = line_of_row(row)
    paid_on, amount, known, withdrawn = row[4:]
    return Contribution(
        person=person,
        kind=kind,
        reference=reference,
        period=period,
        paid_on=paid_on,
        amount=amount,
        known=Known(known),
        withdrawn=NEVER if withdrawn is None else Known(withdrawn),
    )


def refund_of(row: Sequence[Any]) -> ContributionRefund:
    """The refund of a row; its own reference is not part of it."""
    person, kind, reference, period = line_of_row(row)
    refunded_on, amount, known, withdrawn = row[5:]
    return ContributionRefund(
        person=person,
        kind=kind,
        reference=reference,
        period=period,
        refunded_on=refunded_on,
        amount=amount,
        known=Known(known),
        withdrawn=NEVER if withdrawn is None else Known(withdrawn),
    )


def _until(told: Report) -> Known | None:
    return None if told.withdrawn == NEVER else told.withdrawn
