"""A person explained from the database: by their party alone, as the rules decide among all."""

from __future__ import annotations

import os
from typing import Final

import pytest
import sqlalchemy as sa
from hypothesis import given

from osms_common.domain.identifiers import Iin
from osms_matching.domain.decisions import Run
from osms_matching.domain.reports import Known
from osms_matching.persistence.evidence import EvidenceTables
from osms_matching.rules.circles import circle
from osms_matching.rules.matching import match
from tests.matching.crowds import crowd
from tests.matching.factories import (
    ASEL,
    BABY,
    BOLAT,
    CHILD,
    DANA,
    ERLAN,
    GULNAR,
    SIBLING,
    born,
    day,
    guarded,
    leave,
    married,
)
from tests.matching.lives import Life, lives
from tests.matching.persistence.making import lay_down
from tests.matching.persistence.test_equality import EVERYBODY, matchings
from tests.rules.lives import unhurried

LIVES: Final = int(os.environ.get("OSMS_ORACLE_LIVES", "40"))
CROWDS: Final = int(os.environ.get("OSMS_ORACLE_CASES", "6"))

ON: Final = Run(day("2026-07-15"), Known(5))


def check(engine: sa.Engine, life: Life) -> None:
    """Everything that every run of a life decides about anybody is what their party gives."""
    lay_down(engine, life.reports)
    with engine.connect() as connection:
        tables = EvidenceTables(connection)
        for before, matching in matchings(life):
            run = matching.run
            known = [report for report in life.reports if report.is_known_at(run.known)]
            for person in EVERYBODY:
                party = tables.party(person, run)
                assert {person} <= party <= circle(known, person)
                theirs = frozenset(grant for grant in before if grant.person in party)
                explained = match(tables.of_party(party, run), theirs, run)
                assert explained.of(person) == matching.of(person)


@pytest.mark.long
@unhurried(LIVES)
@given(lives())
def test_a_party_is_all_that_decides(own_matching: sa.Engine, life: Life) -> None:
    """Kept, refused, granted or withdrawn, with everything that is told of it."""
    check(own_matching, life)


@pytest.mark.parametrize("seed", range(CROWDS))
def test_a_party_is_all_that_decides_in_crowds(engine: sa.Engine, seed: int) -> None:
    """The same where families meet by children, marriages and guardians."""
    check(engine, crowd(seed))


def party_of(engine: sa.Engine, person: Iin) -> frozenset[Iin]:
    """The party of a person on the day."""
    with engine.connect() as connection:
        return EvidenceTables(connection).party(person, ON)


def test_a_party_is_no_larger_than_the_day_makes_it(engine: sa.Engine) -> None:
    """Older children, and marriages in which nobody is on leave, join nobody to it."""
    reports = [
        born(CHILD, "2025-01-01", mother=ASEL, father=BOLAT),
        born(SIBLING, "2010-01-01", mother=DANA, father=BOLAT),
        guarded(BABY, by=GULNAR, on="2010-01-01"),
        married(ERLAN, DANA),
    ]
    lay_down(engine, reports)
    assert party_of(engine, ASEL) == party_of(engine, BOLAT) == {ASEL, BOLAT}
    assert party_of(engine, DANA) == {DANA}
    assert party_of(engine, CHILD) == {CHILD}
    lay_down(engine, [*reports, leave(ERLAN)])
    assert party_of(engine, DANA) == {DANA, ERLAN}
    lay_down(engine, [*reports, leave(ERLAN, until="2026-07-15")])
    assert party_of(engine, DANA) == {DANA}


def test_a_party_reaches_from_one_to_the_next(engine: sa.Engine) -> None:
    """By a young child to its other parent, whose spouse is on leave, and on from there."""
    reports = [
        born(CHILD, "2025-01-01", mother=ASEL, father=BOLAT),
        born(SIBLING, "2025-01-01", mother=DANA, father=BOLAT),
        married(ERLAN, DANA),
        leave(ERLAN),
        guarded(SIBLING, by=GULNAR, on="2010-01-01"),
    ]
    lay_down(engine, reports)
    together = {ASEL, BOLAT, DANA, ERLAN, GULNAR}
    assert all(party_of(engine, person) == together for person in together)
