"""Technical failures (p. 13) and unpaid budgets (p. 9 part 2), laid over everybody's grounds."""

from __future__ import annotations

from datetime import date

from hypothesis import given

from osms_common.domain.calendar import FOREVER, ONE_DAY
from osms_common.domain.codes import Budget, PayerKind, System
from osms_server.rules.overlays import Reach, reach
from tests.rules.factories import (
    Case,
    answer,
    assigned,
    day,
    each_day,
    episode,
    failed,
    grounds_on,
    listed,
    overlay,
    paid_again,
    paid_months,
    person,
    registered,
    removed,
    repaired,
    timeline_of,
    unlisted,
    unpaid,
)
from tests.rules.lives import Life, boundary_days, lives, unhurried

PRESERVED = "PRESERVED p13"
SC = System.STATE_CORPORATION

KEPT_THROUGH_JUNE = person(
    assigned("R01", "2026-01-01", source=System.MOE), removed("R01", "2026-01-01", "2026-03-10")
)
"""The last day of the right is 30 June 2026."""

INCIDENTS = {
    "the right is lost during the failure": Case(
        KEPT_THROUGH_JUNE,
        {
            "2026-06-30": "RETENTION R01 p9.1",
            "2026-07-01": PRESERVED,
            "2026-07-10": PRESERVED,
            "2026-07-11": "-",
        },
        overlay(failed("2026-06-30", SC), repaired("2026-07-10")),
    ),
    "a failure that lasts": Case(
        KEPT_THROUGH_JUNE,
        {"2026-07-01": PRESERVED, "2099-01-01": PRESERVED},
        overlay(failed("2026-06-30", SC)),
    ),
    "a failure from the day on which the right was lost": Case(
        KEPT_THROUGH_JUNE,
        {"2026-06-30": "RETENTION R01 p9.1", "2026-07-01": "-", "2026-07-02": "-"},
        overlay(failed("2026-07-01", SC)),
    ),
    "a failure that ends on the last day of the right": Case(
        KEPT_THROUGH_JUNE,
        {"2026-06-30": "RETENTION R01 p9.1", "2026-07-01": "-"},
        overlay(failed("2026-06-01", SC), repaired("2026-06-30")),
    ),
    "a failure that ends a day after it": Case(
        KEPT_THROUGH_JUNE,
        {"2026-07-01": PRESERVED, "2026-07-02": "-"},
        overlay(failed("2026-06-01", SC), repaired("2026-07-01")),
    ),
    "a failure of one day": Case(
        KEPT_THROUGH_JUNE,
        {"2026-06-30": "RETENTION R01 p9.1", "2026-07-01": "-"},
        overlay(failed("2026-06-30", SC), repaired("2026-06-30")),
    ),
    "before the right began nothing is preserved": Case(
        KEPT_THROUGH_JUNE,
        {"2025-12-31": "-", "2026-01-01": "CATEGORY R01 p9.1", "2026-07-01": "-"},
        overlay(failed("2025-12-31", SC)),
    ),
    "two failures, the second of nobody's system": Case(
        KEPT_THROUGH_JUNE,
        {"2026-07-10": PRESERVED, "2026-07-11": "-"},
        overlay(
            failed("2026-06-30", SC),
            repaired("2026-07-10"),
            failed("2026-06-30", System.DFC, code="I2"),
        ),
    ),
    "a second failure does not preserve what only the first preserved": Case(
        KEPT_THROUGH_JUNE,
        {"2026-07-10": PRESERVED, "2026-07-11": "-"},
        overlay(
            failed("2026-06-30", SC),
            repaired("2026-07-10"),
            failed("2026-07-05", SC, code="I2"),
        ),
    ),
    "two failures that both began with the right": Case(
        KEPT_THROUGH_JUNE,
        {"2026-07-10": PRESERVED, "2026-07-20": PRESERVED, "2026-07-21": "-"},
        overlay(
            failed("2026-06-30", SC),
            repaired("2026-07-10"),
            failed("2026-06-15", SC, code="I2"),
            repaired("2026-07-20", code="I2"),
        ),
    ),
    "gains pass as usual": Case(
        person(*episode("R01", "2026-01-01", "2026-03-10"), assigned("R13", "2026-07-10")),
        {"2026-07-09": PRESERVED, "2026-07-10": "CATEGORY R13 p9.1"},
        overlay(failed("2026-06-30", SC)),
    ),
    "a right regained and lost again during the failure": Case(
        person(
            *episode("R01", "2026-01-01", "2026-03-10"),
            *episode("F01", "2026-07-10", "2026-07-20"),
        ),
        {"2026-07-09": PRESERVED, "2026-07-19": "TREATY p61", "2026-07-20": PRESERVED},
        overlay(failed("2026-06-30", SC)),
    ),
    "a ground that began during the failure": Case(
        person(*episode("F01", "2026-07-10", "2026-07-20")),
        {"2026-07-09": "-", "2026-07-19": "TREATY p61", "2026-07-20": "-"},
        overlay(failed("2026-06-30", SC)),
    ),
}

