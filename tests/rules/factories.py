"""
Facts about one person, valid by default and written in few words.

Days are written as `2026-03-01` and months as `2026-03`. Since when a fact is known is written as
an instant in Almaty; a bare day is noon of that day. What does not say since when it is known was
known long before, so that nothing was ever told otherwise and no day is held.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

import pytest
from _pytest.mark import MarkDecorator

from osms_common.domain.calendar import ALMATY, Month, first_day, later, month_of
from osms_common.domain.codes import Budget, Category, PayerKind, System
from osms_common.domain.revision import Revision, next_revision
from osms_server.domain.facts import (
    CategoryAssigned,
    CategoryRemoved,
    DocumentRegistered,
    Fact,
    IncidentClosed,
    IncidentDeclared,
    LapseLifted,
    LapseRecorded,
    Overlays,
    PaymentReceived,
    PaymentRefunded,
    PersonFacts,
    RegistrationRevoked,
    RosterMark,
)
from osms_server.domain.timeline import GroundCode, Timeline, stretch_on
from osms_server.rules.engine import NO_OVERLAYS, decide
from osms_server.rules.parameters import LAW, Parameters

OverlayFact = IncidentDeclared | IncidentClosed | LapseRecorded | LapseLifted

LONG_AGO: Final = "2010-01-01"
MUCH_LATER: Final = "2040-01-01"

_NOON: Final = time(12)
_KIND_OF_FACT: Final[Mapping[type, str]] = {
    CategoryAssigned: "assigned",
    CategoryRemoved: "removed",
    PaymentReceived: "payments",
    PaymentRefunded: "refunds",
    RosterMark: "roster",
    DocumentRegistered: "registered",
    RegistrationRevoked: "revoked",
    IncidentDeclared: "declared",
    IncidentClosed: "closed",
    LapseRecorded: "recorded",
    LapseLifted: "lifted",
}


def day(text: str) -> date:
    """The day that *text* writes."""
    return date.fromisoformat(text)


def in_month(text: str) -> Month:
    """The month that *text* writes."""
    return month_of(date.fromisoformat(f"{text}-01"))


def months(first: str, last: str) -> list[Month]:
    """The months from *first* to *last*, both included."""
    return [Month(number) for number in range(in_month(first), in_month(last) + 1)]


def instant(text: str) -> datetime:
    """The instant that *text* writes in Almaty; a bare day is noon of it."""
    moment = datetime.fromisoformat(text)
    if len(text) == len("2026-03-01"):
        moment = datetime.combine(moment.date(), _NOON)
    return moment.replace(tzinfo=ALMATY).astimezone(UTC)


def at(text: str, commit: int = 0) -> Revision:
    """The revision of the commit at an instant; *commit* numbers those of one instant."""
    return Revision(next_revision(Revision(0), instant(text)) + commit)


def assigned(
    category: str, on: str, *, source: System = System.MLSPP, known: str = LONG_AGO
) -> CategoryAssigned:
    """A category, or with F01 a treaty listing, begins on a day."""
    return CategoryAssigned(Category(category), day(on), source, at(known))


def removed(
    category: str,
    assigned_on: str,
    on: str,
    *,
    reason: str = "ENDED",
    known: str = LONG_AGO,
    arrived: str | None = None,
) -> CategoryRemoved:
    """The episode of a category that began on *assigned_on* ends on a day."""
    fact = CategoryRemoved(
        Category(category), day(assigned_on), day(on), System.MLSPP, reason, at(known)
    )
    return fact if arrived is None else fact._replace(arrived=at(arrived))


def episode(
    category: str, on: str, removed_on: str, *, reason: str = "ENDED"
) -> tuple[CategoryAssigned, CategoryRemoved]:
    """A category from one day until another."""
    return assigned(category, on), removed(category, on, removed_on, reason=reason)


def paid(  # noqa: PLR0913 - each says one thing about a payment line
    period: str | Month,
    on: str | date | None = None,
    *,
    kind: PayerKind = PayerKind.EMPLOYER,
    code: int = 122,
    amount: int = 4_250_00,
    reference: str = "A1",
    known: str = LONG_AGO,
) -> PaymentReceived:
    """A month is paid, on the 25th of the month after it unless the day is given."""
    of = in_month(period) if isinstance(period, str) else period
    received_on = day(on) if isinstance(on, str) else on or due_day(of)
    return PaymentReceived(reference, of, code, received_on, amount, kind, at(known))


def paid_months(
    first: str, last: str, on: str | None = None, *, kind: PayerKind = PayerKind.EMPLOYER
) -> list[PaymentReceived]:
    """All months from *first* to *last* are paid, each when it is due unless the day is given."""
    return [paid(month, on, kind=kind) for month in months(first, last)]


def due_day(of: Month) -> date:
    """The 25th of the month after a month."""
    return first_day(later(of, 1)) + timedelta(days=24)


def refunded(
    period: str,
    on: str,
    *,
    code: int = 122,
    amount: int = 4_250_00,
    reference: str = "A1",
    known: str = LONG_AGO,
) -> PaymentRefunded:
    """A payment line is given back, all of it unless the amount is given."""
    return PaymentRefunded(reference, in_month(period), code, day(on), amount, at(known))


def listed(
    arrived: str, *, body: System = System.DEFENCE, ordinal: int = 0, known: str | None = None
) -> RosterMark:
    """A body lists the person; it is known from the arrival on unless said otherwise."""
    return RosterMark(body, at(arrived), ordinal, True, at(known or arrived))


def unlisted(
    arrived: str, *, body: System = System.DEFENCE, ordinal: int = 0, known: str | None = None
) -> RosterMark:
    """A body lists the person no more."""
    return RosterMark(body, at(arrived), ordinal, False, at(known or arrived))


def registered(
    category: str, on: str, *, registration_id: str = "g1", known: str = LONG_AGO
) -> DocumentRegistered:
    """The Fund registers the person, who applied on a day."""
    return DocumentRegistered(registration_id, Category(category), day(on), at(known))


def revoked(on: str, *, registration_id: str = "g1") -> RegistrationRevoked:
    """A supervisor revokes a registration on a day."""
    return RegistrationRevoked(registration_id, at(on))


def failed(
    since: str, *systems: System, code: str = "I1", known: str = LONG_AGO
) -> IncidentDeclared:
    """Systems fail on a day."""
    return IncidentDeclared(code, frozenset(systems), day(since), at(known))


def repaired(until: str, *, code: str = "I1", known: str = LONG_AGO) -> IncidentClosed:
    """The failure had its last day."""
    return IncidentClosed(code, day(until), at(known))


def unpaid(
    since: str,
    *,
    budget: Budget = Budget.REPUBLICAN,
    lapse_id: str = "n1",
    known: str = LONG_AGO,
) -> LapseRecorded:
    """A budget has paid nothing since a month."""
    return LapseRecorded(lapse_id, budget, in_month(since), at(known))


def paid_again(on: str, *, lapse_id: str = "n1") -> LapseLifted:
    """The budget pays again; it is recorded on a day."""
    return LapseLifted(lapse_id, at(on))


def person(*facts: Fact) -> PersonFacts:
    """The facts of a person, each kind in the order in which it became known."""
    return PersonFacts(**_by_kind(facts))


def overlay(*facts: OverlayFact) -> Overlays:
    """What concerns many people at once."""
    return Overlays(**_by_kind(facts))


def _by_kind(facts: Iterable[Fact | OverlayFact]) -> dict[str, tuple[Any, ...]]:
    found: defaultdict[str, list[Fact | OverlayFact]] = defaultdict(list)
    for fact in sorted(facts, key=lambda fact: fact.known):
        found[_KIND_OF_FACT[type(fact)]].append(fact)
    return {kind: tuple(of_kind) for kind, of_kind in found.items()}


def timeline_of(
    facts: PersonFacts,
    *,
    overlays: Overlays = NO_OVERLAYS,
    parameters: Parameters = LAW,
    known: str = MUCH_LATER,
) -> Timeline:
    """The timeline of a person as known at an instant."""
    return decide(facts, parameters, known=at(known), overlays=overlays)


def shown(grounds: Iterable[GroundCode]) -> str:
    """Grounds as the tables write them: `CATEGORY R01 p9.1, PAYER p10.1`; a dash for none."""
    return ", ".join(map(_shown, grounds)) or "-"


def _shown(ground: GroundCode) -> str:
    category = f" {ground.category}" if ground.category else ""
    return f"{ground.kind.name}{category} {ground.provision}"


def grounds_on(timeline: Timeline, on: date) -> str:
    """The grounds of a day as the tables write them."""
    stretch = stretch_on(timeline, on)
    return shown(stretch.grounds if stretch else ())


class Case(NamedTuple):
    """A life, and the grounds expected on days of it, as `shown` writes them."""

    facts: PersonFacts
    expected: Mapping[str, str]
    overlays: Overlays = NO_OVERLAYS


def each_day(cases: Mapping[str, Case]) -> MarkDecorator:
    """One test for every day of every case, called with *case*, *on* and *expected*."""
    return pytest.mark.parametrize(
        ("case", "on", "expected"),
        [
            pytest.param(case, on, expected, id=f"{name}: {on}")
            for name, case in cases.items()
            for on, expected in case.expected.items()
        ],
    )


def answer(case: Case, on: str) -> str:
    """The grounds of a case on a day."""
    return grounds_on(timeline_of(case.facts, overlays=case.overlays), day(on))


def just_before(text: str) -> str:
    """The last millisecond before an instant, written in Almaty."""
    moment = instant(text) - timedelta(milliseconds=1)
    return moment.astimezone(ALMATY).replace(tzinfo=None).isoformat()
