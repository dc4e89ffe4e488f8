"""
Portions of parties, read from where they were laid down and judged by the rules themselves.

A worker is a process, since judging is Python. It holds one portion at a time.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import psycopg

from osms_common.domain.identifiers import Iin
from osms_matching.domain.decisions import Decision, Matching
from osms_matching.persistence.granted import GRANT_COLUMNS, grant_of, grant_row
from osms_matching.persistence.kinds import COLUMNS, report_of
from osms_matching.persistence.law_tables import LawOfRun
from osms_matching.persistence.months import found_of, work_of
from osms_matching.rules.couples import OF_COUPLES
from osms_matching.rules.matching import match_parents

DECIDED_COLUMNS: Final = (
    "iin bigint, category text, outcome text, reason text, source text, provisions text[],"
    " month_count smallint, found bigint, assigned_on date, other_category text"
)
GRANTED_COLUMNS: Final = "iin bigint, category text, assigned_on date, source text, places jsonb"

_TOLD: Final = f"select {COLUMNS} from forming.told where party > %s and party <= %s"
_MEMBERS: Final = "select iin, found from forming.members where party > %s and party <= %s"
_HELD: Final = f"""
select {GRANT_COLUMNS}
from forming.members join category_grant using (iin)
where until_run is null and party > %s and party <= %s and category = any(%s)
"""


class Portion(NamedTuple):
    """Parties to be judged: after the first, to the last; and where they are."""

    conninfo: str
    law: LawOfRun
    after: int
    last: int


def prepare_process() -> None:
    """
    Makes a process ready to judge, and nothing else.

    No garbage is looked for, which would take as long as judging: what a portion leaves goes with
    its last reference. The process ends with the one that started it, however that ends.
    """
    gc.freeze()
    gc.disable()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def judge_portion(portion: Portion) -> None:
    """Adds what changes to `forming.decided`, and who holds what to `forming.couple_grant`."""
    with psycopg.connect(portion.conninfo) as connection:
        cursor = connection.cursor(binary=True)
        bounds = (portion.after, portion.last)
        reports = [report_of(row) for row in cursor.execute(_TOLD, bounds)]
        found: dict[Iin, int] = dict(cursor.execute(_MEMBERS, bounds).fetchall())
        codes = [category.value for category in OF_COUPLES]
        held = frozenset(grant_of(row) for row in cursor.execute(_HELD, (*bounds, codes)))
        day, months = portion.law.run.day, portion.law.months
        work = {person: work_of(paid, day, months) for person, paid in found.items() if paid}
        matching = match_parents(reports, work, held, portion.law.run, portion.law.law)
        _keep(connection, matching, found)


def _keep(
    connection: psycopg.Connection[Any], matching: Matching, members: dict[Iin, int]
) -> None:
    """Of others than the members too little is told to decide about them."""
    changes = (each for each in matching.changes if each.person in members)
    grants = (each for each in matching.grants if each.person in members)
    _copy(connection, "decided", DECIDED_COLUMNS, map(_decision_row, changes))
    _copy(connection, "couple_grant", GRANTED_COLUMNS, map(grant_row, grants))


def _copy(
    connection: psycopg.Connection[Any], name: str, columns: str, rows: Iterable[Any]
) -> None:
    cursor = connection.cursor()
    with cursor.copy(f"copy forming.{name} from stdin (format binary)") as copy:
        copy.set_types([column.split()[1] for column in columns.split(", ")])
        for row in rows:
            copy.write_row(row)


def _decision_row(decision: Decision) -> tuple[Any, ...]:
    return (
        decision.person,
        decision.category.value,
        decision.outcome.value,
        decision.reason.value,
        decision.source.value,
        [*decision.provisions],
        len(decision.months),
        found_of(decision.months),
        decision.assigned_on,
        decision.other and decision.other.value,
    )
