"""
Whose reports decide about a person on one day: their party, found in the database.

A circle (`rules/circles.py`) joins whom anything ever joined, which may be a country once
children have children. What a matching of a day decides about a person depends on fewer: on
whoever may share a place with them, by the acts of a young child or as husband and wife of whom
one is on leave, and so on from one to the next. A run finds everybody's party at once
(`couples`), this one person's.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from osms_common.domain.calendar import ONE_DAY
from osms_common.domain.identifiers import Iin
from osms_matching.domain.decisions import Run
from osms_matching.domain.families import Application, Death, Guardianship, Marriage, Parentage
from osms_matching.domain.reports import PersonReport, Report
from osms_matching.persistence.kinds import COLUMNS, KIND_OF, report_of
from osms_matching.persistence.lines import (
    CONTRIBUTION_COLUMNS,
    REFUND_COLUMNS,
    contribution_of,
    refund_of,
)
from osms_matching.persistence.standing import holding, known
from osms_matching.rules.categories import Law
from osms_matching.rules.couples import OF_COUPLES
from osms_matching.rules.listings import LISTS


def _codes(*kinds: type[Report]) -> str:
    return "(" + ", ".join(sorted(f"'{KIND_OF[kind].code}'" for kind in kinds)) + ")"


_LEAVE_KINDS: Final[set[type[PersonReport]]] = {
    row.report for row in LISTS if row.category in OF_COUPLES
}
ACTS: Final = _codes(Parentage, Guardianship)
MARRIAGES: Final = _codes(Marriage)
DEATHS: Final = _codes(Death)
APPLICATIONS: Final = _codes(Application)
LEAVES: Final = _codes(*_LEAVE_KINDS)
_OF_FAMILIES: Final = _codes(Parentage, Guardianship, Marriage)


def young_since(law: Law, day: date) -> date:
    """Of a child that is still young on *day*, an act tells a birth on this day or later."""
    years = law.child_age_years.on(day)
    return day.replace(year=day.year - years, day=min(day.day, 28)) - ONE_DAY


_PARTY: Final = f"""
with recursive party (iin) as (
    select %(person)s::bigint
    union
    select together.iin
    from party, lateral (
        select unnest(array[act.other_iin, act.third_iin]) iin
        from report named join report act using (iin)
        where party.iin in (named.other_iin, named.third_iin)
            and named.kind in {ACTS} and act.kind in {ACTS}
            and {holding("named")} and {holding("act")}
            and exists (
                select from report young
                where young.iin = act.iin and young.kind in {ACTS} and {holding("young")}
                    and young.happened_on >= %(young_since)s
            )
        union all
        select unnest(array[marriage.iin, marriage.other_iin])
        from report marriage
        where party.iin in (marriage.iin, marriage.other_iin)
            and marriage.kind in {MARRIAGES} and {holding("marriage")}
            and exists (
                select from report leave
                where leave.iin in (marriage.iin, marriage.other_iin)
                    and leave.kind in {LEAVES} and {holding("leave")}
            )
    ) together
    where together.iin is not null
)
select array_agg(iin) from party
"""

_REPORTS: Final = f"""
with children as (
    select distinct iin from report
    where (other_iin = any(%(party)s) or third_iin = any(%(party)s))
        and kind in {ACTS} and {holding()}
), acts as (
    select report.* from children join report using (iin) where kind in {ACTS} and {holding()}
), kin as (
    select unnest(%(party)s) iin
    union select iin from children
    union select other_iin from acts
    union select third_iin from acts
)
select {COLUMNS} from acts
union all
select {COLUMNS} from report
where iin = any(%(party)s) and kind not in {_OF_FAMILIES} and kind not in {DEATHS} and {known()}
union all
select {COLUMNS} from kin join report using (iin) where kind in {DEATHS} and {known()}
union
select {COLUMNS} from (
    select report.* from kin join report using (iin) where kind in {MARRIAGES} and {holding()}
    union all
    select report.* from kin join report on report.other_iin = kin.iin
    where kind in {MARRIAGES} and {holding()}
) marriages
"""


_CONTRIBUTIONS: Final = f"""
select {CONTRIBUTION_COLUMNS} from contribution
where iin = any(%(party)s) and {known("contribution")}
"""
_REFUNDS: Final = f"""
select {REFUND_COLUMNS} from contribution_refund
where iin = any(%(party)s) and {known("contribution_refund")}
"""


def party_of(connection: Any, person: Iin, run: Run, law: Law) -> list[Iin]:
    """A person with all whose places may be theirs on the day of a run."""
    asked = {**run._asdict(), "person": person, "young_since": young_since(law, run.day)}
    members: list[Iin] = connection.execute(_PARTY, asked).fetchone()[0]
    return members


def reports_of_party(connection: Any, party: list[Iin], run: Run) -> list[Report]:
    """
    All that decides about a party on the day of a run.

    Of others it names, there is no more than may tell for the party: whether they are dead, and
    to whom they are married. So nothing can be said of them.
    """
    asked = {"party": party, "known": run.known, "day": run.day}
    return [
        *map(report_of, _rows(connection, _REPORTS, asked)),
        *map(contribution_of, _rows(connection, _CONTRIBUTIONS, asked)),
        *map(refund_of, _rows(connection, _REFUNDS, asked)),
    ]


def _rows(connection: Any, question: str, asked: dict[str, Any]) -> list[Any]:
    found: list[Any] = connection.execute(question, asked, binary=True).fetchall()
    return found
