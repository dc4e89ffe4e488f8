"""
Whose reports decide about a person: their circle, found in the database.

The same as `rules/circles.py` finds among reports: children with parents and guardians, husbands
and wives, joined one to the next by what was known at an ordinal, on whichever days it holds.
"""

from __future__ import annotations

from typing import Any, Final

from osms_common.domain.identifiers import Iin
from osms_matching.domain.reports import Known, Report
from osms_matching.persistence.kinds import COLUMNS, JOINING, report_of
from osms_matching.persistence.lines import (
    CONTRIBUTION_COLUMNS,
    REFUND_COLUMNS,
    contribution_of,
    refund_of,
)

KNOWN: Final = "known <= %(known)s and (withdrawn is null or withdrawn > %(known)s)"
_JOINING: Final = ", ".join(f"'{code}'" for code in JOINING)

_CIRCLE: Final = f"""
with recursive circle (iin) as (
    select %(person)s::bigint
    union
    select joined.iin
    from circle, lateral (
        select unnest(array[report.iin, other_iin, third_iin]) iin
        from report
        where (report.iin = circle.iin or other_iin = circle.iin or third_iin = circle.iin)
            and kind in ({_JOINING}) and {KNOWN}
    ) joined
    where joined.iin is not null
)
select array_agg(iin) from circle
"""
"""Union, not union all: it ends, since whoever is in it already is not asked about again."""

_REPORTS: Final = f"select {COLUMNS} from report where iin = any(%(circle)s) and {KNOWN}"
_CONTRIBUTIONS: Final = f"""
select {CONTRIBUTION_COLUMNS} from contribution where iin = any(%(circle)s) and {KNOWN}
"""
_REFUNDS: Final = f"""
select {REFUND_COLUMNS} from contribution_refund where iin = any(%(circle)s) and {KNOWN}
"""


def members_of(connection: Any, person: Iin, known: Known) -> list[Iin]:
    """A person and everybody in the same circle, by what was known at *known*."""
    asked = {"person": person, "known": known}
    members: list[Iin] = connection.execute(_CIRCLE, asked).fetchone()[0]
    return members


def reports_of(connection: Any, person: Iin, known: Known) -> list[Report]:
    """
    All that was known of the circle of a person.

    A report about several persons is found by the first of them, who is in the circle with all
    the others; only the child of an application need not be.
    """
    asked = {"circle": members_of(connection, person, known), "known": known}
    return [
        *map(report_of, _rows(connection, _REPORTS, asked)),
        *map(contribution_of, _rows(connection, _CONTRIBUTIONS, asked)),
        *map(refund_of, _rows(connection, _REFUNDS, asked)),
    ]


def _rows(connection: Any, question: str, asked: dict[str, Any]) -> list[Any]:
    found: list[Any] = connection.execute(question, asked, binary=True).fetchall()
    return found
