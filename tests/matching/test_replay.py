"""What was known when: a day that has passed gives the result of that day."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from osms_matching.domain.decisions import Run
from osms_matching.domain.reports import Known, Pension, Report, TargetedAssistance
from osms_matching.rules.matching import replay
from tests.matching.factories import (
    ASEL,
    day,
    held,
    listed,
    matched,
    only,
    paid,
    refunded,
    told,
    worked,
)

ON: Final = "2026-07-15"


def run(on: str, known: int) -> Run:
    """A matching on a day, by what was known then."""
    return Run(day(on), Known(known))


def test_what_became_known_later_changes_no_earlier_matching() -> None:
    """A contribution that is told late counts from the matching that knows of it."""
    late = [paid("2026-05-10", known=3), paid("2026-06-10", known=3)]
    reports = [listed(TargetedAssistance), *late]
    early, after = replay(reports, [run(ON, 2), run(ON, 3)])
    assert told(early) == {(ASEL, "R14", "GRANTED NO_CONTRIBUTIONS")}
    assert told(after) == {(ASEL, "R14", "WITHDRAWN WORKED")}


def test_a_report_that_was_withdrawn_was_known_until_then() -> None:
    """And another stands in its place."""
    wrong = replace(listed(Pension), withdrawn=Known(2))
    right = listed(Pension, until="2026-07-01", known=2)
    assert only(matched(ON, wrong, right, known=1), "R07").outcome == "GRANTED"
    assert matched(ON, wrong, right, known=2).decisions == ()


def test_a_refund_that_is_told_late_gives_back_late() -> None:
    """What was decided before stays decided; the next matching grants."""
    line = paid("2026-06-10")
    reports: list[Report] = [
        listed(TargetedAssistance),
        line,
        refunded(line, "2026-06-20", known=5),
    ]
    early, after = replay(reports, [run(ON, 4), run("2026-07-16", 5)])
    assert told(early) == {(ASEL, "R14", "NOT_GRANTED WORKED")}
    assert told(after) == {(ASEL, "R14", "GRANTED NO_CONTRIBUTIONS")}


def test_a_matching_goes_on_from_the_one_before() -> None:
    """One month of work takes nothing, two do; one without does not give back what two took."""
    reports = [listed(TargetedAssistance), *worked("2026-03", "2026-04", "2026-06")]
    runs = [run(f"2026-{month:02d}-01", 9) for month in range(3, 10)]
    outcomes = [str(only(matching, "R14").outcome) for matching in replay(reports, runs)]
    assert outcomes == [
        "GRANTED",
        "KEPT",
        "WITHDRAWN",
        "GRANTED",
        "KEPT",
        "KEPT",
        "KEPT",
    ]


def test_a_category_that_is_granted_anew_has_a_new_day() -> None:
    """The day of the matching that granted it."""
    reports = [listed(TargetedAssistance), *worked("2026-03", "2026-04")]
    runs = [run(f"2026-{month:02d}-01", 9) for month in range(3, 7)]
    since = [[grant.assigned_on for grant in m.grants] for m in replay(reports, runs)]
    assert since == [[day("2026-03-01")]] * 2 + [[], [day("2026-06-01")]]


def test_a_replay_begins_with_what_is_held() -> None:
    """Where matchings go on from grants that were made elsewhere."""
    (matching,) = replay([], [run(ON, 1)], frozenset({held("R07")}))
    assert told(matching) == {(ASEL, "R07", "WITHDRAWN NOT_LISTED")}