LISTED_BY_ENDED_BODY = person(
    listed("2025-06-20", body=System.ACA), unlisted("2025-07-10T00:00", body=System.ACA)
)
"""A body that was part of another from 30 June 2025 on, and was spoken for on 10 July."""

SUCCESSIONS = {
    "the successor fails after the merger": Case(
        LISTED_BY_ENDED_BODY,
        {"2025-07-09": "ROSTER p12", "2025-07-10": PRESERVED, "2025-07-11": PRESERVED},
        overlay(failed("2025-06-30", System.NSC)),
    ),
    "the successor fails before the merger": Case(
        LISTED_BY_ENDED_BODY,
        {"2025-07-09": "ROSTER p12", "2025-07-10": "-"},
        overlay(failed("2025-06-29", System.NSC)),
    ),
    "the ended body fails after the merger": Case(
        LISTED_BY_ENDED_BODY,
        {"2025-07-10": PRESERVED},
        overlay(failed("2025-06-30", System.ACA)),
    ),
    "the ended body failed before the merger": Case(
        LISTED_BY_ENDED_BODY,
        {"2025-07-10": PRESERVED},
        overlay(failed("2025-06-29", System.ACA)),
    ),
    "another body fails": Case(
        LISTED_BY_ENDED_BODY, {"2025-07-10": "-"}, overlay(failed("2025-06-30", System.GPO))
    ),
}

LOST = {
    "a category and its retention: the State Corporation": (KEPT_THROUGH_JUNE, SC),
    "a category and its retention: its source": (KEPT_THROUGH_JUNE, System.MOE),
    "a treaty listing: the State Corporation": (
        person(
            assigned("F01", "2026-01-01", source=System.FWIS),
            removed("F01", "2026-01-01", "2026-07-01"),
        ),
        SC,
    ),
    "a treaty listing: its source": (
        person(
            assigned("F01", "2026-01-01", source=System.FWIS),
            removed("F01", "2026-01-01", "2026-07-01"),
        ),
        System.FWIS,
    ),
    "payments: the State Corporation": (person(*paid_months("2025-04", "2026-03")), SC),
    "independent payments: the State Corporation": (
        person(*paid_months("2025-04", "2026-03", "2025-05-01", kind=PayerKind.INDEPENDENT)),
        SC,
    ),
    "a roster: its body": (
        person(
            listed("2026-01-01", known="2010-01-01"), unlisted("2026-07-01", known="2010-01-01")
        ),
        System.DEFENCE,
    ),
    "documents: the Fund": (person(registered("R12", "2026-05-30")), System.FUND),
    "a category: the Fund": (KEPT_THROUGH_JUNE, System.FUND),
    "payments: the Fund": (person(*paid_months("2025-04", "2026-03")), System.FUND),
    "a roster: the Fund": (
        person(
            listed("2026-01-01", known="2010-01-01"), unlisted("2026-07-01", known="2010-01-01")
        ),
        System.FUND,
    ),
}
"""Rights whose last day is 30 June 2026, and a system on which they depend."""

