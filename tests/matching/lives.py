"""
Invented lives of a few people who meet each other, and the matchings that look at them.

Everything falls on a few days about the ends of months and a 29 February, and becomes known at a
few ordinals, so that things fall together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from hypothesis import strategies as st

from osms_common.domain.calendar import (
    FOREVER,
    ONE_DAY,
    Month,
    first_day,
    last_day,
    later,
    month,
)
from osms_common.domain.codes import Category, System
from osms_common.domain.identifiers import Iin
from osms_matching.domain.contributions import Contribution, ContributionKind, ContributionRefund
from osms_matching.domain.decisions import Run, RunKind
from osms_matching.domain.families import (
    Application,
    Death,
    Guardianship,
    Marriage,
    Parentage,
)
from osms_matching.domain.grants import NOTHING_GRANTED, Grant, Grants
from osms_matching.domain.reports import (
    NEVER,
    Childhood,
    Detention,
    DetentionKind,
    FamilyCardLevel,
    FullTimeStudy,
    Known,
    Leave,
    LeaveKind,
    Level,
    Pension,
    Placement,
    PlacementKind,
    Pregnancy,
    Report,
    Residence,
    ResidenceStatus,
    Sentence,
    TargetedAssistance,
    TreatyStay,
    UnemployedRegistration,
)
from tests.matching.factories import (
    ASEL,
    BABY,
    BOLAT,
    CHILD,
    DANA,
    ERLAN,
    LONG_AGO,
    SIBLING,
)

ADULTS: Final = (ASEL, BOLAT, DANA, ERLAN)
CHILDREN: Final = (CHILD, SIBLING, BABY)
DAYS: Final = (
    date(2027, 2, 28),
    date(2027, 3, 1),
    date(2027, 2, 15),
    date(2027, 3, 31),
    date(2027, 4, 1),
    date(2027, 5, 15),
)
BIRTHS: Final = (
    date(2026, 6, 1),
    date(2024, 2, 29),
    date(2024, 2, 28),
    date(2024, 3, 1),
    date(2024, 4, 1),
    date(2020, 1, 1),
)
MONTHS: Final = tuple(later(month(2026, 11), count) for count in range(7))
"""The months in which somebody may have paid."""


@dataclass(frozen=True)
class Life:
    """What is reported, who holds what before the first matching, and the matchings."""

    reports: tuple[Report, ...]
    before: Grants
    runs: tuple[Run, ...]


_KNOWN: Final = st.sampled_from([0, 0, 0, 1, 2, 3]).map(Known)
_WITHDRAWN: Final = st.sampled_from([*[NEVER] * 7, Known(1), Known(2), Known(3)])
_STARTS: Final = st.sampled_from([*[LONG_AGO] * 6, *DAYS])
_ENDS: Final = st.sampled_from([*[FOREVER] * 6, *DAYS])
_ADULTS: Final = st.sampled_from(ADULTS)
_CHILDREN: Final = st.sampled_from(CHILDREN)
_BIRTHS: Final = st.sampled_from(BIRTHS)
_KINDS: Final = st.sampled_from(list(ContributionKind))
_RUN_KINDS: Final = st.sampled_from([RunKind.MONTHLY, RunKind.DAILY])


def _lasting(report: type[Any], /, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A report of a kind on some days."""
    return st.builds(
        report, start=_STARTS, end=_ENDS, known=_KNOWN, withdrawn=_WITHDRAWN, **fields
    )


def _of(report: type[Any], /, *sources: System, **fields: st.SearchStrategy[Any]) -> Any:  # noqa: ANN401
    return _lasting(report, person=_ADULTS, source=st.sampled_from(sources), **fields)


