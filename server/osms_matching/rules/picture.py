"""The picture of a day: what is known of a set of people, for the rules to look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from osms_common.domain.codes import Category
from osms_common.domain.identifiers import Iin
from osms_matching.domain.decisions import MonthFound, Run
from osms_matching.domain.families import Place
from osms_matching.domain.reports import Lasting, Leave, LeaveKind, PersonReport, Report
from osms_matching.rules.categories import Law
from osms_matching.rules.families import Families, PlaceFound, families_on, places_on
from osms_matching.rules.listings import Barring, Key, Listing, barrings, listings
from osms_matching.rules.work import Work, months_before, work_by


@dataclass(frozen=True, slots=True)
class Picture:
    """What is known of a set of people on a day."""

    run: Run
    law: Law
    listed: Mapping[Key, Listing]
    barred: Mapping[Key, Barring]
    outgrown: frozenset[Iin]
    """Those with a leave record that ended when the youngest child turned three."""
    families: Families
    places: Mapping[Place, PlaceFound]
    work: Work

    @property
    def day(self) -> date:
        """The day of the matching."""
        return self.run.day

    def idle_months(self, person: Iin, category: Category) -> tuple[MonthFound, ...]:
        """The months that a grant looks at."""
        count = self.law.rules[category].idle.on(self.day)
        return months_before(self.work, person, self.day, count)

    def worked_months(self, person: Iin, category: Category) -> tuple[MonthFound, ...]:
        """The months that a withdrawal looks at."""
        count = self.law.rules[category].worked.on(self.day)
        return months_before(self.work, person, self.day, count)


def depict(reports: Iterable[Report], run: Run, law: Law, work: Work | None = None) -> Picture:
    """
    The picture of the day of *run*, by what was known then.

    Where the *work* of everybody is known already, no contributions are looked for.
    """
    day = run.day
    known = [report for report in reports if report.is_known_at(run.known)]
    holding = [r for r in known if not isinstance(r, Lasting) or r.holds_on(day)]
    families = families_on(holding, day, law.child_age_years.on(day))
    told = [report for report in holding if isinstance(report, PersonReport)]
    standing = [report for report in told if not _is_outgrown(report, families, day)]
    listed = listings(standing, day)
    on_leave = {person for person, category in listed if category is Category.ON_CHILD_LEAVE}
    return Picture(
        run,
        law,
        listed,
        barrings(told),
        frozenset(report.person for report in told if _is_outgrown(report, families, day)),
        families,
        places_on(families, on_leave - families.dead, day),
        work_by(known, day) if work is None else work,
    )


def _is_outgrown(report: PersonReport, families: Families, day: date) -> bool:
    """
    Whether it is a leave for the care of a child, and the youngest child has turned three.

    A leave for childbirth is for a child to come. A leave of whose child nothing is known stands;
    also one that began when the youngest who is known had turned three: it is for another.
    """
    if not isinstance(report, Leave) or report.kind is LeaveKind.CHILDBIRTH:
        return False
    children = families.children_of.get(report.person, ())
    grown_on = max((child.ages_on for child in children), default=None)
    return grown_on is not None and report.start < grown_on <= day
