"""Adds a run with all that it changes, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import psycopg
import sqlalchemy as sa

from osms_common.domain.codes import Category
from osms_common.persistence.copying import raw
from osms_matching.domain.decisions import Outcome
from osms_matching.domain.runs import CategoryCounts, RunState
from osms_matching.persistence.law_tables import LawOfRun
from osms_matching.rules.couples import OF_COUPLES

StateOf = Callable[[Mapping[Category, CategoryCounts], int], RunState]
"""The state of a run by what it changes, and by how many it leaves without any category."""


class NewRun(NamedTuple):
    """A run that is decided and not there yet."""

    run_id: UUID
    law: LawOfRun
    begun_by: str
    made_at: datetime | None
    state_of: StateOf


_NUMBER: Final = "select coalesce(max(number), 0) + 1 from run"

_HELD: Final = """
select category, count(*) held from category_grant where until_run is null group by category
"""
_CHANGED: Final = f"""
select category, count(*) filter (where outcome = '{Outcome.GRANTED}') granted,
    count(*) filter (where outcome = '{Outcome.WITHDRAWN}') withdrawn
from forming.decided group by category
"""
_COUNT: Final = f"""
insert into run_count
select %(number)s, category, coalesce(held, 0), coalesce(granted, 0), coalesce(withdrawn, 0)
from ({_HELD}) held full join ({_CHANGED}) changed using (category)
returning category, held_count, granted_count, withdrawn_count
"""

_DECIDE: Final = """
insert into decision
select iin, %(number)s, category, outcome, reason, source, provisions, month_count, found,
    assigned_on, other_category, false
from forming.decided
"""

_END: Final = f"""
update category_grant ended set until_run = %(number)s
from forming.decided
where outcome = '{Outcome.WITHDRAWN}' and until_run is null
    and (ended.iin, ended.category) = (decided.iin, decided.category)
    and decided.category <> all(%(couples)s)
"""
_BEGIN: Final = f"""
insert into category_grant
select iin, category, %(number)s, null, assigned_on, source, null
from forming.decided
where outcome = '{Outcome.GRANTED}' and category <> all(%(couples)s)
"""

_SAME: Final = """
(g.iin, g.category, g.assigned_on, g.source) = (c.iin, c.category, c.assigned_on, c.source)
    and g.places is not distinct from c.places
"""
_END_OF_COUPLES: Final = f"""
update category_grant g set until_run = %(number)s
where until_run is null and category = any(%(couples)s)
    and not exists (select from forming.couple_grant c where {_SAME})
"""
_BEGIN_OF_COUPLES: Final = f"""
insert into category_grant
select iin, category, %(number)s, null, assigned_on, source, places
from forming.couple_grant c
where not exists (select from category_grant g where g.until_run is null and {_SAME})
"""
"""A grant goes on with other places, where a couple has formed or parted: another row of it."""

_BEREFT: Final = f"""
select count(distinct iin) from forming.decided
where outcome = '{Outcome.WITHDRAWN}' and not exists (
    select from category_grant held where held.iin = decided.iin and until_run is null
)
"""

_RUN: Final = """
insert into run
values (
    %(number)s, %(run_id)s, %(day)s, %(kind)s, %(known)s, coalesce(%(made_at)s, now()),
    %(state)s, %(begun_by)s, null, %(bereft)s
)
"""


def store(connection: sa.Connection, new: NewRun) -> None:
    """Adds the run, its decisions and its grants; the caller commits."""
    cursor = psycopg.ClientCursor(raw(connection))
    asked: dict[str, Any] = {
        "number": _one(cursor, _NUMBER, {}),
        "couples": [category.value for category in OF_COUPLES],
    }
    counted = cursor.execute(_COUNT, asked).fetchall()
    for statement in (_DECIDE, _END, _BEGIN):
        cursor.execute(statement, asked)
    if new.law.forms_couples:
        cursor.execute(_END_OF_COUPLES, asked)
        cursor.execute(_BEGIN_OF_COUPLES, asked)
    bereft = _one(cursor, _BEREFT, asked)
    counts = {Category(code): CategoryCounts(*rest) for code, *rest in counted}
    told = {
        "run_id": new.run_id,
        **new.law.run._asdict(),
        "made_at": new.made_at,
        "begun_by": new.begun_by,
        "bereft": bereft,
        "state": new.state_of(counts, bereft).value,
    }
    cursor.execute(_RUN, {**asked, **told})


def _one(cursor: psycopg.Cursor[Any], question: str, asked: Mapping[str, Any]) -> int:
    row = cursor.execute(question, asked).fetchone()
    assert row is not None
    number: int = row[0]
    return number
