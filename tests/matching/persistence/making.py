"""Makes runs over a few reports, in a database or by the rules alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from osms_common.domain.identifiers import Iin
from osms_matching.domain.decisions import Decision, Run
from osms_matching.domain.grants import NOTHING_GRANTED, Grant, Grants
from osms_matching.domain.reports import Known, Report
from osms_matching.persistence.forming import Effort, make_run
from osms_matching.persistence.runs import RunTables
from osms_matching.rules.categories import LAW, Law
from osms_matching.rules.matching import match
from tests.matching.conftest import empty
from tests.matching.persistence.telling import tell_all

ALONE: Final = Effort(workers=1, chunk_people=1, work_memory=1)
"""One connection after another, and one party at a time, so that none helps another out."""
BESIDE: Final = Effort(workers=2, chunk_people=1, work_memory=1)
"""Two connections, and two processes."""
AT_THE_END: Final = Known(2**62)


def run_id(number: int) -> UUID:
    """The id of the run of a number."""
    return UUID(int=number)


class Made(NamedTuple):
    """What a run changed, in order, and who holds what after it."""

    changes: tuple[Decision, ...]
    grants: Grants


def make(
    engine: sa.Engine, number: int, run: Run, *, law: Law = LAW, effort: Effort = ALONE
) -> None:
    """Makes a run; its id is its number."""
    day, known, kind = run
    make_run(
        engine, run_id(number), day, kind, known, begun_by="operator1", law=law, effort=effort
    )


def lay_down(
    engine: sa.Engine, reports: Iterable[Report], before: Iterable[Grant] = NOTHING_GRANTED
) -> None:
    """Empties a database, and tells it what is reported and who holds what."""
    empty(engine)
    with engine.begin() as connection:
        tell_all(connection, reports)
        RunTables(connection).take_over(before)


def what_became(engine: sa.Engine, number: int) -> list[Decision]:
    """What a run changed, person by person, in the order of the rules."""
    with engine.connect() as connection:
        tables = RunTables(connection)
        told = tables.decisions(run_id(number), limit=100_000)
        people = sorted({decision.person for decision in told})
        return [each for person in people for each in tables.decisions_of(run_id(number), person)]


def held_before(engine: sa.Engine, run: UUID | Known, people: Iterable[Iin]) -> Grants:
    """Who of some people held what before a run, or after all that was known."""
    with engine.connect() as connection:
        return RunTables(connection).grants_before(run, {*people})


def agree(
    engine: sa.Engine,
    reports: Iterable[Report],
    before: Iterable[Grant],
    run: Run,
    *,
    law: Law = LAW,
) -> Made:
    """What a run makes of it all: the same in the database as by the rules."""
    told, held = [*reports], frozenset(before)
    lay_down(engine, told, held)
    make(engine, 1, run, law=law)
    matching = match(told, held, run, law)
    people = {grant.person for grant in (*matching.grants, *held)}
    made = Made(tuple(what_became(engine, 1)), held_before(engine, AT_THE_END, people))
    assert made == Made(matching.changes, matching.grants)
    return made