DEPENDENT = {
    name: Case(
        facts,
        {"2026-07-01": PRESERVED, "2026-07-02": "-"},
        overlay(failed("2026-06-30", system), repaired("2026-07-01")),
    )
    for name, (facts, system) in LOST.items()
}

OTHERS = {
    "a category, another source": (KEPT_THROUGH_JUNE, System.MOJ),
    "a category, a body": (KEPT_THROUGH_JUNE, System.DEFENCE),
    "a treaty listing, another source": (
        LOST["a treaty listing: its source"][0],
        System.MPIS,
    ),
    "payments, a source": (LOST["payments: the State Corporation"][0], System.MLSPP),
    "a roster, the State Corporation": (LOST["a roster: its body"][0], SC),
    "a roster, another body": (LOST["a roster: its body"][0], System.INTERIOR),
    "documents, the State Corporation": (LOST["documents: the Fund"][0], SC),
    "documents, a source of the category": (LOST["documents: the Fund"][0], System.MLSPP),
}

INDEPENDENT = {
    name: Case(facts, {"2026-07-01": "-"}, overlay(failed("2026-06-30", system)))
    for name, (facts, system) in OTHERS.items()
}

STANDING = person(assigned("R07", "2025-01-01"))
KEPT = "RETENTION R07 p9.2"
HOLDS = "CATEGORY R07 p9.1"

LAPSES = {
    "a budget has paid nothing since March": Case(
        STANDING,
        {
            "2026-02-28": HOLDS,
            "2026-03-01": KEPT,
            "2026-05-31": KEPT,
            "2026-06-01": "-",
            "2099-01-01": "-",
        },
        overlay(unpaid("2026-03")),
    ),
    "lifted within the three months": Case(
        STANDING,
        {"2026-03-01": KEPT, "2026-04-19": KEPT, "2026-04-20": HOLDS},
        overlay(unpaid("2026-03"), paid_again("2026-04-20T00:00")),
    ),
    "lifted after the three months": Case(
        STANDING,
        {"2026-05-31": KEPT, "2026-06-01": "-", "2026-07-19": "-", "2026-07-20": HOLDS},
        overlay(unpaid("2026-03"), paid_again("2026-07-20")),
    ),
    "lifted before it began": Case(
        STANDING,
        {"2026-02-28": HOLDS, "2026-03-01": HOLDS, "2026-06-01": HOLDS},
        overlay(unpaid("2026-03"), paid_again("2026-02-20")),
    ),
    "the other budget": Case(
        STANDING,
        {"2026-03-01": HOLDS, "2026-06-01": HOLDS},
        overlay(unpaid("2026-03", budget=Budget.LOCAL)),
    ),
    "a category of the local budget": Case(
        person(assigned("L01", "2025-01-01")),
        {"2026-02-28": "CATEGORY L01 p9.1", "2026-03-01": "RETENTION L01 p9.2", "2026-06-01": "-"},
        overlay(unpaid("2026-03", budget=Budget.LOCAL)),
    ),
    "a category of each budget": Case(
        person(assigned("R07", "2025-01-01"), assigned("L02", "2025-01-01")),
        {"2026-03-01": f"CATEGORY L02 p9.1, {KEPT}", "2026-06-01": "CATEGORY L02 p9.1"},
        overlay(unpaid("2026-03")),
    ),
    "a category assigned in the second month": Case(
        person(assigned("R07", "2026-04-10")),
        {"2026-04-09": "-", "2026-04-10": KEPT, "2026-05-31": KEPT, "2026-06-01": "-"},
        overlay(unpaid("2026-03")),
    ),
    "a category assigned in the fourth month": Case(
        person(assigned("R07", "2026-06-10")),
        {"2026-06-10": "-", "2026-07-19": "-", "2026-07-20": HOLDS},
        overlay(unpaid("2026-03"), paid_again("2026-07-20")),
    ),
    "the retention after a removal stays": Case(
        person(*episode("R07", "2025-01-01", "2026-03-10")),
        {
            "2026-03-09": KEPT,
            "2026-03-10": "RETENTION R07 p9.1",
            "2026-06-30": "RETENTION R07 p9.1",
            "2026-07-01": "-",
        },
        overlay(unpaid("2026-03")),
    ),
    "a removal in the fourth month is followed by its retention": Case(
        person(*episode("R07", "2025-01-01", "2026-06-10")),
        {
            "2026-06-09": "-",
            "2026-06-10": "RETENTION R07 p9.1",
            "2026-09-30": "RETENTION R07 p9.1",
            "2026-10-01": "-",
        },
        overlay(unpaid("2026-03")),
    ),
    "the months count for a payer as before": Case(
        person(*episode("R07", "2025-07-01", "2026-06-01"), *paid_months("2026-06", "2026-06")),
        {"2026-07-01": "PAYER p10.1, RETENTION R07 p9.1"},
        overlay(unpaid("2025-07")),
    ),
    "other grounds are not concerned": Case(
        person(assigned("F01", "2025-01-01"), listed("2010-01-01")),
        {"2026-06-01": "ROSTER p12, TREATY p61"},
        overlay(unpaid("2026-03"), unpaid("2026-03", budget=Budget.LOCAL, lapse_id="n2")),
    ),
    "two lapses one after another": Case(
        STANDING,
        {
            "2026-01-31": KEPT,
            "2026-02-10": HOLDS,
            "2026-02-28": HOLDS,
            "2026-03-01": KEPT,
            "2026-05-31": KEPT,
            "2026-06-01": "-",
        },
        overlay(unpaid("2026-01"), paid_again("2026-02-10"), unpaid("2026-03", lapse_id="n2")),
    ),
    "a lapse that reaches back into one that was lifted: the kinder of the two": Case(
        STANDING,
        {
            "2026-03-31": KEPT,
            "2026-04-01": KEPT,
            "2026-05-31": KEPT,
            "2026-06-01": "-",
        },
        overlay(unpaid("2026-01"), paid_again("2026-04-20"), unpaid("2026-03", lapse_id="n2")),
    ),
    "a right kept by a lapse is preserved in a failure": Case(
        STANDING,
        {"2026-05-31": KEPT, "2026-06-01": PRESERVED, "2026-06-10": PRESERVED, "2026-06-11": "-"},
        overlay(unpaid("2026-03"), failed("2026-05-31", SC), repaired("2026-06-10")),
    ),
}

