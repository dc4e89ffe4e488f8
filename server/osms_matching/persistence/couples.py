"""
R03 and R04: who may have to do with whom on the day, and what is told of them.

Whoever may share a place is of one *party*, named by its least member: the persons whom acts of
a young child name, and husband and wife where one is on leave. That is far fewer people than a
circle has, in which a whole country may be joined by children grown up long ago. What decides
about a party is gathered as sets and laid down party by party; then the rules judge them, some
at a time.

Of children who are no longer young, and of the dead, only what may tell for a party is gathered:
the acts of all children of its members, whose parents need not be of the party, and deaths and
marriages of all whom these acts name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import psycopg

from osms_matching.persistence.law_tables import LawOfRun
from osms_matching.persistence.parties import (
    ACTS,
    APPLICATIONS,
    DEATHS,
    LEAVES,
    MARRIAGES,
    young_since,
)
from osms_matching.persistence.singles import GIVEN_BACK, parameters_of, worked_sql
from osms_matching.persistence.standing import holding, known
from osms_matching.rules.couples import OF_COUPLES

_COUPLES: Final = "(" + ", ".join(f"'{category}'" for category in OF_COUPLES) + ")"

_TOGETHER: Final = f"""
with acts as (
    select iin child, other_iin, third_iin from report
    where kind in {ACTS} and {holding()}
        and iin in (
            select iin from report
            where kind in {ACTS} and {holding()} and happened_on >= %(young_since)s
        )
), on_leave as (
    select distinct iin from report where kind in {LEAVES} and {holding()}
), marriages as (
    select iin husband, other_iin wife from report where kind in {MARRIAGES} and {holding()}
)
select child together, iin
from acts cross join lateral (values (other_iin), (third_iin)) named (iin)
where iin is not null
union
select -husband, husband from marriages
where husband in (table on_leave) or wife in (table on_leave)
union
select -husband, wife from marriages
where husband in (table on_leave) or wife in (table on_leave)
union
select -iin, iin from on_leave
union
select -iin, iin from category_grant where until_run is null and category in {_COUPLES}
"""
"""Who belongs together: whom the acts of one young child name; husband and wife; oneself."""

_ONESELF: Final = "select distinct iin, iin party from forming.together"
_NEXT_PARTY: Final = """
select iin, min(least) party
from forming.together
    join (
        select together, min(party) least
        from forming.together join forming.party using (iin)
        group by together
    ) least_of using (together)
group by iin
"""
"""Everybody's party by the least party among those with whom they belong together."""
_DIFFERS: Final = """
select count(*) > 0
from forming.party join forming.next_party using (iin)
where party.party <> next_party.party
"""
"""Counted: a question whether there is one would be answered by looking for it again and again."""

_CHILDREN: Final = f"""
select distinct party, report.iin child
from report cross join lateral (values (other_iin), (third_iin)) named (iin)
    join forming.party on party.iin = named.iin
where kind in {ACTS} and {holding()}
"""

_KIN: Final = f"""
select party, iin from forming.party
union
select party, child from forming.children
union
select party, named.iin
from forming.children
    join report on report.iin = child
    cross join lateral (values (other_iin), (third_iin)) named (iin)
where kind in {ACTS} and {holding()} and named.iin is not null
"""
"""Whose deaths and marriages may tell for a party."""

_TOLD: Final = f"""
select party, report.* from report join forming.children on iin = child
where kind in {ACTS} and {holding()}
union all
select party, report.* from report join forming.party using (iin)
where (kind in {LEAVES} or kind in {APPLICATIONS}) and {holding()}
union all
select party, report.* from report join forming.kin using (iin)
where kind in {DEATHS} and {known()} and happened_on <= %(day)s
union all
select party, report.* from report join forming.kin using (iin)
where kind in {MARRIAGES} and {holding()}
union all
select party, report.* from report join forming.kin on kin.iin = other_iin
where kind in {MARRIAGES} and {holding()}
    and not exists (
        select from forming.kin husband
        where (husband.party, husband.iin) = (kin.party, report.iin)
    )
order by party
"""

_MEMBERS: Final = """
select party, iin, coalesce(found, 0) found
from forming.party left join forming.paid using (iin)
order by party
"""

_BOUNDS: Final = """
select distinct max(party) party
from (
    select party, (row_number() over (order by party) - 1) / %(people)s portion
    from forming.members
) numbered
group by portion order by party
"""
"""The last party of each portion; a party is in one portion, however many it has."""


def gather_couples(cursor: psycopg.Cursor[Any], law: LawOfRun) -> None:
    """Lays down what is told of each party, and who is of it, in order of parties."""
    asked = {**parameters_of(law), "young_since": young_since(law.law, law.run.day)}
    _lay_down(cursor, "together", _TOGETHER, asked)
    _join(cursor)
    _lay_down(cursor, "children", _CHILDREN, asked)
    _lay_down(cursor, "kin", _KIN, asked)
    _lay_down(cursor, "told", _TOLD, asked)
    cursor.execute(f"create temp table given_back on commit drop as {GIVEN_BACK}", asked)
    _lay_down(cursor, "paid", worked_sql(law, "forming.party"), asked)
    _lay_down(cursor, "members", _MEMBERS, asked)
    cursor.execute("create index on forming.told (party)")
    cursor.execute("create index on forming.members (party)")


def _join(cursor: psycopg.Cursor[Any]) -> None:
    """Gives everybody their party: one step reaches one person further, until none is reached."""
    _lay_down(cursor, "party", _ONESELF, {})
    while True:
        _lay_down(cursor, "next_party", _NEXT_PARTY, {})
        (differs,) = cursor.execute(_DIFFERS).fetchone() or (False,)
        cursor.execute("drop table forming.party")
        cursor.execute("alter table forming.next_party rename to party")
        if not differs:
            return


def portions(cursor: psycopg.Cursor[Any], people: int) -> Iterator[tuple[int, int]]:
    """All parties in portions of about so many people: after the first party, to the second."""
    after = 0
    for (last,) in cursor.execute(_BOUNDS, {"people": people}).fetchall():
        yield after, last
        after = last


def _lay_down(
    cursor: psycopg.Cursor[Any], name: str, statement: str, asked: dict[str, Any]
) -> None:
    cursor.execute(f"create unlogged table forming.{name} as {statement}", asked)
    cursor.execute(f"analyze forming.{name}")
