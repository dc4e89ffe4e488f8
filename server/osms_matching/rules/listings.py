"""
Whom the source systems list for a category, as two tables: what lists, and what bars.

A report of a source that the Rules do not name for the category lists nobody. Whoever is barred is
not listed, so a holder who comes to be barred loses the category.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, NamedTuple, TypeVar

from osms_common.domain.codes import Category, System
from osms_common.domain.identifiers import Iin
from osms_matching.domain import reports as told
from osms_matching.domain.dated import Dated, since_order
from osms_matching.domain.decisions import Reason
from osms_matching.domain.reports import (
    DetentionKind,
    Level,
    PersonReport,
    PlacementKind,
    Residence,
)

_C = Category
_S = System


class Having(NamedTuple):
    """A field of a report has one of the values that count on the day."""

    field: str
    values: Dated[frozenset[object]]


def _having(field: str, provision: str, *values: object) -> Having:
    return Having(field, since_order(provision, frozenset(values)))


class Lists(NamedTuple):
    """Reports of a kind, from one source, list their persons for a category."""

    category: Category
    report: type[PersonReport]
    source: System
    provision: str
    having: Having | None = None


_SERVED: Final = _having("minimum_security", "p20.8", False)
_REMAND: Final = _having("kind", "p20.9", DetentionKind.REMAND)
_HOUSE_ARREST: Final = _having("kind", "p20.9", DetentionKind.HOUSE_ARREST)
_CRISIS_LEVELS: Final = _having("level", "p54.2", Level.D, Level.E)

LISTS: Final = (
    Lists(_C.CHILD, told.Childhood, _S.MOE, "p22"),
    Lists(_C.CHILD, told.Childhood, _S.MOJ, "p23"),
    Lists(_C.PREGNANT, told.Pregnancy, _S.MOH, "p25"),
    Lists(_C.ON_CHILD_LEAVE, told.Leave, _S.MOH, "p32"),
    Lists(_C.ON_CHILD_LEAVE, told.Leave, _S.MLSPP, "p31"),
    Lists(_C.DISABLED_CHILD_ALLOWANCE, told.DisabledChildAllowance, _S.MLSPP, "p34"),
    Lists(_C.GROUP_ONE_CARE, told.GroupOneCareAllowance, _S.MLSPP, "p36"),
    Lists(_C.PENSIONER, told.Pension, _S.MLSPP, "p38"),
    Lists(_C.CONVICT, told.Sentence, _S.MIA_CAD, "p40", _SERVED),
    Lists(_C.REMAND, told.Detention, _S.CLSSA, "p42", _REMAND),
    Lists(_C.REMAND, told.Detention, _S.MIA_CAD, "p41", _REMAND),
    Lists(_C.HOUSE_ARREST, told.Detention, _S.CLSSA, "p42", _HOUSE_ARREST),
    Lists(_C.HOUSE_ARREST, told.Detention, _S.MIA_CAD, "p41", _HOUSE_ARREST),
    Lists(_C.KANDAS, told.KandasStatus, _S.MLSPP, "p44"),
    Lists(_C.AWARDED_MOTHER, told.MotherAward, _S.MLSPP, "p46"),
    Lists(_C.DISABILITY, told.Disability, _S.MLSPP, "p47"),
    Lists(_C.STUDENT, told.FullTimeStudy, _S.MOSHE, "p48"),
    Lists(_C.STUDENT, told.FullTimeStudy, _S.MOE, "p7.1"),
    Lists(_C.TARGETED_ASSISTANCE, told.TargetedAssistance, _S.MLSPP, "p49"),
    Lists(_C.UNEMPLOYED, told.UnemployedRegistration, _S.MLSPP, "p56"),
    Lists(_C.CRISIS_LEVEL, told.FamilyCardLevel, _S.DFC, "p59", _CRISIS_LEVELS),
    Lists(_C.TREATY, told.TreatyStay, _S.FWIS, "p61"),
    Lists(_C.TREATY, told.TreatyStay, _S.MPIS, "p61"),
)
"""
What lists for which category; where several do, the first assigns it. Whom civil acts list for R03
stands in `families`.
"""


class Bars(NamedTuple):
    """
    Reports of a kind bar their persons from a category, for a reason by the value of a field.

    Where a source says otherwise of the same day, the person is not barred.
    """

    category: Category
    report: type[PersonReport]
    sources: tuple[System, ...]
    provision: str
    field: str
    reasons: Mapping[object, Reason]


_FOREIGNERS: Final[Mapping[object, Reason]] = {
    Residence.PERMANENT_RESIDENT: Reason.FOREIGNER,
    Residence.TEMPORARY_STAY: Reason.FOREIGNER,
}
_STAYING: Final[Mapping[object, Reason]] = {Residence.TEMPORARY_STAY: Reason.TEMPORARY_STAY}
_PLACED: Final[Mapping[object, Reason]] = {
    PlacementKind.SUBSIDISED_JOB: Reason.SUBSIDISED_JOB,
    PlacementKind.ON_THE_JOB_TRAINING: Reason.ON_THE_JOB_TRAINING,
}
_RESIDENCE: Final = (_S.MPIS, _S.MIA_CAD, _S.CLSSA)

BARS: Final = (
    Bars(_C.CONVICT, told.ResidenceStatus, _RESIDENCE, "p40", "residence", _FOREIGNERS),
    Bars(_C.REMAND, told.ResidenceStatus, _RESIDENCE, "p42", "residence", _STAYING),
    Bars(_C.HOUSE_ARREST, told.ResidenceStatus, _RESIDENCE, "p42", "residence", _STAYING),
    Bars(_C.UNEMPLOYED, told.Placement, (_S.MLSPP,), "p54.1", "kind", _PLACED),
)


class Listing(NamedTuple):
    """Who lists a person for a category, and which paragraph says so."""

    source: System
    provision: str


class Barring(NamedTuple):
    """Why a person is not taken to be listed, who says so, and by which paragraph."""

    reason: Reason
    source: System
    provision: str


Key = tuple[Iin, Category]
Row = TypeVar("Row", Lists, Bars)


def listings(reports: Iterable[PersonReport], day: date) -> dict[Key, Listing]:
    """Who is listed for what by the reports of *day*, and by whom: the first in the table."""
    found: defaultdict[Key, set[int]] = defaultdict(set)
    for report in reports:
        for place, row in _LISTED_BY.get(type(report), ()):
            if report.source is row.source and _counts(report, row.having, day):
                found[report.person, row.category].add(place)
    return {key: _LISTING[min(places)] for key, places in found.items()}


def _counts(report: PersonReport, having: Having | None, day: date) -> bool:
    return having is None or getattr(report, having.field) in having.values.on(day)


def barrings(reports: Iterable[PersonReport]) -> dict[Key, Barring]:
    """Who is barred from what by the reports of a day."""
    told_of: defaultdict[tuple[Iin, type], list[PersonReport]] = defaultdict(list)
    for report in reports:
        told_of[report.person, type(report)].append(report)
    found: dict[Key, Barring] = {}
    for (person, kind), theirs in told_of.items():
        for _, row in _BARRED_BY.get(kind, ()):
            barring = _barring(row, theirs)
            if barring is not None:
                found[person, row.category] = barring
    return found


def _barring(row: Bars, reports: Iterable[PersonReport]) -> Barring | None:
    """The reason, the first in the table of several; None where a source says otherwise."""
    said = {
        (row.reasons.get(getattr(report, row.field)), report.source)
        for report in reports
        if report.source in row.sources
    }
    reasons = {reason for reason, _ in said}
    if not said or None in reasons:
        return None
    first = next(reason for reason in row.reasons.values() if reason in reasons)
    source = min((source for reason, source in said if reason is first), key=row.sources.index)
    return Barring(first, source, row.provision)


def _by_report(rows: Iterable[Row]) -> dict[type, list[tuple[int, Row]]]:
    """The rows by the kind of report, each with its place in the table."""
    by_report: defaultdict[type, list[tuple[int, Row]]] = defaultdict(list)
    for place, row in enumerate(rows):
        by_report[row.report].append((place, row))
    return dict(by_report)


_LISTING: Final = tuple(Listing(row.source, row.provision) for row in LISTS)
_LISTED_BY: Final = _by_report(LISTS)
_BARRED_BY: Final = _by_report(BARS)
