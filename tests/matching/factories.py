"""
People, and what is reported about them, in few words.

Days are written as `2026-03-01` and months as `2026-03`. What does not say since when it is known
was always known; what does not say on which days it holds, holds on all.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from osms_common.domain.calendar import FOREVER, month_of
from osms_common.domain.codes import Category, System
from osms_common.domain.identifiers import Iin
from osms_matching.domain.contributions import Contribution, ContributionKind, ContributionRefund
from osms_matching.domain.decisions import Decision, Matching, Run, RunKind
from osms_matching.domain.families import (
    Application,
    Death,
    Guardianship,
    Marriage,
    Parentage,
    Place,
)
from osms_matching.domain.grants import NOTHING_GRANTED, Grant
from osms_matching.domain.reports import Known, Leave, LeaveKind, PersonReport, Report
from osms_matching.rules.categories import LAW, Law
from osms_matching.rules.matching import match
from tests.people import people

ALWAYS: Final = Known(0)
LATEST: Final = Known(1_000)
LONG_AGO: Final = date(2000, 1, 1)
SINCE: Final = date(2026, 1, 15)
"""The day on which a grant before the matching was assigned."""

ASEL, BOLAT, DANA, ERLAN, GULNAR, KAIRAT, CHILD, SIBLING, BABY, COUSIN = (
    Iin(int(text)) for text in people(10)
)
MOTHER: Final = ASEL
FATHER: Final = BOLAT

_DEFAULT: Final = {"known": ALWAYS, "start": LONG_AGO, "end": FOREVER}


def day(text: str) -> date:
    """The day that *text* writes."""
    return date.fromisoformat(text)


def _told(since: str | None, until: str | None, known: int) -> dict[str, Any]:
    return {
        "start": day(since) if since else LONG_AGO,
        "end": day(until) if until else FOREVER,
        "known": Known(known),
    }


def listed(
    report: type[PersonReport],
    person: Iin = ASEL,
    /,
    *,
    since: str | None = None,
    until: str | None = None,
    known: int = 0,
    **fields: object,
) -> PersonReport:
    """A report of a kind about a person, from *since* until *until*."""
    more: dict[str, Any] = fields
    return report(person=person, **_told(since, until, known), **more)


def leave(
    person: Iin = MOTHER,
    *,
    since: str | None = None,
    until: str | None = None,
    kind: LeaveKind = LeaveKind.CHILD_CARE,
    known: int = 0,
) -> Leave:
    """A leave record, for the care of a child where nothing else is said."""
    return Leave(person=person, kind=kind, source=System.MLSPP, **_told(since, until, known))


def born(
    child: Iin = CHILD,
    on: str = "2026-01-01",
    *,
    mother: Iin | None = MOTHER,
    father: Iin | None = FATHER,
    until: str | None = None,
    known: int = 0,
) -> Parentage:
    """A child in the civil acts, with its parents."""
    return Parentage(
        child=child, born_on=day(on), mother=mother, father=father, **_told(on, until, known)
    )


def guarded(
    child: Iin = CHILD,
    by: Iin = DANA,
    on: str = "2026-01-01",
    *,
    since: str | None = None,
    until: str | None = None,
) -> Guardianship:
    """A child with an adopter or guardian; *on* is its birth."""
    return Guardianship(child=child, born_on=day(on), guardian=by, **_told(since, until, 0))


def married(husband: Iin = FATHER, wife: Iin = MOTHER, *, until: str | None = None) -> Marriage:
    """A marriage, until its divorce."""
    return Marriage(husband=husband, wife=wife, **_told(None, until, 0))


def applied(
    person: Iin = FATHER,
    child: Iin | None = None,
    *,
    since: str | None = None,
    until: str | None = None,
) -> Application:
    """A father applied to have the place."""
    return Application(person=person, child=child, **_told(since, until, 0))


def died(person: Iin, on: str, *, known: int = 0) -> Death:
    """Somebody died."""
    return Death(person=person, died_on=day(on), known=Known(known))


def paid(
    on: str,
    person: Iin = ASEL,
    *,
    amount: int = 8_500_00,
    kind: ContributionKind = ContributionKind.PENSION_CONTRIBUTION,
    reference: str | None = None,
    known: int = 0,
) -> Contribution:
    """A contribution made on a day; its reference is that day, unless another is given."""
    return Contribution(
        person=person,
        kind=kind,
        reference=reference or on,
        period=month_of(day(on)),
        paid_on=day(on),
        amount=amount,
        known=Known(known),
    )


def refunded(
    of: Contribution, on: str, *, amount: int | None = None, known: int = 0
) -> ContributionRefund:
    """A contribution is given back on a day, in full unless an amount is given."""
    return ContributionRefund(
        person=of.person,
        kind=of.kind,
        reference=of.reference,
        period=of.period,
        refunded_on=day(on),
        amount=of.amount if amount is None else amount,
        known=Known(known),
    )


def worked(*months: str, person: Iin = ASEL) -> list[Contribution]:
    """A contribution on the tenth of each month."""
    return [paid(f"{month}-10", person) for month in months]


def held(
    category: str, person: Iin = ASEL, *, places: Iterable[Place] = (), since: date = SINCE
) -> Grant:
    """A category that a person holds before the matching."""
    return Grant(person, Category(category), since, System.MLSPP, frozenset(places))


def matched(
    on: str,
    *reports: Report,
    before: Iterable[Grant] = NOTHING_GRANTED,
    known: int = LATEST,
    law: Law = LAW,
    kind: RunKind = RunKind.MONTHLY,
) -> Matching:
    """The matching of a day, of all categories unless *kind* says otherwise."""
    return match(reports, frozenset(before), Run(day(on), Known(known), kind), law)


def only(matching: Matching, category: str, person: Iin = ASEL) -> Decision:
    """What was decided about a category of a person; there is one decision."""
    (decision,) = (d for d in matching.of(person) if d.category == category)
    return decision


def told(matching: Matching) -> set[tuple[Iin, str, str]]:
    """What was decided: the person, the category, and outcome and reason in one."""
    return {(d.person, str(d.category), f"{d.outcome} {d.reason}") for d in matching.decisions}


def holders(matching: Matching) -> dict[Iin, set[str]]:
    """Who holds what after a matching."""
    found: dict[Iin, set[str]] = {}
    for grant in matching.grants:
        found.setdefault(grant.person, set()).add(str(grant.category))
    return found