SINGLE: Final = (
    _of(UnemployedRegistration, System.MLSPP),
    _of(FamilyCardLevel, System.DFC, level=st.sampled_from([Level.D, Level.E, Level.C])),
    _of(TargetedAssistance, System.MLSPP),
    _of(Pregnancy, System.MOH, System.MOJ),
    _of(FullTimeStudy, System.MOE, System.MOSHE, System.MOJ),
    _of(Placement, System.MLSPP, kind=st.sampled_from(list(PlacementKind))),
    _of(Detention, System.CLSSA, System.MIA_CAD, kind=st.sampled_from(list(DetentionKind))),
    _of(Sentence, System.MIA_CAD, minimum_security=st.booleans()),
    _of(ResidenceStatus, System.MPIS, residence=st.sampled_from(list(Residence))),
    _of(Pension, System.MLSPP),
    _of(Childhood, System.MOE, System.MOJ),
    _of(TreatyStay, System.FWIS, System.MPIS),
)
FAMILY: Final = (
    _lasting(
        Parentage,
        child=_CHILDREN,
        born_on=_BIRTHS,
        mother=st.sampled_from([ASEL, DANA, None]),
        father=st.sampled_from([BOLAT, ERLAN, None]),
    ),
    _of(Leave, System.MOH, System.MLSPP, kind=st.sampled_from(list(LeaveKind))),
    _lasting(
        Marriage, husband=st.sampled_from([BOLAT, ERLAN]), wife=st.sampled_from([ASEL, DANA])
    ),
    _lasting(Application, person=_ADULTS, child=st.sampled_from([None, *CHILDREN])),
    _lasting(Guardianship, child=_CHILDREN, born_on=_BIRTHS, guardian=_ADULTS),
    st.builds(
        Death,
        person=st.sampled_from([*CHILDREN, *ADULTS]),
        died_on=st.sampled_from(DAYS),
        known=_KNOWN,
        withdrawn=_WITHDRAWN,
    ),
)


@st.composite
def contributions(draw: st.DrawFn) -> list[Report]:
    """In some of the months, on the first, last or another day; some of it is given back."""
    chosen = draw(st.integers(0, 2 ** (len(MONTHS) * len(ADULTS)) - 1))
    pairs = [(person, of) for of in reversed(MONTHS) for person in ADULTS]
    told: list[Report] = []
    for place, (person, of) in enumerate(pairs):
        if chosen >> place & 1:
            line = draw(_lines(person, of))
            told.append(line)
            if draw(st.integers(0, 5)) == 0:
                told.append(draw(_refunds(line)))
    return told


def _lines(person: Iin, of: Month) -> st.SearchStrategy[Contribution]:
    return st.builds(
        Contribution,
        person=st.just(person),
        kind=_KINDS,
        reference=st.just("A"),
        period=st.just(of),
        paid_on=st.sampled_from([first_day(of), last_day(of), first_day(of) + ONE_DAY]),
        amount=st.integers(1, 2),
        known=_KNOWN,
        withdrawn=_WITHDRAWN,
    )


def _refunds(line: Contribution) -> st.SearchStrategy[ContributionRefund]:
    return st.builds(
        ContributionRefund,
        person=st.just(line.person),
        kind=st.just(line.kind),
        reference=st.just(line.reference),
        period=st.just(line.period),
        refunded_on=st.sampled_from([line.paid_on, *DAYS]),
        amount=st.integers(1, 2),
        known=_KNOWN,
        withdrawn=_WITHDRAWN,
    )


@st.composite
def grants(draw: st.DrawFn) -> Grants:
    """Who holds what before the first matching, of which nobody knows the places."""
    held = draw(
        st.sets(
            st.tuples(
                _ADULTS,
                st.sampled_from([*["R03", "R04", "R14", "L01", "L02", "R07", "R09b"]]).map(
                    Category
                ),
            ),
            max_size=4,
        )
    )
    couples = {Category.RAISING_CHILD, Category.ON_CHILD_LEAVE}
    before = {}
    for person, category in sorted(held):
        group = "couples" if category in couples else category
        since = draw(st.sampled_from([date(2026, 1, 15), date(2026, 5, 15)]))
        before[person, group] = Grant(person, category, since, System.MLSPP)
    return frozenset(before.values())


def _many(strategy: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[list[Any]]:
    """Up to *most*, as often many as few."""
    return st.integers(0, most).flatmap(lambda n: st.lists(strategy, min_size=n, max_size=n))


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """Some reports in any order, and some matchings in order of day and of what is known."""
    told = [
        *draw(_many(st.one_of(*SINGLE), 6)),
        *draw(_many(FAMILY[0], 4)),
        *draw(_many(FAMILY[1], 2)),
        *draw(_many(st.one_of(*FAMILY[2:]), 3)),
        *draw(contributions()),
    ]
    days = sorted(draw(_many(st.sampled_from(DAYS), 4)))
    known = sorted(draw(st.lists(st.integers(0, 3), min_size=len(days), max_size=len(days))))
    runs = tuple(
        Run(day, Known(at), draw(_RUN_KINDS)) for day, at in zip(days, known, strict=True)
    )
    before = draw(st.one_of(st.just(NOTHING_GRANTED), grants()))
    if draw(st.booleans()):
        told.reverse()
    return Life(tuple(told), before, runs)