KNOWN_LATER = {
    "a failure declared later preserves the days before": Case(
        KEPT_THROUGH_JUNE,
        {"2026-07-01": PRESERVED, "2026-07-19": PRESERVED},
        overlay(failed("2026-06-30", SC, known="2026-07-20")),
    ),
    "an end that becomes known later takes nothing back": Case(
        KEPT_THROUGH_JUNE,
        {
            "2026-07-10": PRESERVED,
            "2026-07-11": "HELD r.held",
            "2026-07-15": "HELD r.held",
            "2026-07-16": "-",
        },
        overlay(failed("2026-06-30", SC), repaired("2026-07-10", known="2026-07-15")),
    ),
    "a lapse recorded later takes nothing back": Case(
        STANDING,
        {
            "2026-03-31": KEPT,
            "2026-04-01": "HELD r.held",
            "2026-04-10": "HELD r.held",
            "2026-04-11": "-",
        },
        overlay(unpaid("2026-01", known="2026-04-10")),
    ),
    "what is known of the first day is what is known now": Case(
        person(
            assigned("R01", "2026-01-01", source=System.MOE),
            removed("R01", "2026-01-01", "2026-03-10"),
            removed("R01", "2026-01-01", "2026-02-28", known="2026-07-15"),
        ),
        {
            "2026-05-31": "RETENTION R01 p9.1",
            "2026-06-01": "HELD r.held",
            "2026-07-01": "HELD r.held",
            "2026-07-15": "HELD r.held",
            "2026-07-16": "-",
        },
        overlay(failed("2026-06-30", SC)),
    ),
    "a ground of the first day that becomes known later preserves as well": Case(
        person(
            *episode("R01", "2026-01-01", "2026-02-28"),
            registered("R12", "2026-06-20", known="2026-07-15"),
        ),
        {"2026-06-19": "-", "2026-07-20": "DOCUMENT R12 p21", "2026-07-21": PRESERVED},
        overlay(failed("2026-06-30", System.FUND)),
    ),
}


