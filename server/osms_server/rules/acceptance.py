"""
What is accepted: the limits of dates, periods and sources that a line must keep.

Everything here is judged from the line and the day alone; what the register knows (numbers,
episodes, payments) is judged where it is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from osms_common.domain.calendar import Month, later, month_of, month_text, same_day_later
from osms_common.domain.codes import System
from osms_common.domain.violations import Reason, Violation
from osms_server.domain.records import EpisodeTold, PaymentRecord, RefundRecord, RosterChangeRecord
from osms_server.rules.parameters import Parameters
from osms_server.rules.reference import ASSIGNING_SOURCES, BODIES, SOURCES


class Limits(NamedTuple):
    """The days and months, all included, that a line may name today."""

    first_date: date
    last_date: date
    first_period: Month
    last_period: Month


@lru_cache(maxsize=16)
def limits_on(today: date, parameters: Parameters) -> Limits:
    """The limits on a day."""
    return Limits(
        parameters.first_date.on(today),
        same_day_later(today, parameters.months_ahead.on(today)),
        parameters.first_period.on(today),
        later(month_of(today), parameters.period_months_ahead.on(today)),
    )


def category_violations(told: EpisodeTold, limits: Limits) -> tuple[Violation, ...]:
    """Everything that is wrong with what is told of an episode; empty where nothing is."""
    found = told.violations
    part = "removal." if told.reason is not None else "assignment."
    assigned_on, removed_on = told.assigned_on, told.removed_on
    if assigned_on is not None and not limits.first_date <= assigned_on <= limits.last_date:
        found += (_date_limit(f"{part}assigned_date", assigned_on, limits),)
    if told.category is not None and told.category not in ASSIGNING_SOURCES:
        found += (Violation(f"{part}category", Reason.CATEGORY_NOT_IN_FEED, told.category),)
    elif told.source is not None:
        day = limits.last_date if assigned_on is None else assigned_on
        found += _source_violations(told, told.source, day, part)
    if removed_on is not None:
        if not limits.first_date <= removed_on <= limits.last_date:
            found += (_date_limit("removal.removed_date", removed_on, limits),)
        if assigned_on is not None and removed_on < assigned_on:
            value = f"{removed_on} < {assigned_on}"
            found += (
                Violation("removal.removed_date", Reason.REMOVED_BEFORE_ASSIGNED, value, "p18"),
            )
    return found


def reporting_source(told: EpisodeTold, limits: Limits) -> str:
    """The source of what is told, where it may assign that category; empty where there is none."""
    if told.source is None or told.category not in ASSIGNING_SOURCES:
        return ""
    sources = ASSIGNING_SOURCES[told.category].on(told.assigned_on or limits.last_date)
    return told.source.value if told.source in sources else ""


def _source_violations(
    told: EpisodeTold, source: System, day: date, part: str
) -> tuple[Violation, ...]:
    """An assignment needs a source of its category, a removal any source at all."""
    if source not in SOURCES:
        return (Violation(f"{part}source", Reason.CODE_UNKNOWN, source, "p7"),)
    category = told.category
    assigns = told.reason is None
    if assigns and category is not None and source not in ASSIGNING_SOURCES[category].on(day):
        return (
            Violation(f"{part}source", Reason.SOURCE_NOT_ALLOWED, f"{source}, {category}", "p7"),
        )
    return ()


def payment_violations(record: PaymentRecord, limits: Limits) -> tuple[Violation, ...]:
    """Everything that is wrong with a payment line by itself; empty where nothing is."""
    received_on, period = record.received_on, record.period
    if (
        received_on is not None
        and period is not None
        and limits.first_date <= received_on <= limits.last_date
        and limits.first_period <= period <= limits.last_period
    ):
        return record.violations
    return (
        *record.violations,
        *_outside("payment.received_date", received_on, limits),
        *_period_outside("payment.period", period, limits),
    )


def refund_violations(record: RefundRecord, limits: Limits) -> tuple[Violation, ...]:
    """Everything that is wrong with a refund line by itself; empty where nothing is."""
    return (
        *record.violations,
        *_outside("refund.refunded_date", record.refunded_on, limits),
        *_period_outside("refund.period", record.period, limits),
    )


def change_violations(record: RosterChangeRecord, limits: Limits) -> tuple[Violation, ...]:
    """Everything that is wrong with a change of staff by itself; empty where nothing is."""
    return (*record.violations, *_outside("change.changed_date", record.changed_on, limits))


def early_violations(field: str, day: date, limits: Limits) -> tuple[Violation, ...]:
    """Whether a day lies before the first that any line may name."""
    return (_date_limit(field, day, limits),) if day < limits.first_date else ()


def _outside(field: str, day: date | None, limits: Limits) -> Iterator[Violation]:
    if day is not None and not limits.first_date <= day <= limits.last_date:
        yield _date_limit(field, day, limits)


def _date_limit(field: str, day: date, limits: Limits) -> Violation:
    if day < limits.first_date:
        return Violation(field, Reason.DATE_TOO_EARLY, f"{day} < {limits.first_date}")
    return Violation(field, Reason.DATE_TOO_LATE, f"{day} > {limits.last_date}")


def _period_outside(field: str, period: Month | None, limits: Limits) -> Iterator[Violation]:
    if period is None:
        return
    if period < limits.first_period:
        value = f"{month_text(period)} < {month_text(limits.first_period)}"
        yield Violation(field, Reason.MONTH_TOO_EARLY, value)
    elif period > limits.last_period:
        value = f"{month_text(period)} > {month_text(limits.last_period)}"
        yield Violation(field, Reason.MONTH_TOO_LATE, value)


def body_violations(body: System, today: date) -> tuple[Violation, ...]:
    """Whether a body may send today (p. 62): it exists, and has not ended."""
    known = BODIES.get(body)
    if known is None:
        return (Violation("body", Reason.CODE_UNKNOWN, body, "p62"),)
    if not known.start <= today < known.end:
        return (Violation("body", Reason.BODY_ENDED, f"{body}, {known.end}", "p62"),)
    return ()


def comes_late(changed_on: date, today: date, parameters: Parameters) -> bool:
    """Whether a change of staff came later than the days of p. 65, counted from the day after."""
    return (today - changed_on).days > parameters.roster_change_days.on(today)


def crisis_window_open(applied_on: date, parameters: Parameters) -> bool:
    """Whether a person released from payment in a crisis may apply on a day (p. 21 item 13)."""
    window = parameters.crisis_window.on(applied_on)
    return window is not None and window[0] <= applied_on <= window[1]
