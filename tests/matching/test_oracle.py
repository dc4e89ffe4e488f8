"""The matching against the clerk: two readings of the Rules that share no code."""

from __future__ import annotations

import os
from typing import Final

import pytest
from hypothesis import given

from osms_matching.domain.decisions import Matching, Outcome, Reason
from osms_matching.rules.matching import replay
from tests.matching.crowds import crowd
from tests.matching.lives import Life, lives
from tests.matching.oracle_matching import Formed, form
from tests.rules.lives import unhurried

LIVES: Final = int(os.environ.get("OSMS_ORACLE_LIVES", "150"))
CROWDS: Final = int(os.environ.get("OSMS_ORACLE_CASES", "24"))

BARRED: Final = {
    Reason.DEATH,
    Reason.FOREIGNER,
    Reason.TEMPORARY_STAY,
    Reason.SUBSIDISED_JOB,
    Reason.ON_THE_JOB_TRAINING,
}
"""To the clerk, who is barred is not listed, and nothing is said of them."""


def formed_by(matching: Matching) -> Formed:
    """A matching in the form in which the clerk tells one."""
    return Formed(
        {
            (decision.person, str(decision.category)): decision.outcome
            for decision in matching.decisions
            if decision.outcome is not Outcome.NOT_GRANTED or decision.reason not in BARRED
        },
        {
            (grant.person, str(grant.category), grant.assigned_on, grant.places)
            for grant in matching.grants
        },
    )


@unhurried(LIVES)
@given(lives())
def test_the_matching_agrees_with_the_clerk_about_every_life(life: Life) -> None:
    """Matching after matching the two say the same of everybody."""
    before = life.before
    for matching in replay(life.reports, life.runs, before):
        assert formed_by(matching) == form(life.reports, before, matching.run), matching.run
        before = matching.grants


@pytest.mark.parametrize("seed", range(CROWDS))
def test_the_matching_agrees_with_the_clerk_about_crowds(seed: int) -> None:
    """Also where many things happen to many families at once."""
    life = crowd(seed)
    before = life.before
    for matching in replay(life.reports, life.runs, before):
        assert formed_by(matching) == form(life.reports, before, matching.run), matching.run
        before = matching.grants
