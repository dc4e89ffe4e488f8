"""The run at size against the rules: the same decisions and the same grants, run after run."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import pytest
import sqlalchemy as sa
from hypothesis import given

from osms_matching.domain.decisions import Matching
from osms_matching.domain.grants import Grants
from osms_matching.persistence.forming import Effort
from osms_matching.rules.matching import replay
from tests.matching import crowds
from tests.matching import lives as lives_of
from tests.matching.crowds import crowd
from tests.matching.lives import Life, lives
from tests.matching.persistence.making import (
    ALONE,
    BESIDE,
    held_before,
    lay_down,
    make,
    run_id,
    what_became,
)
from tests.matching.persistence.telling import tell_all
from tests.rules.lives import unhurried

LIVES: Final = int(os.environ.get("OSMS_ORACLE_LIVES", "20"))
CROWDS: Final = int(os.environ.get("OSMS_ORACLE_CASES", "4"))

EVERYBODY: Final = frozenset(
    (*crowds.ADULTS, *crowds.CHILDREN, *lives_of.ADULTS, *lives_of.CHILDREN)
)


def matchings(life: Life) -> Iterator[tuple[Grants, Matching]]:
    """The matchings of a life by the rules, each with what was held before it."""
    before = life.before
    for matching in replay(life.reports, life.runs, before):
        yield before, matching
        before = matching.grants


def check(engine: sa.Engine, life: Life, effort: Effort = ALONE) -> None:
    """All runs of a life are what the rules make of it: what they decide and what they leave."""
    lay_down(engine, life.reports, life.before)
    for number, run in enumerate(life.runs, 1):
        make(engine, number, run, effort=effort)
    check_kept(engine, [*matchings(life)])


def check_kept(engine: sa.Engine, expected: Sequence[tuple[Grants, Matching]]) -> None:
    """The runs that are kept are these, each still as it was when it was the newest."""
    for number, (before, matching) in enumerate(expected, 1):
        assert held_before(engine, run_id(number), EVERYBODY) == before, number
        assert what_became(engine, number) == [*matching.changes], number
    if expected:
        _, last = expected[-1]
        assert held_before(engine, last.run.known, EVERYBODY) == last.grants


@pytest.mark.long
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


def test_a_run_of_many_workers_is_that_of_one(engine: sa.Engine) -> None:
    """Parts of all people, and portions of couples in processes: it is the same for everybody."""
    life = crowd(3)
    check(engine, replace(life, runs=life.runs[:3]), BESIDE)


@pytest.mark.parametrize("seed", range(2))
def test_what_is_reported_later_changes_no_run_that_was_made(engine: sa.Engine, seed: int) -> None:
    """Runs see what was known at their ordinals, told before them or while they are kept."""
    life = crowd(seed)
    lay_down(engine, [], life.before)
    told = 0
    for number, run in enumerate(life.runs, 1):
        new = [r for r in life.reports if told <= r.known <= run.known]
        with engine.begin() as connection:
            tell_all(connection, new, first=1000 * number)
        told = run.known + 1
        make(engine, number, run)
    check_kept(engine, [*matchings(life)])
