"""The run at size against the rules: the same decisions and the same grants, run after run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import given

from osms_common.domain.identifiers import Iin
from osms_matching.domain.decisions import Decision, Matching
from osms_matching.domain.grants import Grants
from osms_matching.persistence.forming import Effort, make_run
from osms_matching.persistence.runs import RunTables
from osms_matching.rules.matching import replay
from tests.matching import crowds
from tests.matching import lives as lives_of
from tests.matching.crowds import crowd
from tests.matching.lives import Life, lives
from tests.matching.persistence.conftest import empty
from tests.matching.persistence.telling import tell_all
from tests.rules.lives import unhurried

LIVES: Final = int(os.environ.get("OSMS_ORACLE_LIVES", "40"))
CROWDS: Final = int(os.environ.get("OSMS_ORACLE_CASES", "12"))

EVERYBODY: Final = {
    *(*crowds.ADULTS, *crowds.CHILDREN),
    *(*lives_of.ADULTS, *lives_of.CHILDREN),
}
SMALL: Final = Effort(workers=2, chunk_people=3, work_memory=1)
ALONE: Final = Effort(workers=1, chunk_people=2, work_memory=1)


def run_id(number: int) -> UUID:
    """The id of a run of a life."""
    return UUID(int=number)


def lay_down(engine: sa.Engine, life: Life) -> None:
    """Tells all that is ever reported in a life, and who holds what before."""
    empty(engine)
    with engine.begin() as connection:
        tell_all(connection, life.reports)
        RunTables(connection).take_over(life.before)


def make_all(engine: sa.Engine, life: Life, effort: Effort) -> None:
    """Makes the runs of a life, one after another."""
    for number, run in enumerate(life.runs, 1):
        day, known, kind = run
        make_run(engine, run_id(number), day, kind, known, begun_by="operator", effort=effort)


def as_kept(decision: Decision) -> Decision:
    """A decision of the rules in the form in which one is read."""
    return replace(decision, months=tuple(decision.months))


def check(engine: sa.Engine, life: Life, effort: Effort = ALONE) -> None:
    """All runs of a life are what the rules make of it: what they decide and what they leave."""
    lay_down(engine, life)
    make_all(engine, life, effort)
    with engine.connect() as connection:
        tables = RunTables(connection)
        for number, (before, matching) in enumerate(_replayed(life), 1):
            assert tables.grants_before(run_id(number), EVERYBODY) == before, number
            assert _decided(tables, number) == [*matching.changes], number
        last = [matching.grants for _, matching in _replayed(life)][-1:] or [life.before]
        known = max((run.known for run in life.runs), default=None)
        if known is not None:
            assert tables.grants_before(known, EVERYBODY) == last[0]


def _replayed(life: Life) -> Iterator[tuple[Grants, Matching]]:
    before = life.before
    for matching in replay(life.reports, life.runs, before):
        yield before, matching
        before = matching.grants


def _decided(tables: RunTables, number: int) -> list[Decision]:
    found: list[Decision] = []
    for person in sorted(EVERYBODY):
        found += tables.decisions_of(run_id(number), Iin(person))
    return found


@unhurried(LIVES)
@given(lives())
def test_runs_of_every_life_are_what_the_rules_make_of_it(
    own_matching: sa.Engine, life: Life
) -> None:
    """Decision by decision, with reasons, sources, paragraphs and months; and every grant."""
    check(own_matching, life)


@pytest.mark.parametrize("seed", range(CROWDS))
def test_runs_of_crowds_are_what_the_rules_make_of_them(engine: sa.Engine, seed: int) -> None:
    """The same where many things happen to many families at once."""
    check(engine, crowd(seed))
