"""Bodies that are not named to whoever only looks up: no day comes out otherwise for it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import event, given

from osms_common.domain.codes import System
from osms_server.domain.facts import UntoldBody
from osms_server.domain.timeline import encode_timeline
from osms_server.rules.engine import decide
from osms_server.rules.parameters import LAW
from tests.rules.factories import failed, listed, overlay, person, repaired, unlisted
from tests.rules.lives import Life, listed_lives, unhurried
from tests.rules.untold import as_told


@pytest.mark.long
@unhurried(500)
@given(listed_lives())
def test_a_body_that_is_not_named_changes_no_day(life: Life) -> None:
    """Whatever fails, in any state of what is known: no ground, no preserved and no held day."""
    facts, overlays = life.person, life.overlays
    told = as_told(facts, overlays)
    untold = {mark.body for mark in told.roster if isinstance(mark.body, UntoldBody)}
    event(f"{len(untold)} bodies not named, {len({*facts.roster}) > 0}")
    for known in life.revisions:
        full, partial = (
            encode_timeline(decide(each, LAW, known=known, overlays=overlays.known_at(known)))
            for each in (facts, told)
        )
        assert partial == full


LISTED = person(
    listed("2025-06-20", body=System.ACA),
    unlisted("2025-07-10T00:00", body=System.ACA),
    listed("2025-06-25", body=System.DEFENCE),
    unlisted("2025-07-05T00:00", body=System.DEFENCE),
)
"""By a body that ended on 30 June 2025, and by another."""


@pytest.mark.parametrize(
    ("failing", "named"),
    [
        (System.ACA, {System.ACA}),
        (System.NSC, {System.ACA}),
        (System.DEFENCE, {System.DEFENCE}),
        (System.INTERIOR, set()),
        (System.FUND, set()),
    ],
)
def test_whom_a_failure_may_concern_is_named(failing: System, named: set[System]) -> None:
    """The body itself, and one whose heir has failed: its people may depend on the heir."""
    told = as_told(LISTED, overlay(failed("2025-07-01", failing)))
    assert {mark.body for mark in told.roster if isinstance(mark.body, System)} == named


def test_one_name_for_all_would_change_days() -> None:
    """Bodies must stay apart: what one of them says ends no listing of another."""
    overlays = overlay(failed("2025-07-01", System.FUND), repaired("2025-07-20"))
    known = max(LISTED.revisions() | overlays.revisions())
    marks = tuple(mark._replace(body=UntoldBody()) for mark in LISTED.roster)
    wrong = decide(replace(LISTED, roster=marks), LAW, known=known, overlays=overlays)
    right = decide(LISTED, LAW, known=known, overlays=overlays)
    assert encode_timeline(wrong) != encode_timeline(right)


def test_a_wrong_name_would_change_days() -> None:
    """The test above would find it where somebody is told as of a body that has failed."""
    overlays = overlay(failed("2025-07-01", System.FMA), repaired("2025-07-20"))
    known = max(LISTED.revisions() | overlays.revisions())
    marks = tuple(
        mark._replace(body=System.FMA) if mark.body is System.ACA else mark
        for mark in LISTED.roster
    )
    wrong = decide(replace(LISTED, roster=marks), LAW, known=known, overlays=overlays)
    right = decide(LISTED, LAW, known=known, overlays=overlays)
    assert encode_timeline(wrong) != encode_timeline(right)
