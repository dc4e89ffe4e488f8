"""
The grounds that rest on payments: PAYER (section 2.3) and SELF_PAYER (section 2.4).

Each question is asked about one month, one window of months or one day, in the words of the
sections; a window and a run are named by their last and their first month.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tests.oracle.days import Month, days_of, first, last, month_of
from tests.oracle.facts import Payment, Refund
from tests.oracle.known import Known, remembered
from tests.oracle.reference import TREATY
from tests.oracle.rosters import exempt_on

COUNTED_CODES = ("121", "122")
INDEPENDENT = "INDEPENDENT"


@dataclass(frozen=True, slots=True)
class Rights:
    """What payments give on one day."""

    paying: bool
    retained: bool


@remembered
def payer_rights(known: Known, day: date) -> Rights:
    """PAYER if some window that gives the right on *day* is fresh, otherwise RETENTION (2.3)."""
    giving = [window for window in _windows_near(known, day) if _gives(known, window, day)]
    fresh = [window for window in giving if month_of(day) <= window + 2]
    return Rights(paying=bool(fresh), retained=bool(giving) and not fresh)


@remembered
def self_payer_rights(known: Known, day: date) -> Rights:
    """SELF_PAYER by the runs that give it, RETENTION by those that have run out (2.4)."""
    runs = [run for run in _runs_near(known, day) if _run_since(known, run) is not None]
    return Rights(
        paying=any(_run_pays(known, run, day) for run in runs),
        retained=any(_run_retains(known, run, day) for run in runs),
    )


@remembered
def paid_on(known: Known, month: Month) -> date | None:
    """Return the day since which the counted sum for *month* is above zero, None if it is not."""
    return _above_zero_since(known, _counted_lines(known, month))


@remembered
def self_paid_on(known: Known, month: Month) -> date | None:
    """The same over the lines of independent payers alone (2.4)."""
    lines = _counted_lines(known, month)
    return _above_zero_since(known, [line for line in lines if line.payer_kind == INDEPENDENT])


@remembered
def state_on(known: Known, month: Month) -> date | None:
    """Return the first day of *month* on which a CATEGORY episode holds."""
    return next((day for day in days_of(month) if _is_state_paid(known, day)), None)


@remembered
def satisfied_on(known: Known, month: Month) -> date | None:
    """Return the earliest day since which *month* is paid, State-paid or exempt."""
    days = (paid_on(known, month), state_on(known, month), exempt_on(known, month))
    return min((day for day in days if day is not None), default=None)


def _is_state_paid(known: Known, day: date) -> bool:
    if known.is_dead_on(day):
        return False
    return any(e.category != TREATY and e.holds_on(day) for e in known.episodes)


def _counted_lines(known: Known, month: Month) -> list[Payment]:
    lines = known.of(Payment)
    return [line for line in lines if line.period == month and line.knp in COUNTED_CODES]


def _above_zero_since(known: Known, lines: Sequence[Payment]) -> date | None:
    total, since = Decimal(0), None
    for day, amount in _movements(known, lines):
        total += amount
        if total <= 0:
            since = None
        elif since is None:
            since = day
    return since


def _movements(known: Known, lines: Sequence[Payment]) -> Iterable[tuple[date, Decimal]]:
    """Return what came and went in order of day, on one day payments before refunds."""
    keys = {line.key for line in lines}
    came = [(line.received_on, line.amount) for line in lines]
    went = [(r.refunded_on, -r.amount) for r in known.of(Refund) if r.line in keys]
    return sorted(came + went, key=lambda movement: (movement[0], movement[1] < 0))


def _windows_near(known: Known, day: date) -> list[Month]:
    """Return the complete windows that can reach *day*, each named by its last month."""
    near = range(month_of(day) - known.parameters.long_grace_months, month_of(day) + 1)
    return [month for month in near if _completed_on(known, month) is not None]


@remembered
def _completed_on(known: Known, month: Month) -> date | None:
    """Return R(month), the latest satisfied-on of its window, None unless it is complete."""
    if paid_on(known, month) is None:
        return None
    days = [satisfied_on(known, m) for m in _ending(month, known.parameters.window_months)]
    return _latest(days)


def _gives(known: Known, month: Month, day: date) -> bool:
    """Tell whether the complete window ending with *month* gives the right on *day*."""
    completed_on = _completed_on(known, month)
    assert completed_on is not None
    since = max(first(month), first(month_of(completed_on)))
    return since <= day <= last(month + _grace(known, month))


def _grace(known: Known, month: Month) -> int:
    """Return the months kept after *month*: six instead of three after sixty paid ones."""
    run = _ending(month, known.parameters.long_run_months)
    if all(paid_on(known, m) is not None for m in run):
        return known.parameters.long_grace_months
    return known.parameters.grace_months


def _ending(month: Month, count: int) -> range:
    """Return the *count* consecutive months of which *month* is the last."""
    return range(month - count + 1, month + 1)


def _latest(days: list[date | None]) -> date | None:
    """Return the latest of *days*, None if one of them is missing."""
    known_days = [day for day in days if day is not None]
    return max(known_days) if len(known_days) == len(days) else None


def _runs_near(known: Known, day: date) -> range:
    """Return the first months of the runs that can reach *day*."""
    reach = known.parameters.window_months + known.parameters.grace_months
    return _ending(month_of(day), reach)


@remembered
def _run_since(known: Known, start: Month) -> date | None:
    """Return R of the run that begins with *start*, None unless each of its months is paid."""
    months = range(start, start + known.parameters.window_months)
    return _latest([self_paid_on(known, month) for month in months])


def _run_pays(known: Known, start: Month, day: date) -> bool:
    """``max(first(F), R) <= d <= last(F+11)``."""
    since = _run_since(known, start)
    assert since is not None
    return max(first(start), since) <= day <= _run_end(known, start)


def _run_retains(known: Known, start: Month, day: date) -> bool:
    """After ``last(F+11)``, or from R if that is later, through ``last(F+14)``."""
    since = _run_since(known, start)
    assert since is not None
    until = last(start + known.parameters.window_months - 1 + known.parameters.grace_months)
    return _run_end(known, start) < day and since <= day <= until


def _run_end(known: Known, start: Month) -> date:
    return last(start + known.parameters.window_months - 1)
