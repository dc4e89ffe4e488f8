"""What holds of every matching of every life."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from random import Random
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osms_common.domain.codes import Category
from osms_common.domain.identifiers import Iin
from osms_matching.domain.decisions import Matching, Outcome, RunKind
from osms_matching.domain.grants import Grants
from osms_matching.domain.reports import Report
from osms_matching.rules.categories import LAW, RULES
from osms_matching.rules.circles import circle, joined_by
from osms_matching.rules.matching import match, replay
from osms_matching.rules.picture import depict
from tests.matching.crowds import ADULTS, crowd
from tests.matching.factories import (
    ASEL,
    BABY,
    BOLAT,
    CHILD,
    DANA,
    ERLAN,
    GULNAR,
    KAIRAT,
    born,
    guarded,
    married,
)
from tests.matching.lives import Life, lives
from tests.rules.lives import unhurried

MANY: Final = unhurried(int(os.environ.get("OSMS_ORACLE_LIVES", "40")))
CROWDS: Final = int(os.environ.get("OSMS_ORACLE_CASES", "12"))

R03, R04, L02 = Category.RAISING_CHILD, Category.ON_CHILD_LEAVE, Category.CRISIS_LEVEL


def matchings(life: Life) -> Iterator[tuple[Grants, Matching]]:
    """The matchings of a life, each with what was held before it."""
    before = life.before
    for matching in replay(life.reports, life.runs, before):
        yield before, matching
        before = matching.grants


def check(life: Life) -> None:
    """All that holds of each matching of a life."""
    for before, matching in matchings(life):
        _check_places(life, matching)
        _check_categories(matching)
        _check_decisions(before, matching)
        _check_again(life, matching)


def _check_places(life: Life, matching: Matching) -> None:
    """A place has one holder; whoever is on leave has R04; a couple of its own has one holder."""
    picture = depict(life.reports, matching.run, LAW)
    taken = Counter(place for grant in matching.grants for place in grant.places)
    assert all(count == 1 for count in taken.values())
    assert {*taken} <= {*picture.places}
    parts = Counter(person for place in picture.places for person in place)
    of_couples = {g.person for g in matching.grants if g.category in {R03, R04}}
    for place in picture.places:
        if all(parts[person] == 1 for person in place):
            assert len(of_couples & {*place}) <= 1
    on_leave = {person for person, category in picture.listed if category is R04}
    for grant in matching.grants:
        if grant.category in {R03, R04}:
            assert grant.places
            assert all(grant.person in place for place in grant.places)
            assert (grant.category is R04) == (grant.person in on_leave)
        else:
            assert not grant.places


def _check_categories(matching: Matching) -> None:
    """Nobody holds a category twice, or the crisis level with any that it gives way to."""
    held: defaultdict[Iin, list[Category]] = defaultdict(list)
    for grant in matching.grants:
        held[grant.person].append(grant.category)
    for categories in held.values():
        assert len(categories) == len({*categories})
        assert not {R03, R04} <= {*categories}
        if matching.run.kind is RunKind.MONTHLY:  # a daily one may grant beside L02
            assert L02 not in categories or {*categories} <= {L02, Category.TREATY}


def _check_decisions(before: Grants, matching: Matching) -> None:
    """They tell exactly what changed, in order, each once, and by which paragraphs."""
    had = {(g.person, g.category): g for g in before}
    has = {(g.person, g.category): g for g in matching.grants}
    keys = [(d.person, d.category) for d in matching.decisions]
    order = [*RULES]
    assert keys == sorted({*keys}, key=lambda key: (key[0], order.index(key[1])))
    formed = LAW.formed_in(matching.run.kind)
    assert {key for key in {*had, *has} if key[1] in formed} <= {*keys}
    assert {key[1] for key in keys} <= {*formed}
    assert {had[key] for key in had if key[1] not in formed} == {
        has[key] for key in has if key[1] not in formed
    }
    for decision, key in zip(matching.decisions, keys, strict=True):
        expected = {
            (False, False): Outcome.NOT_GRANTED,
            (False, True): Outcome.GRANTED,
            (True, False): Outcome.WITHDRAWN,
            (True, True): Outcome.KEPT,
        }[key in had, key in has]
        assert decision.outcome is expected
        assert decision.day == matching.run.day
        assert decision.provisions
        if key in has:
            assert (decision.assigned_on, decision.source) == has[key][2:4]
        if key in had and key in has:
            assert has[key][:4] == had[key][:4]


def _check_again(life: Life, matching: Matching) -> None:
    """The same matching a second time changes nothing."""
    again = match(life.reports, matching.grants, matching.run)
    assert again.grants == matching.grants
    assert again.changes == ()


@MANY
@given(lives())
def test_what_holds_of_every_life(life: Life) -> None:
    """One holder a place, no R03 on leave, the crisis level alone, and nothing twice."""
    check(life)


@pytest.mark.parametrize("seed", range(CROWDS))
def test_what_holds_of_every_crowd(seed: int) -> None:
    """The same where many families meet."""
    check(crowd(seed))


@MANY
@given(lives(), st.randoms(use_true_random=False))
def test_the_order_of_what_is_reported_does_not_matter(life: Life, chance: Random) -> None:
    """What became known together is known in no order."""
    shuffled = [*life.reports]
    chance.shuffle(shuffled)
    assert [*replay(shuffled, life.runs, life.before)] == [
        *replay(life.reports, life.runs, life.before)
    ]


@MANY
@given(lives(), st.integers(0, 3))
def test_a_past_day_gives_the_result_of_that_day(life: Life, known: int) -> None:
    """Whatever was recorded after it: new reports, and what became of old ones."""
    then = [report for report in life.reports if report.known <= known]
    runs = [run for run in life.runs if run.known <= known]
    assert [*replay(then, runs, life.before)] == [*replay(life.reports, runs, life.before)]


@pytest.mark.parametrize("seed", range(CROWDS))
def test_the_circle_of_a_person_is_all_that_decides(seed: int) -> None:
    """Their own reports and grants give the same decisions as those of everybody."""
    life = crowd(seed)
    run = life.runs[-1]
    among_all = match(life.reports, life.before, run)
    for person in ADULTS:
        members = circle(life.reports, person)
        reports = [report for report in life.reports if _person_of(report) & members]
        grants = frozenset(grant for grant in life.before if grant.person in members)
        assert match(reports, grants, run).of(person) == among_all.of(person)


def _person_of(report: Report) -> set[Iin]:
    return {getattr(report, "person")} if hasattr(report, "person") else joined_by(report)  # noqa: B009


def test_a_circle_reaches_over_children_guardians_and_marriages() -> None:
    """From a husband to the former partner of his wife, and to whoever guards their child."""
    reports = [
        married(BOLAT, ASEL),
        born(CHILD, mother=ASEL, father=ERLAN),
        guarded(CHILD, by=GULNAR),
        born(BABY, mother=DANA, father=None),
    ]
    together = {BOLAT, ASEL, CHILD, ERLAN, GULNAR}
    assert all(circle(reports, person) == together for person in together)
    assert circle(reports, DANA) == {DANA, BABY}
    assert circle(reports, KAIRAT) == {KAIRAT}


def test_crowds_fall_into_circles() -> None:
    """So that a person is decided about without some of the others."""
    crowds = [crowd(seed) for seed in range(CROWDS)]
    sizes = [len(circle(life.reports, ADULTS[0]) & {*ADULTS}) for life in crowds]
    assert min(sizes) < len(ADULTS)