@each_day(INCIDENTS)
def test_a_right_is_preserved_while_a_failure_lasts(case: Case, on: str, expected: str) -> None:
    """From the day after the failure began through its last, for who held a ground before."""
    assert answer(case, on) == expected


@each_day(DEPENDENT)
def test_what_depends_on_what_failed_is_preserved(case: Case, on: str, expected: str) -> None:
    """Each ground depends on the systems that it came through; all depend on the Fund's own."""
    assert answer(case, on) == expected


@each_day(INDEPENDENT)
def test_what_does_not_depend_on_what_failed_is_lost(case: Case, on: str, expected: str) -> None:
    """A failure of another system preserves nothing."""
    assert answer(case, on) == expected


@each_day(SUCCESSIONS)
def test_the_people_of_an_ended_body_depend_on_its_successor_too(
    case: Case, on: str, expected: str
) -> None:
    """From the day on which the successor speaks for them; before it, on their own body alone."""
    assert answer(case, on) == expected


@each_day(LAPSES)
def test_a_right_is_kept_three_months_while_its_budget_pays_nothing(
    case: Case, on: str, expected: str
) -> None:
    """Three months from the first one unpaid; then nothing, until the lapse is lifted."""
    assert answer(case, on) == expected


@each_day(KNOWN_LATER)
def test_what_becomes_known_later_takes_nothing_back(case: Case, on: str, expected: str) -> None:
    """Gains reach back, losses do not."""
    assert answer(case, on) == expected


def test_the_overlays_of_one_moment_are_those_known_then() -> None:
    """Before a failure is declared nothing is preserved."""
    overlays = overlay(failed("2026-06-30", SC, known="2026-07-20"))
    then = timeline_of(KEPT_THROUGH_JUNE, overlays=overlays, known="2026-07-19")
    assert grounds_on(then, day("2026-07-01")) == "-"


def test_without_overlays_they_reach_nowhere() -> None:
    """Where nothing was declared or recorded no answer depends on it."""
    assert reach(overlay()) == Reach(None, None)


def test_overlays_reach_to_their_ends() -> None:
    """A lapse reaches to its lifting, a failure to its end or to the day that made it known."""
    overlays = overlay(
        unpaid("2026-03"),
        paid_again("2026-07-20"),
        failed("2026-06-30", SC),
        repaired("2026-07-10", known="2026-07-15"),
    )
    assert reach(overlays) == Reach(day("2026-07-20"), day("2026-07-15"))


def test_overlays_that_stand_reach_for_ever() -> None:
    """What is not lifted and has not ended may concern every day to come."""
    overlays = overlay(unpaid("2026-03"), failed("2026-06-30", SC))
    assert reach(overlays) == Reach(FOREVER, FOREVER)


@unhurried(50)
@given(lives())
def test_beyond_their_reach_overlays_change_nothing(life: Life) -> None:
    """After the last day that overlays reach, the timeline is the one without them."""
    reached = [end for end in reach(life.overlays) if end is not None]
    last = max(reached, default=date.min)
    without, under = timeline_of(life.person), timeline_of(life.person, overlays=life.overlays)
    days = [edge for edge in boundary_days(without, under) if edge > last]
    if last < FOREVER - ONE_DAY and reached:
        days.append(last + ONE_DAY)
    for edge in days:
        assert grounds_on(under, edge) == grounds_on(without, edge)


@unhurried(50)
@given(lives(withdrawals=False))
def test_a_failure_only_adds_days(life: Life) -> None:
    """With technical failures alone nobody has fewer days of the right than without them."""
    only_incidents = overlay(*life.overlays.declared, *life.overlays.closed)
    without = timeline_of(life.person)
    under = timeline_of(life.person, overlays=only_incidents)
    for edge in boundary_days(without, under):
        found = grounds_on(without, edge)
        assert found in {"-", "HELD r.held"} or grounds_on(under, edge) == found
