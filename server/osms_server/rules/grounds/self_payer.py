"""
SELF_PAYER: an independent payer has the right from the day of payment (p. 11).

A run of twelve consecutive months, each paid by payments of an independent payer, gives the right
from the first day of the first of them, or from the day on which the last of them came to be paid,
if that is later, through the last of them; it is then kept three months (p. 10 part 2). Each run
is read by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from osms_common.domain.calendar import Month, first_day, later
from osms_common.domain.codes import System
from osms_server.domain.ledger import decode_ledger
from osms_server.domain.timeline import PAYER_RETENTION, SELF_PAYER
from osms_server.rules.parameters import Parameters
from osms_server.rules.span import GroundSpan
from osms_server.rules.spans import Days, merged
from osms_server.rules.standing import Standing

_DEPENDS_ON = frozenset({System.STATE_CORPORATION})


class SelfPaidRun(NamedTuple):
    """A run of paid months: the right is a self-payer's on *right*, and kept on *kept*."""

    first_month: Month
    months: int
    right: Days
    kept: Days


def self_payer_spans(standing: Standing, parameters: Parameters) -> Iterator[GroundSpan]:
    """The spans of SELF_PAYER and of the retention after each run."""
    if not standing.ledger:
        return
    runs = self_paid_runs(standing, parameters)
    for start, end in merged(run.right for run in runs):
        yield GroundSpan(SELF_PAYER, start, end, _DEPENDS_ON)
    for start, end in merged(run.kept for run in runs):
        yield GroundSpan(PAYER_RETENTION, start, end, _DEPENDS_ON)


def self_paid_runs(standing: Standing, parameters: Parameters) -> list[SelfPaidRun]:
    """The runs of months paid by an independent payer, in order of their first month."""
    paid = decode_ledger(standing.ledger).independent
    runs = []
    for first in paid:
        begins = first_day(first)
        months = parameters.self_payer_run_months.on(begins)
        days = [paid.get(later(first, ahead)) for ahead in range(months)]
        if all(days):
            paid_on = max(day for day in days if day)
            kept = months + parameters.self_payer_retention_months.on(begins)
            runs.append(_run(first, months, paid_on, first_day(later(first, kept))))
    return runs


def _run(first: Month, months: int, paid_on: date, kept_until: date) -> SelfPaidRun:
    ends = first_day(later(first, months))
    return SelfPaidRun(
        first,
        months,
        right=(max(first_day(first), paid_on), ends),
        kept=(max(ends, paid_on), kept_until),
    )
