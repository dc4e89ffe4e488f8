"""
Which months would have to be paid on a day for the right to hold on it (p. 10, 11).

Several windows of months may give a payer the right on one day, and several runs an independent
payer. Each is told by the months that it lacks; whether it then gives the right is for the engine
to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from osms_common.domain.calendar import FOREVER, Month, first_day, later, month_of
from osms_server.domain.ledger import decode_ledger
from osms_server.rules.grounds.payer import satisfied_months
from osms_server.rules.parameters import Dated, Parameters
from osms_server.rules.standing import Standing

Months = tuple[Month, ...]


def missing_for_payer(standing: Standing, day: date, parameters: Parameters) -> list[Months]:
    """
    What each window lacks that could give a payer the right on *day*: the fewest months first.

    Of as many, those of the latest window come first: they give the right the longest.
    """
    now = month_of(day)
    ends = _back(now, _longest(parameters.payer_retention_months, parameters))
    return _in_order(_windows_lack(standing, ends, now, parameters))


def missing_through_due(standing: Standing, day: date, parameters: Parameters) -> list[Months]:
    """As above, of the window alone with whose last month a payer is on time throughout *day*."""
    now = month_of(day)
    due = later(now, -parameters.payer_due_months.on(first_day(now)))
    return _in_order(_windows_lack(standing, [due], now, parameters))


def _windows_lack(
    standing: Standing, ends: list[Month], now: Month, parameters: Parameters
) -> Iterator[set[Month]]:
    """What the windows that end with the months of *ends* lack in the month *now*."""
    paid = decode_ledger(standing.ledger).any_payer
    # What is not paid stands in for a last month that is: FOREVER is the day of no payment.
    asked = {**dict.fromkeys(ends, FOREVER), **paid}
    satisfied = satisfied_months(standing, asked, parameters)
    for last in ends:
        yield from _window_lacks(last, now, paid, satisfied, parameters)


def _longest(retention: Dated[int], parameters: Parameters) -> int:
    """For how many months after its last a window may give the right, at the most."""
    dated = (retention, parameters.long_payer_retention_months)
    return max(months for each in dated for _, months in each.values)


def _back(last: Month, count: int) -> list[Month]:
    """A month and *count* before it, the latest first."""
    return [later(last, -back) for back in range(count + 1)]


def _window_lacks(
    last: Month,
    now: Month,
    paid: Mapping[Month, date],
    satisfied: Mapping[Month, date],
    parameters: Parameters,
) -> Iterator[set[Month]]:
    """What the window that ends with *last* lacks, alone and for the longer retention."""
    begins = first_day(last)
    window = _back(last, parameters.payer_window_months.on(begins) - 1)
    # A month that counts only from a later month on is paid again: the right cannot wait for it.
    lacks = {month for month in window if month_of(satisfied.get(month, FOREVER)) > now}
    if last not in paid:
        lacks.add(last)
    yield lacks
    long_run = _back(last, parameters.long_payer_months.on(begins) - 1)
    if parameters.long_payer_unpaid_months_count.on(begins):
        yield lacks | {m for m in long_run if satisfied.get(m, FOREVER) == FOREVER}
    else:
        yield lacks | {month for month in long_run if month not in paid}


def missing_for_self_payer(standing: Standing, day: date, parameters: Parameters) -> list[Months]:
    """What each run lacks that could give an independent payer the right on *day*, as above."""
    paid = decode_ledger(standing.ledger).independent
    run, kept = parameters.self_payer_run_months, parameters.self_payer_retention_months
    reach = max(months for _, months in run.values) + max(months for _, months in kept.values) - 1
    lacking = []
    for first in _back(month_of(day), reach):
        months = [later(first, ahead) for ahead in range(run.on(first_day(first)))]
        lacking.append({month for month in months if paid.get(month, FOREVER) > day})
    return _in_order(lacking)


def _in_order(lacking: Iterable[set[Month]]) -> list[Months]:
    """The sets of months without those that lack nothing, the smallest first, each once."""
    found = dict.fromkeys(tuple(sorted(months)) for months in lacking if months)
    return sorted(found, key=len)
