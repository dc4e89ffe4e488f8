"""
The matching a second time, by a clerk who reads every report anew for every question.

It shares with the product only the words in which reports and grants are told. Each category has
its own sentence, months are gone through day by day, and nothing is kept for the next question.
Who has the place of a couple is told in `oracle_couples`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final, TypeVar

from osms_common.domain.codes import System
from osms_common.domain.identifiers import Iin
from osms_matching.domain import families, reports
from osms_matching.domain.contributions import Contribution, ContributionRefund
from osms_matching.domain.decisions import Outcome
from osms_matching.domain.reports import Lasting, PersonReport, Report
from tests.oracle.days import days_of, month_of

Kind = TypeVar("Kind", bound=Report)

ONE_MONTH_AGO: Final = (1,)
TWO_MONTHS: Final = (1, 2)
THREE_MONTHS: Final = (1, 2, 3)

SIMPLE: Final[dict[str, tuple[type[PersonReport], str]]] = {
    "R01": (reports.Childhood, "MOE MOJ"),
    "R02": (reports.Pregnancy, "MOH"),
    "R05": (reports.DisabledChildAllowance, "MLSPP"),
    "R06": (reports.GroupOneCareAllowance, "MLSPP"),
    "R07": (reports.Pension, "MLSPP"),
    "R10": (reports.KandasStatus, "MLSPP"),
    "R11": (reports.MotherAward, "MLSPP"),
    "R12": (reports.Disability, "MLSPP"),
    "R13": (reports.FullTimeStudy, "MOSHE MOE"),
    "R14": (reports.TargetedAssistance, "MLSPP"),
    "F01": (reports.TreatyStay, "FWIS MPIS"),
}
"""Categories for which a report is enough, and whose report it must be."""

UNMATCHED: Final = ["R01", "R07", "R08", "R09a", "R11", "R12", "R13", "F01"]
MATCHED: Final = ["R02", "R05", "R06", "R09b", "R10", "R14"]
REPUBLICAN: Final = [
    "R01",
    "R02",
    "R03",
    "R04",
    "R05",
    "R06",
    "R07",
    "R08",
    "R09a",
    "R09b",
    "R10",
    "R11",
    "R12",
    "R13",
    "R14",
]


class Clerk:
    """Somebody who forms the categories of one day, from what was known at one time."""

    def __init__(self, told: Iterable[Report], day: date, known: int) -> None:
        self.day = day
        self.told = [r for r in told if r.known <= known and not r.withdrawn <= known]

    # What is on the desk.

    def all(self, kind: type[Kind]) -> list[Kind]:
        """The reports of one kind that count on the day."""
        found = [report for report in self.told if isinstance(report, kind)]
        return [r for r in found if not isinstance(r, Lasting) or r.start <= self.day < r.end]

    def of(self, kind: type[PersonReport], person: Iin, sources: str) -> list[PersonReport]:
        """Those of one person that come from one of the sources."""
        named = [System(source) for source in sources.split()]
        return [r for r in self.all(kind) if r.person == person and r.source in named]

    def is_dead(self, person: Iin) -> bool:
        """Whether the person died on the day or before."""
        deaths = [death for death in self.all(families.Death) if death.person == person]
        return any(death.died_on <= self.day for death in deaths)

    # Contributions.

    def worked(self, person: Iin, months_ago: int) -> bool:
        """Whether a contribution that was not given back was made on a day of that month."""
        return any(
            line.paid_on == day and self._is_left(line)
            for day in days_of(month_of(self.day) - months_ago)
            for line in self.all(Contribution)
            if line.person == person
        )

    def _is_left(self, line: Contribution) -> bool:
        left = line.amount
        for refund in self.all(ContributionRefund):
            names = (refund.person, refund.kind, refund.reference, refund.period)
            if names == (line.person, line.kind, line.reference, line.period):
                left -= refund.amount if refund.refunded_on <= self.day else 0
        return left > 0

    def worked_in_none(self, person: Iin, months_ago: tuple[int, ...]) -> bool:
        """Whether nothing was paid in any of the months."""
        return not any(self.worked(person, ago) for ago in months_ago)

    def worked_in_all(self, person: Iin, months_ago: tuple[int, ...]) -> bool:
        """Whether something was paid in each of the months."""
        return all(self.worked(person, ago) for ago in months_ago)

    # Who is listed.

    def is_listed(self, person: Iin, category: str) -> bool:
        """Whether a source that the Rules name lists the person, and nothing speaks against it."""
        if self.is_dead(person):
            return False
        if category in SIMPLE:
            return bool(self.of(SIMPLE[category][0], person, SIMPLE[category][1]))
        if category == "R08":
            sentences = self.of(reports.Sentence, person, "MIA_CAD")
            serves = any(getattr(each, "minimum_security") is False for each in sentences)  # noqa: B009
            return serves and not self._stays_as(person, {2, 3})
        if category in {"R09a", "R09b"}:
            where = "REMAND" if category == "R09a" else "HOUSE_ARREST"
            measures = self.of(reports.Detention, person, "MIA_CAD CLSSA")
            held = any(str(getattr(each, "kind")) == where for each in measures)  # noqa: B009
            return held and not self._stays_as(person, {3})
        if category == "L01":
            registered = self.of(reports.UnemployedRegistration, person, "MLSPP")
            return bool(registered) and not self.of(reports.Placement, person, "MLSPP")
        assert category == "L02", category
        levels = self.of(reports.FamilyCardLevel, person, "DFC")
        return any(str(getattr(each, "level")) in {"D", "E"} for each in levels)  # noqa: B009

    def _stays_as(self, person: Iin, kinds: set[int]) -> bool:
        """Whether all that is said of citizenship and stay says one of these."""
        said = self.of(reports.ResidenceStatus, person, "MPIS MIA_CAD CLSSA")
        return bool(said) and all(int(getattr(each, "residence")) in kinds for each in said)  # noqa: B009

    # What becomes of a category of a single person.

    def holds_after(self, person: Iin, category: str, *, held: bool, others: set[str]) -> bool:
        """Whether the person holds the category after the matching; *others* are held then."""
        if not self.is_listed(person, category):
            return False
        if category == "L02" and others & {*REPUBLICAN, "L01"}:
            return False
        if held:
            return not self._loses_by_work(person, category)
        return self._may_be_granted(person, category)

    def _loses_by_work(self, person: Iin, category: str) -> bool:
        if category in UNMATCHED:
            return False
        return self.worked_in_all(person, THREE_MONTHS if category == "L02" else TWO_MONTHS)

    def _may_be_granted(self, person: Iin, category: str) -> bool:
        if category in UNMATCHED:
            return True
        if category in MATCHED:
            return self.worked_in_none(person, ONE_MONTH_AGO)
        return self.worked_in_none(person, THREE_MONTHS if category == "L02" else TWO_MONTHS)


def outcome(*, held: bool, holds: bool) -> Outcome:
    """How it is called."""
    if holds:
        return Outcome.KEPT if held else Outcome.GRANTED
    return Outcome.WITHDRAWN if held else Outcome.NOT_GRANTED
