"""
PAYER: twelve months of contributions or deductions, and the retention after them (p. 10).

A month is satisfied if it is paid, or if on one of its days the State paid for the person or the
person was exempt. A *window* ends with a paid month and is complete when it and the months before
it, twelve in all, are satisfied. It gives the right from the first day of its last month, or of
the month in which the last of the twelve was satisfied, if that is later; through the third month
after its last, the sixth after sixty paid months. Through the second, the payer is on time, since
a month falls due on the 25th of the month after it; from there on the right is kept (p. 10 parts
2 and 3).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from osms_server.domain.calendar import Month, first_day, later, month_of
from osms_server.domain.codes import Category, System
from osms_server.domain.ledger import decode_ledger, months_in
from osms_server.domain.timeline import LONG_PAYER_RETENTION, PAYER, PAYER_RETENTION
from osms_server.rules.parameters import Parameters
from osms_server.rules.span import GroundSpan
from osms_server.rules.spans import Days, merged, without
from osms_server.rules.standing import Standing

_DEPENDS_ON = frozenset({System.STATE_CORPORATION})


class PayerWindow(NamedTuple):
    """A complete window: the right is a payer's on [start, due) and kept on [due, end)."""

    last_month: Month
    months: int
    start: date
    due: date
    end: date
    is_long: bool


def payer_spans(standing: Standing, parameters: Parameters) -> Iterator[GroundSpan]:
    """The spans of PAYER, and of the retention on the days on which no window gives PAYER."""
    windows = payer_windows(standing, parameters)
    if not windows:
        return
    payer = merged((window.start, window.due) for window in windows)
    long_kept = without(merged(_kept(w) for w in windows if w.is_long), payer)
    taken = merged(payer + long_kept)
    kept = without(merged(_kept(w) for w in windows if not w.is_long), taken)
    for code, stretches in (
        (PAYER, payer),
        (LONG_PAYER_RETENTION, long_kept),
        (PAYER_RETENTION, kept),
    ):
        for start, end in stretches:
            yield GroundSpan(code, start, end, _DEPENDS_ON)


def _kept(window: PayerWindow) -> Days:
    return max(window.start, window.due), window.end


def payer_windows(standing: Standing, parameters: Parameters) -> list[PayerWindow]:
    """The complete windows that give the right on any day, in order of their last month."""
    if not standing.ledger or _is_too_short(standing, parameters):
        return []
    paid = decode_ledger(standing.ledger).any_payer
    months = _Months(paid, satisfied_months(standing, paid, parameters))
    windows = (_window(last, months, parameters) for last in paid)
    return [window for window in windows if window and window.start < window.end]


def _is_too_short(standing: Standing, parameters: Parameters) -> bool:
    """Whether too few months are paid, and nothing else satisfies any."""
    fewest = min(months for _, months in parameters.payer_window_months.values)
    paid = months_in(standing.ledger)
    return paid < fewest and not standing.episodes and not standing.listings


def satisfied_months(
    standing: Standing, paid: Mapping[Month, date], parameters: Parameters
) -> dict[Month, date]:
    """The months that are satisfied, each with the day since which; only those that can matter."""
    ordered = sorted(paid)
    first = later(ordered[0], 1 - parameters.payer_window_months.values[-1][1])
    satisfied = dict(paid)
    for start, end in _without_payment(standing):
        month = max(first, month_of(start))
        while month <= ordered[-1] and first_day(month) < end:
            day = max(start, first_day(month))
            satisfied[month] = min(day, satisfied.get(month, day))
            month = later(month, 1)
    return satisfied


def _without_payment(standing: Standing) -> Iterator[Days]:
    """The days on which the State paid or the person was exempt, until a death."""
    died_on = standing.died_on
    for episode in standing.episodes:
        if episode.category is not Category.TREATY and episode.start < min(episode.end, died_on):
            yield episode.start, min(episode.end, died_on)
    for listing in standing.listings:
        if listing.start < min(listing.end, died_on):
            yield listing.start, min(listing.end, died_on)


class _Months:
    """The paid and the satisfied months, and how many in a row end with each."""

    def __init__(self, paid: Mapping[Month, date], satisfied: Mapping[Month, date]) -> None:
        self.satisfied = satisfied
        self.satisfied_run = _run_lengths(satisfied)
        self.paid_run = self.satisfied_run if len(paid) == len(satisfied) else _run_lengths(paid)


def _run_lengths(months: Mapping[Month, date]) -> dict[Month, int]:
    lengths: dict[Month, int] = {}
    for month in sorted(months):
        lengths[month] = lengths.get(later(month, -1), 0) + 1
    return lengths


def _window(last: Month, months: _Months, parameters: Parameters) -> PayerWindow | None:
    begins = first_day(last)
    length = parameters.payer_window_months.on(begins)
    if months.satisfied_run[last] < length:
        return None
    first = later(last, 1 - length)
    completed_on = max(months.satisfied[later(first, ahead)] for ahead in range(length))
    is_long = _is_long(last, months, parameters)
    kept = parameters.long_payer_retention_months if is_long else parameters.payer_retention_months
    return PayerWindow(
        last_month=last,
        months=parameters.long_payer_months.on(begins) if is_long else length,
        start=max(begins, first_day(month_of(completed_on))),
        due=first_day(later(last, parameters.payer_due_months.on(begins) + 1)),
        end=first_day(later(last, kept.on(begins) + 1)),
        is_long=is_long,
    )


def _is_long(last: Month, months: _Months, parameters: Parameters) -> bool:
    begins = first_day(last)
    unpaid_count = parameters.long_payer_unpaid_months_count.on(begins)
    run = months.satisfied_run if unpaid_count else months.paid_run
    return run[last] >= parameters.long_payer_months.on(begins)
