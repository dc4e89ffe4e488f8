"""
R03 and R04 in a run over sets: whoever must be looked at together is looked at together.

What becomes of whom is written down here; `agree` holds it against the rules as well, which are
told everything.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import Any, Final

import pytest
import sqlalchemy as sa

from osms_common.domain.identifiers import Iin
from osms_matching.domain.decisions import Run
from osms_matching.domain.grants import Grant
from osms_matching.domain.reports import Known, Report
from tests.matching.factories import applied, born, died, guarded, held, leave, married, worked
from tests.matching.persistence.making import agree
from tests.people import people

ON: Final = date(2026, 7, 15)
NOW: Final = Known(5)
RUN: Final = Run(ON, NOW)

A, B, C, D, X, Y, ONE, TWO, THREE = tuple(Iin(int(text)) for text in people(9))
CHILDREN: Final = tuple(Iin(int(text)) for text in people(5, after=20))
YOUNG: Final = born(ONE, "2025-01-01", mother=A, father=B)


def of_couples(engine: sa.Engine, *reports: Report, before: Iterable[Grant] = ()) -> set[Any]:
    """What a run makes of R03 and R04, which the rules say as well."""
    made = agree(engine, reports, before, RUN)
    return {(each.person, str(each.category), str(each.reason)) for each in made.changes}


@pytest.mark.parametrize(
    ("birth", "is_young"),
    [("2023-07-15", False), ("2023-07-16", True), ("2024-02-29", True), ("2020-01-01", False)],
)
def test_a_child_is_young_until_its_third_birthday(
    engine: sa.Engine,
    birth: str,
    is_young: bool,  # noqa: FBT001
) -> None:
    """The day before it there is a place, the day itself there is none."""
    found = of_couples(engine, born(ONE, birth, mother=A, father=None))
    assert found == ({(A, "R03", "ONLY_PARENT")} if is_young else set())


@pytest.mark.parametrize("on", [date(2027, 2, 28), date(2027, 3, 1)])
def test_a_child_of_29_february_is_young_until_1_march(engine: sa.Engine, on: date) -> None:
    """In a year that has no such day."""
    made = agree(engine, [born(ONE, "2024-02-29", mother=A, father=None)], [], Run(on, NOW))
    assert len(made.changes) == (on.month == 2)


def test_the_latest_birth_that_is_told_counts(engine: sa.Engine) -> None:
    """Also where an older act would make it a child that has turned three."""
    older = guarded(ONE, by=C, on="2020-01-01")
    assert of_couples(engine, YOUNG, older) == {(C, "R03", "ONLY_PARENT")}


def test_partners_of_partners_are_of_one_party(engine: sa.Engine) -> None:
    """A chain of children by one partner after another: what each does decides for the next."""
    chain = [A, B, C, D, X, Y]
    children = iter(CHILDREN)
    reports = [born(next(children), "2025-01-01", mother=m, father=f) for m, f in pairwise(chain)]
    assert {person for person, _, _ in of_couples(engine, *reports)} == {A, B, C, D, X}
    work = [*worked("2026-06", person=B), *worked("2026-06", person=D)]
    assert of_couples(engine, *reports, *work) == {
        (A, "R03", "ONLY_PARENT"),
        (C, "R03", "ONLY_PARENT"),
        (X, "R03", "ONLY_PARENT"),
    }


def test_a_dead_parent_of_an_older_child_leaves_it_to_the_couple(engine: sa.Engine) -> None:
    """A father applied for that child: it is the couple's, since the third in its acts died."""
    reports = [
        YOUNG,
        born(TWO, "2015-01-01", mother=A, father=B),
        born(TWO, "2015-01-01", mother=X, father=None),
        applied(B, TWO),
    ]
    assert of_couples(engine, *reports) == {(A, "R03", "MOTHER")}
    assert of_couples(engine, *reports, died(X, "2026-01-01")) == {(B, "R03", "FATHER_APPLIED")}


def test_a_marriage_of_somebody_else_keeps_an_older_child_from_the_couple(
    engine: sa.Engine,
) -> None:
    """The couple guards that child; its own mother is of it only while married to a guardian."""
    reports = [
        YOUNG,
        born(TWO, "2015-01-01", mother=X, father=None),
        guarded(TWO, by=A, on="2015-01-01"),
        guarded(TWO, by=B, on="2015-01-01"),
        applied(B, TWO),
    ]
    assert of_couples(engine, *reports) == {(B, "R03", "FATHER_APPLIED")}
    assert of_couples(engine, *reports, married(B, X)) == {(A, "R03", "MOTHER")}


def test_husband_and_wife_have_a_place_while_one_is_on_leave(engine: sa.Engine) -> None:
    """Whichever of them; and a leave of nobody's spouse has a place of its own."""
    assert of_couples(engine, married(B, A), leave(A)) == {(A, "R04", "ONLY_PARENT")}
    assert of_couples(engine, married(B, A), leave(B)) == {(B, "R04", "ONLY_PARENT")}
    assert of_couples(engine, leave(C)) == {(C, "R04", "ONLY_PARENT")}
    both = of_couples(engine, married(B, A), leave(A), leave(B))
    assert both == {(A, "R04", "MOTHER")}


def test_a_leave_ends_when_all_children_have_turned_three(engine: sa.Engine) -> None:
    """Older children are looked for as well as young ones, whoever their other parent is."""
    old = born(TWO, "2020-01-01", mother=A, father=X)
    grant = held("R04", A, places=[(A,)])
    assert of_couples(engine, leave(A), old, before=[grant]) == {(A, "R04", "CHILD_TURNED_THREE")}
    assert of_couples(engine, leave(A), before=[grant]) == set()


def test_places_of_a_grant_change_while_it_is_kept(engine: sa.Engine) -> None:
    """A second child by another partner: the grant goes on, with one more place."""
    another = born(TWO, "2025-02-01", mother=A, father=C)
    grant = held("R03", A, places=[(A, B)])
    made = agree(engine, [YOUNG, another], [grant], RUN)
    assert made.changes == ()
    expected = frozenset({tuple(sorted((A, B))), tuple(sorted((A, C)))})
    assert {each.places for each in made.grants} == {expected}


def test_nobody_is_decided_about_by_half_of_what_is_told(engine: sa.Engine) -> None:
    """The former partner by an older child has a young child elsewhere, and is of that party."""
    reports = [
        YOUNG,
        born(TWO, "2015-01-01", mother=C, father=B),
        born(THREE, "2025-03-01", mother=C, father=D),
        married(D, C),
        leave(C),
    ]
    found = of_couples(engine, *reports)
    assert found == {(A, "R03", "MOTHER"), (C, "R04", "MOTHER")}
