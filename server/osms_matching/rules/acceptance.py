"""
What is accepted of a report or contribution by itself: who may report it, its days, its persons.

What is known already (the line that a refund names, the record that is withdrawn) is judged where
it is known.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

from osms_common.domain.calendar import Month, later, month, month_of, month_text
from osms_common.domain.codes import System
from osms_common.domain.identifiers import Iin
from osms_common.domain.violations import Reason, Violation
from osms_matching.domain.contributions import Contribution, ContributionRefund
from osms_matching.domain.families import Application, Death, Guardianship, Marriage, Parentage
from osms_matching.domain.reports import Lasting, Report
from osms_matching.rules.listings import BARS, LISTS

_OF_FAMILIES: Final[Mapping[type[Report], System]] = {
    Parentage: System.MOJ,
    Marriage: System.MOJ,
    Death: System.MOJ,
    Guardianship: System.MOE,
    Application: System.STATE_CORPORATION,
}
"""Who reports what families are made of (p. 28-30)."""


def _reporters() -> Mapping[type[Report], frozenset[System]]:
    found: defaultdict[type[Report], set[System]] = defaultdict(set)
    for listing in LISTS:
        found[listing.report].add(listing.source)
    for bar in BARS:
        found[bar.report].update(bar.sources)
    for kind, source in _OF_FAMILIES.items():
        found[kind].add(source)
    return {kind: frozenset(sources) for kind, sources in found.items()}


REPORTERS: Final = _reporters()
"""Which systems may report what: those of which the Rules take it, and no others."""

_FIRST_DAY: Final = date(1900, 1, 1)
_FIRST_PERIOD: Final = month(1998, 1)
"""Pension contributions are paid since 1998."""
_PERIOD_MONTHS_AHEAD: Final = 12
_YEARS_AHEAD: Final = 3


@dataclass(frozen=True)
class Limits:
    """The days and months, all included, that a line may name *today*."""

    today: date

    @cached_property
    def last_start(self) -> date:
        """The last day on which what is reported may begin: leaves are granted ahead."""
        return date(self.today.year + _YEARS_AHEAD, 12, 31)

    @cached_property
    def last_period(self) -> Month:
        """The last month that may be paid for."""
        return later(month_of(self.today), _PERIOD_MONTHS_AHEAD)


def report_violations(
    kind: type[Report], report: Report | None, sender: System, limits: Limits
) -> tuple[Violation, ...]:
    """
    Everything that is wrong with a report of *sender* by itself, but for the form of its fields.

    Fields are told by their names within the report; the report itself has none.
    """
    found: list[Violation] = []
    if sender not in REPORTERS[kind]:
        found.append(Violation("", Reason.REPORT_NOT_YOURS, kind.__name__, "p7"))
    if report is not None:
        found += _of_days(report, limits)
        found += _of_persons(report)
    return tuple(found)


def contribution_violations(contribution: Contribution, limits: Limits) -> tuple[Violation, ...]:
    """Everything that is wrong with a line of a payment by itself, but for its fields."""
    return (
        *_passed("contribution.paid_date", contribution.paid_on, limits.today),
        *_period("contribution.period", contribution.period, limits),
    )


def refund_violations(refund: ContributionRefund, limits: Limits) -> tuple[Violation, ...]:
    """Everything that is wrong with a refund by itself, but for its fields."""
    return (
        *_passed("refund.refunded_date", refund.refunded_on, limits.today),
        *_period("refund.period", refund.period, limits),
    )


def _of_days(report: Report, limits: Limits) -> Iterator[Violation]:
    if isinstance(report, Lasting):
        start, end = report.start, report.end
        if start < _FIRST_DAY:
            yield Violation("days.start_date", Reason.DATE_TOO_EARLY, _below(start))
        if start > limits.last_start:
            value = f"{start} > {limits.last_start}"
            yield Violation("days.start_date", Reason.DATE_TOO_LATE, value)
        if end <= start:
            value = f"{end} <= {start}"
            yield Violation("days.end_date", Reason.ENDS_BEFORE_START, value)
    if isinstance(report, (Parentage, Guardianship)):
        yield from _passed("birth_date", report.born_on, limits.today)
    if isinstance(report, Death):
        yield from _passed("death_date", report.died_on, limits.today)


def _of_persons(report: Report) -> Iterator[Violation]:
    named: Mapping[str, Iin | None] = {}
    match report:
        case Parentage(child=child, mother=mother, father=father):
            named = {"child_iin": child, "mother_iin": mother, "father_iin": father}
            if mother is None and father is None:
                yield Violation("mother_iin", Reason.PARENT_MISSING)
        case Guardianship(child=child, guardian=guardian):
            named = {"child_iin": child, "guardian_iin": guardian}
        case Marriage(husband=husband, wife=wife):
            named = {"husband_iin": husband, "wife_iin": wife}
        case Application(person=person, child=child):
            named = {"iin": person, "child_iin": child}
        case _:
            return
    counts = Counter(iin for iin in named.values() if iin is not None)
    for field, iin in reversed(named.items()):
        if iin is not None and counts[iin] > 1:
            others = [name for name, other in named.items() if other == iin and name != field]
            yield Violation(field, Reason.SAME_PERSON, ", ".join(others))
            return


def _passed(field: str, day: date, today: date) -> Iterator[Violation]:
    """A day of what has happened."""
    if day < _FIRST_DAY:
        yield Violation(field, Reason.DATE_TOO_EARLY, _below(day))
    if day > today:
        yield Violation(field, Reason.DATE_IN_FUTURE, f"{day} > {today}")


def _period(field: str, period: Month, limits: Limits) -> Iterator[Violation]:
    if period < _FIRST_PERIOD:
        value = f"{month_text(period)} < {month_text(_FIRST_PERIOD)}"
        yield Violation(field, Reason.MONTH_TOO_EARLY, value)
    if period > limits.last_period:
        value = f"{month_text(period)} > {month_text(limits.last_period)}"
        yield Violation(field, Reason.MONTH_TOO_LATE, value)


def _below(day: date) -> str:
    return f"{day} < {_FIRST_DAY}"
