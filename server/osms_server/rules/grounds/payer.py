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
from functools import lru_cache
from typing import NamedTuple

from osms_common.domain.calendar import ONE_DAY, Month, first_day, later, month_of
from osms_common.domain.codes import Category, System
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
    satisfied = satisfied_months(standing, paid, parameters)
    windows = []
    run = _Run()
    for month in sorted(satisfied):
        run.add(month, satisfied[month], is_paid=month in paid)
        if run.paid_months:
            window = _window(run, _terms(month, parameters))
            if window and window.start < window.end:
                windows.append(window)
    return windows


def _is_too_short(standing: Standing, parameters: Parameters) -> bool:
    """Whether too few months are paid, and nothing else satisfies any."""
    fewest = min(months for _, months in parameters.payer_window_months.values)
    paid = months_in(standing.ledger)
    return paid < fewest and not standing.episodes and not standing.listings


def satisfied_months(
    standing: Standing, paid: Mapping[Month, date], parameters: Parameters
) -> dict[Month, date]:
    """The months that are satisfied, each with the day since which; only those that can matter."""
    satisfied = dict(paid)
    first = later(min(paid), 1 - _longest_run(parameters))
    last = max(paid)
    for start, end in _without_payment(standing):
        begins, ends = month_of(start), month_of(end - ONE_DAY)
        for number in range(max(first, begins), min(last, ends) + 1):
            month = Month(number)
            day = start if number == begins else first_day(month)
            known = satisfied.get(month)
            if known is None or day < known:
                satisfied[month] = day
    return satisfied


@lru_cache(64)
def _longest_run(parameters: Parameters) -> int:
    """How many months in a row, at the most, matter together with a paid one at their end."""
    matter = parameters.payer_window_months.values
    if any(count for _, count in parameters.long_payer_unpaid_months_count.values):
        matter += parameters.long_payer_months.values
    return max(months for _, months in matter)


def _without_payment(standing: Standing) -> Iterator[Days]:
    """The days on which the State paid or the person was exempt, until a death."""
    died_on = standing.died_on
    for episode in standing.episodes:
        if episode.category is not Category.TREATY and episode.start < min(episode.end, died_on):
            yield episode.start, min(episode.end, died_on)
    for listing in standing.listings:
        if listing.start < min(listing.end, died_on):
            yield listing.start, min(listing.end, died_on)


class _Run:
    """Satisfied months in a row, up to the last one, and how many at its end are paid in a row."""

    def __init__(self) -> None:
        self.satisfied_on: list[date] = []
        self.paid_months = 0
        self.last_month: Month | None = None

    def add(self, month: Month, satisfied_on: date, *, is_paid: bool) -> None:
        """Goes on with the next satisfied month, or begins anew after a gap."""
        if self.last_month is not None and month != self.last_month + 1:
            self.satisfied_on.clear()
            self.paid_months = 0
        self.last_month = month
        self.satisfied_on.append(satisfied_on)
        self.paid_months = self.paid_months + 1 if is_paid else 0


class _Terms(NamedTuple):
    """What the Rules say of windows that end with a month."""

    month: Month
    begins: date
    months: int
    due: date
    end: date
    long_months: int
    counts_unpaid: bool
    long_end: date


@lru_cache(1024)
def _terms(month: Month, parameters: Parameters) -> _Terms:
    begins = first_day(month)

    def after(months: int) -> date:
        return first_day(later(month, months + 1))

    return _Terms(
        month,
        begins,
        parameters.payer_window_months.on(begins),
        due=after(parameters.payer_due_months.on(begins)),
        end=after(parameters.payer_retention_months.on(begins)),
        long_months=parameters.long_payer_months.on(begins),
        counts_unpaid=parameters.long_payer_unpaid_months_count.on(begins),
        long_end=after(parameters.long_payer_retention_months.on(begins)),
    )


def _window(run: _Run, terms: _Terms) -> PayerWindow | None:
    """The window that ends with the last month of a run, if it is complete."""
    satisfied = len(run.satisfied_on)
    if satisfied < terms.months:
        return None
    completed_on = max(run.satisfied_on[-terms.months :])
    in_a_row = satisfied if terms.counts_unpaid else run.paid_months
    is_long = in_a_row >= terms.long_months
    return PayerWindow(
        terms.month,
        terms.long_months if is_long else terms.months,
        max(terms.begins, first_day(month_of(completed_on))),
        terms.due,
        terms.long_end if is_long else terms.end,
        is_long,
    )
