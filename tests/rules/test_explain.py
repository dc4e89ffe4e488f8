"""Why: what each ground of a day rests on, and why every other kind does not hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from osms_common.domain.calendar import FOREVER
from osms_common.domain.codes import Budget, Category, GroundKind, PayerKind, System
from osms_common.texts import Language
from osms_server.domain.facts import Overlays, PersonFacts
from osms_server.domain.timeline import stretch_on
from osms_server.rules.engine import NO_OVERLAYS, decide
from osms_server.rules.explain import (
    Absence,
    Explanation,
    HoldingGround,
    PaidMonthsBasis,
    explain,
)
from osms_server.rules.parameters import LAW
from osms_server.rules.standing import Episode, Listing, Registration
from osms_server.rules.texts import absence_text
from tests.rules.factories import (
    MUCH_LATER,
    assigned,
    at,
    day,
    episode,
    failed,
    in_month,
    listed,
    overlay,
    paid,
    paid_again,
    paid_months,
    person,
    registered,
    removed,
    repaired,
    shown,
    timeline_of,
    unlisted,
    unpaid,
)
from tests.rules.lives import Life, boundary_days, lives, unhurried

KIND: Final = GroundKind
OWN: Final = PayerKind.INDEPENDENT
SC: Final = System.STATE_CORPORATION

NOBODY: Final = person()
CHILD: Final = person(*episode("R01", "2026-01-01", "2026-07-15"))
DEAD: Final = person(*episode("R07", "2026-01-01", "2026-03-10", reason="DEATH"))
STAFF: Final = person(
    listed("2026-03-02", known="2010-01-01"), unlisted("2026-03-16", known="2010-01-01")
)
NEVER_ON_STAFF: Final = person(
    listed("2026-03-02", known="2010-01-01"),
    unlisted("2026-03-02", ordinal=1, known="2010-01-01"),
)
PENSIONER: Final = person(assigned("R07", "2025-01-01"))
FOREIGNER: Final = person(*episode("F01", "2026-03-01", "2026-07-15"))
PAYING: Final = person(*paid_months("2025-07", "2026-06"))
PAID_LATE: Final = person(*paid_months("2025-07", "2026-05"), paid("2026-06", "2026-09-15"))
PAID_TOO_LATE: Final = person(*paid_months("2025-07", "2026-05"), paid("2026-06", "2026-12-15"))
WITH_GAPS: Final = person(*paid_months("2025-07", "2025-10"), *paid_months("2026-02", "2026-06"))
WITH_STATE_MONTHS: Final = person(
    *paid_months("2025-07", "2025-10"),
    *episode("R13", "2025-12-31", "2026-02-01"),
    *paid_months("2026-02", "2026-06"),
)
ON_HIS_OWN: Final = person(*paid_months("2026-01", "2026-12", "2026-03-10", kind=OWN))
ON_HIS_OWN_LATE: Final = person(
    *paid_months("2026-01", "2026-11", "2026-03-10", kind=OWN),
    paid("2026-12", "2027-02-10", kind=OWN),
)
ON_DOCUMENTS: Final = person(registered("R12", "2026-03-10"))
FAILURE: Final = overlay(failed("2026-06-30", SC), repaired("2026-07-10"))
NO_CATEGORY_PAID: Final = overlay(unpaid("2026-03"))
PAID_AGAIN_AND_NOT: Final = overlay(
    unpaid("2025-01"),
    paid_again("2025-06-10"),
    unpaid("2026-03", lapse_id="n2"),
    paid_again("2026-10-01", lapse_id="n2"),
    unpaid("2026-12", lapse_id="n3"),
    unpaid("2026-01", lapse_id="n4", budget=Budget.LOCAL),
)


class Why(NamedTuple):
    """A life, a day, a kind that does not hold on it, and why."""

    facts: PersonFacts
    on: str
    kind: GroundKind
    reason: Absence
    details: Mapping[str, str]
    overlays: Overlays = NO_OVERLAYS


ABSENT: dict[str, Why] = {
    "dead, no category": Why(
        DEAD, "2026-03-10", KIND.CATEGORY, Absence.DIED, {"died_on": "2026-03-10"}
    ),
    "dead, no payer": Why(DEAD, "2030-01-01", KIND.PAYER, Absence.DIED, {"died_on": "2026-03-10"}),
    "dead, nothing preserved": Why(
        DEAD, "2026-07-01", KIND.PRESERVED, Absence.DIED, {"died_on": "2026-03-10"}, FAILURE
    ),
    "the day before the death": Why(DEAD, "2026-03-09", KIND.PAYER, Absence.NO_PAYMENTS, {}),
    "on no roster": Why(CHILD, "2026-07-01", KIND.ROSTER, Absence.NEVER_LISTED, {}),
    "on no roster for a day": Why(
        NEVER_ON_STAFF, "2026-03-02", KIND.ROSTER, Absence.NEVER_LISTED, {}
    ),
    "left out of the roster": Why(
        STAFF, "2026-03-16", KIND.ROSTER, Absence.LISTING_ENDED, {"last_day": "2026-03-15"}
    ),
    "not yet on the roster": Why(
        STAFF, "2026-03-01", KIND.ROSTER, Absence.LISTING_NOT_BEGUN, {"first_day": "2026-03-02"}
    ),
    "in no category": Why(PAYING, "2026-07-01", KIND.CATEGORY, Absence.NO_CATEGORY, {}),
    "in no category but a treaty listing": Why(
        FOREIGNER, "2026-07-01", KIND.CATEGORY, Absence.NO_CATEGORY, {}
    ),
    "in a category that was voided": Why(
        person(*episode("R01", "2026-07-15", "2026-07-15")),
        "2026-07-15",
        KIND.CATEGORY,
        Absence.NO_CATEGORY,
        {},
    ),
    "the category ended": Why(
        CHILD, "2026-07-15", KIND.CATEGORY, Absence.CATEGORY_ENDED, {"last_day": "2026-07-14"}
    ),
    "the last of two categories ended": Why(
        person(
            *episode("R01", "2026-01-01", "2026-07-15"),
            *episode("R13", "2026-03-01", "2026-05-01"),
        ),
        "2026-07-15",
        KIND.CATEGORY,
        Absence.CATEGORY_ENDED,
        {"last_day": "2026-07-14"},
    ),
    "the category has not begun": Why(
        CHILD, "2025-12-31", KIND.CATEGORY, Absence.CATEGORY_NOT_BEGUN, {"first_day": "2026-01-01"}
    ),
    "its budget pays nothing, the right is kept": Why(
        PENSIONER,
        "2026-03-01",
        KIND.CATEGORY,
        Absence.BUDGET_UNPAID,
        {"category": "R07", "budget": "REPUBLICAN", "since": "2026-03"},
        NO_CATEGORY_PAID,
    ),
    "its budget pays nothing, the right is lost": Why(
        PENSIONER,
        "2026-06-01",
        KIND.CATEGORY,
        Absence.BUDGET_UNPAID,
        {"category": "R07", "budget": "REPUBLICAN", "since": "2026-03"},
        NO_CATEGORY_PAID,
    ),
    "its budget pays nothing, as it had before and would again": Why(
        PENSIONER,
        "2026-06-01",
        KIND.CATEGORY,
        Absence.BUDGET_UNPAID,
        {"category": "R07", "budget": "REPUBLICAN", "since": "2026-03"},
        PAID_AGAIN_AND_NOT,
    ),
    "the local budget pays nothing": Why(
        person(assigned("L01", "2025-01-01")),
        "2026-06-01",
        KIND.CATEGORY,
        Absence.BUDGET_UNPAID,
        {"category": "L01", "budget": "LOCAL", "since": "2026-01"},
        PAID_AGAIN_AND_NOT,
    ),
    "under no treaty": Why(CHILD, "2026-07-01", KIND.TREATY, Absence.NO_TREATY_LISTING, {}),
    "the treaty listing ended": Why(
        FOREIGNER,
        "2026-07-15",
        KIND.TREATY,
        Absence.TREATY_LISTING_ENDED,
        {"last_day": "2026-07-14"},
    ),
    "the treaty listing has not begun": Why(
        FOREIGNER,
        "2026-02-28",
        KIND.TREATY,
        Absence.TREATY_LISTING_NOT_BEGUN,
        {"first_day": "2026-03-01"},
    ),
    "nothing was paid": Why(CHILD, "2026-07-01", KIND.PAYER, Absence.NO_PAYMENTS, {}),
    "only a penalty was paid": Why(
        person(paid("2026-06", code=123)), "2026-07-01", KIND.PAYER, Absence.NO_PAYMENTS, {}
    ),
    "months are missing": Why(
        WITH_GAPS,
        "2026-07-01",
        KIND.PAYER,
        Absence.MONTHS_MISSING,
        {"last_paid_month": "2026-06", "missing_months": "2025-11, 2025-12, 2026-01"},
    ),
    "months that nothing else satisfies are missing": Why(
        WITH_STATE_MONTHS,
        "2026-07-01",
        KIND.PAYER,
        Absence.MONTHS_MISSING,
        {"last_paid_month": "2026-06", "missing_months": "2025-11"},
    ),
    "months were missing then": Why(
        PAYING,
        "2026-05-31",
        KIND.PAYER,
        Absence.MONTHS_MISSING,
        {"last_paid_month": "2026-05", "missing_months": "2025-06"},
    ),
    "before the first payment": Why(
        person(*paid_months("2026-05", "2026-06")),
        "2026-01-01",
        KIND.PAYER,
        Absence.MONTHS_MISSING,
        {
            "last_paid_month": "2026-05",
            "missing_months": "2025-06, 2025-07, 2025-08, 2025-09, 2025-10, 2025-11, 2025-12, "
            "2026-01, 2026-02, 2026-03, 2026-04",
        },
    ),
    "the last month was not paid yet": Why(
        PAYING, "2026-06-30", KIND.PAYER, Absence.PAYMENTS_NOT_BEGUN, {"first_day": "2026-07-01"}
    ),
    "paid no more": Why(
        PAYING, "2026-09-01", KIND.PAYER, Absence.PAYMENTS_ENDED, {"last_day": "2026-08-31"}
    ),
    "paid no more, long ago": Why(
        PAYING, "2030-01-01", KIND.PAYER, Absence.PAYMENTS_ENDED, {"last_day": "2026-08-31"}
    ),
    "paid when the right was only kept": Why(
        PAID_LATE, "2026-09-15", KIND.PAYER, Absence.PAYMENTS_NOT_BEGUN, {}
    ),
    "paid too late for any right": Why(
        PAID_TOO_LATE, "2026-08-01", KIND.PAYER, Absence.PAYMENTS_NOT_BEGUN, {}
    ),
    "nothing was paid independently": Why(
        PAYING, "2026-07-01", KIND.SELF_PAYER, Absence.NO_INDEPENDENT_PAYMENTS, {}
    ),
    "the run is not complete": Why(
        person(paid("2026-02", kind=OWN), paid("2026-04", kind=OWN), paid("2026-05")),
        "2026-07-01",
        KIND.SELF_PAYER,
        Absence.RUN_INCOMPLETE,
        {"paid_months": "2026-02, 2026-04"},
    ),
    "the run has not begun": Why(
        ON_HIS_OWN,
        "2026-03-09",
        KIND.SELF_PAYER,
        Absence.RUN_NOT_BEGUN,
        {"first_day": "2026-03-10"},
    ),
    "the run is over": Why(
        ON_HIS_OWN, "2027-01-01", KIND.SELF_PAYER, Absence.RUN_ENDED, {"last_day": "2026-12-31"}
    ),
    "the run was complete only when it was over": Why(
        ON_HIS_OWN_LATE, "2027-02-10", KIND.SELF_PAYER, Absence.RUN_NOT_BEGUN, {}
    ),
    "the run was complete only when it was over, asked before": Why(
        ON_HIS_OWN_LATE, "2026-12-01", KIND.SELF_PAYER, Absence.RUN_NOT_BEGUN, {}
    ),
    "not registered on documents": Why(
        CHILD, "2026-07-01", KIND.DOCUMENT, Absence.NOT_REGISTERED, {}
    ),
    "the month by documents is over": Why(
        ON_DOCUMENTS,
        "2026-04-11",
        KIND.DOCUMENT,
        Absence.REGISTRATION_ENDED,
        {"last_day": "2026-04-10"},
    ),
    "not registered yet": Why(
        ON_DOCUMENTS,
        "2026-03-09",
        KIND.DOCUMENT,
        Absence.REGISTRATION_NOT_BEGUN,
        {"first_day": "2026-03-10"},
    ),
    "nothing ended": Why(PENSIONER, "2026-07-01", KIND.RETENTION, Absence.NOTHING_TO_KEEP, {}),
    "nothing is kept after a roster": Why(
        STAFF, "2026-03-20", KIND.RETENTION, Absence.NOTHING_TO_KEEP, {}
    ),
    "kept no longer": Why(
        CHILD, "2026-11-01", KIND.RETENTION, Absence.RETENTION_ENDED, {"last_day": "2026-10-31"}
    ),
    "not yet to be kept": Why(
        CHILD,
        "2026-07-14",
        KIND.RETENTION,
        Absence.RETENTION_NOT_BEGUN,
        {"first_day": "2026-07-15"},
    ),
    "nothing failed": Why(CHILD, "2026-12-01", KIND.PRESERVED, Absence.NO_INCIDENT, {}),
    "nothing failed any more": Why(
        CHILD, "2026-07-11", KIND.PRESERVED, Absence.NO_INCIDENT, {}, FAILURE
    ),
    "nothing failed before this day": Why(
        CHILD, "2026-06-30", KIND.PRESERVED, Absence.NO_INCIDENT, {}, FAILURE
    ),
    "what failed concerned nobody": Why(
        STAFF, "2026-07-05", KIND.PRESERVED, Absence.NO_GROUND_FAILED, {"incidents": "I1"}, FAILURE
    ),
    "what failed concerned nobody, twice": Why(
        STAFF,
        "2026-07-05",
        KIND.PRESERVED,
        Absence.NO_GROUND_FAILED,
        {"incidents": "I1, I2"},
        overlay(failed("2026-06-30", SC), failed("2026-07-01", SC, code="I2")),
    ),
    "what failed concerned nobody on a held day": Why(
        person(listed("2026-07-02T10:00"), unlisted("2026-07-02T15:00")),
        "2026-07-02",
        KIND.PRESERVED,
        Absence.NO_GROUND_FAILED,
        {"incidents": "I1"},
        FAILURE,
    ),
    "another ground holds, nothing to preserve": Why(
        CHILD, "2026-07-05", KIND.PRESERVED, Absence.NOT_NEEDED, {}, FAILURE
    ),
    "another ground holds, nothing to be held": Why(
        CHILD, "2026-07-05", KIND.HELD, Absence.NOT_NEEDED, {}
    ),
    "nobody was told": Why(CHILD, "2026-11-01", KIND.HELD, Absence.NOT_TOLD, {}),
    "nobody was told after a death": Why(DEAD, "2026-03-10", KIND.HELD, Absence.NOT_TOLD, {}),
    "of nobody nothing is known": Why(NOBODY, "2026-07-01", KIND.ROSTER, Absence.NEVER_LISTED, {}),
}


def explained(
    facts: PersonFacts, on: str, overlays: Overlays = NO_OVERLAYS, known: str = MUCH_LATER
) -> Explanation:
    """The explanation of a day."""
    return explain(facts, overlays, LAW, known=at(known), day=day(on))


def the_ground(facts: PersonFacts, on: str, ground: str) -> HoldingGround:
    """The ground of a day that is shown so."""
    holding = explained(facts, on).holding
    return next(each for each in holding if shown([each.code]) == ground)


@pytest.mark.parametrize("why", ABSENT.values(), ids=ABSENT)
def test_a_kind_that_does_not_hold_has_its_reason(why: Why) -> None:
    """One reason with its details, and a sentence in every language."""
    absent = explained(why.facts, why.on, why.overlays).absent
    found = next(each for each in absent if each.kind is why.kind)
    assert (found.reason, dict(found.details)) == (why.reason, why.details)
    assert all(absence_text(found, language) for language in Language)


def test_every_reason_is_given_to_somebody() -> None:
    """There is no reason that no case above produces."""
    assert {why.reason for why in ABSENT.values()} == set(Absence)


def test_of_nobody_every_kind_is_absent() -> None:
    """A person of whom nothing is known has an empty timeline and nine reasons."""
    explanation = explained(NOBODY, "2026-07-01")
    assert not explanation.timeline
    assert not explanation.holding
    assert [absent.kind for absent in explanation.absent] == list(GroundKind)


def test_a_category_rests_on_its_episode() -> None:
    """The days of the ground are the unbroken ones around the day."""
    found = the_ground(CHILD, "2026-07-01", "CATEGORY R01 p9.1")
    child = Episode(Category.CHILD, day("2026-01-01"), day("2026-07-15"), System.MLSPP, False)
    assert (found.start, found.end, found.bases) == (child.start, child.end, (child,))
    assert found.depends_on == {SC, System.MLSPP}


def test_two_episodes_of_a_category_make_one_ground() -> None:
    """Where they overlap the ground rests on both, and its days are those of both together."""
    facts = person(*episode("R01", "2026-01-01", "2026-07-15"), assigned("R01", "2026-06-01"))
    found = the_ground(facts, "2026-07-01", "CATEGORY R01 p9.1")
    assert (found.start, found.end) == (day("2026-01-01"), FOREVER)
    assert len(found.bases) == 2
    alone = the_ground(facts, "2026-01-01", "CATEGORY R01 p9.1")
    assert len(alone.bases) == 1


def test_the_days_of_a_ground_run_through_other_grounds() -> None:
    """A ground that goes on while another comes and goes is one."""
    facts = person(assigned("R07", "2026-01-01"), *episode("F01", "2026-03-01", "2026-04-01"))
    found = the_ground(facts, "2026-03-15", "CATEGORY R07 p9.1")
    assert (found.start, found.end) == (day("2026-01-01"), FOREVER)
    found = the_ground(facts, "2026-03-15", "TREATY p61")
    assert (found.start, found.end) == (day("2026-03-01"), day("2026-04-01"))


def test_a_retention_after_a_category_rests_on_its_episode_alone() -> None:
    """Payments that give a right of their own are no reason for it."""
    facts = person(*episode("R01", "2026-01-01", "2026-05-10"), *paid_months("2025-07", "2026-06"))
    found = the_ground(facts, "2026-07-01", "RETENTION R01 p9.1")
    assert found.bases == (
        Episode(Category.CHILD, day("2026-01-01"), day("2026-05-10"), System.MLSPP, False),
    )


@pytest.mark.parametrize(
    ("facts", "on", "ground", "months"),
    [
        (PAYING, "2026-07-01", "PAYER p10.1", [("2025-07", "2026-06", False)]),
        (PAYING, "2026-09-01", "RETENTION p10.2", [("2025-07", "2026-06", False)]),
        (PAID_LATE, "2026-09-15", "RETENTION p10.2", [("2025-07", "2026-06", False)]),
        (
            person(*paid_months("2021-07", "2026-06")),
            "2026-07-25",
            "PAYER p10.1",
            [("2025-07", "2026-06", False)],
        ),
        (
            person(*paid_months("2021-07", "2026-06")),
            "2026-12-31",
            "RETENTION p10.3",
            [("2021-07", "2026-06", False)],
        ),
        (ON_HIS_OWN, "2026-03-10", "SELF_PAYER p11", [("2026-01", "2026-12", True)]),
        (ON_HIS_OWN, "2026-12-01", "PAYER p10.1", [("2026-01", "2026-12", False)]),
        (ON_HIS_OWN, "2027-01-01", "RETENTION p10.2", [("2026-01", "2026-12", True)]),
        (
            ON_HIS_OWN,
            "2027-03-01",
            "RETENTION p10.2",
            [("2026-01", "2026-12", False), ("2026-01", "2026-12", True)],
        ),
        (
            person(*paid_months("2026-01", "2027-01", "2026-03-10", kind=OWN)),
            "2026-06-01",
            "SELF_PAYER p11",
            [("2026-01", "2026-12", True), ("2026-02", "2027-01", True)],
        ),
        (
            person(*paid_months("2026-01", "2027-01", "2026-03-10", kind=OWN)),
            "2027-01-01",
            "SELF_PAYER p11",
            [("2026-02", "2027-01", True)],
        ),
    ],
)
def test_a_payer_s_ground_rests_on_its_months(
    facts: PersonFacts, on: str, ground: str, months: list[tuple[str, str, bool]]
) -> None:
    """The last twelve that give it, or the sixty; for an independent payer those of each run."""
    expected = tuple(
        PaidMonthsBasis(in_month(first), in_month(last), independent)
        for first, last, independent in months
    )
    assert the_ground(facts, on, ground).bases == expected


def test_a_roster_rests_on_the_listings_of_each_body() -> None:
    """A person whom two bodies list depends on either."""
    facts = person(
        listed("2026-03-02", known="2010-01-01"),
        listed("2026-03-04", body=System.INTERIOR, known="2010-01-01"),
    )
    found = the_ground(facts, "2026-03-10", "ROSTER p12")
    assert found.bases == (
        Listing(System.DEFENCE, day("2026-03-02"), FOREVER),
        Listing(System.INTERIOR, day("2026-03-04"), FOREVER),
    )
    assert found.depends_on == {System.DEFENCE, System.INTERIOR}
    assert the_ground(facts, "2026-03-03", "ROSTER p12").depends_on == {System.DEFENCE}


def test_a_document_rests_on_its_registration() -> None:
    """And depends on the Fund's own system."""
    found = the_ground(ON_DOCUMENTS, "2026-03-10", "DOCUMENT R12 p21")
    registration = Registration("g1", Category.DISABILITY, day("2026-03-10"), day("2026-04-11"))
    assert (found.bases, found.depends_on) == ((registration,), frozenset({System.FUND}))


def test_what_is_preserved_or_held_rests_on_nothing_of_its_own() -> None:
    """Its days are told, and no basis."""
    facts = person(*episode("R01", "2026-01-01", "2026-03-10"))
    (preserved,) = explained(facts, "2026-07-05", FAILURE).holding
    assert (preserved.start, preserved.end) == (day("2026-07-01"), day("2026-07-11"))
    told = person(
        assigned("R01", "2026-03-01", known="2026-03-01"),
        removed("R01", "2026-03-01", "2026-03-01", known="2026-03-05"),
    )
    (held,) = explained(told, "2026-03-03").holding
    assert (held.start, held.end) == (day("2026-03-01"), day("2026-03-06"))
    assert preserved.bases == held.bases == ()


def test_an_explanation_is_that_of_what_was_known() -> None:
    """What became known later explains nothing."""
    facts = person(
        assigned("R01", "2026-03-01", known="2026-03-01"),
        removed("R01", "2026-03-01", "2026-03-20", known="2026-03-05"),
    )
    then = explained(facts, "2026-03-25", known="2026-03-04")
    assert [shown([ground.code]) for ground in then.holding] == ["CATEGORY R01 p9.1"]
    overlays = overlay(failed("2026-06-30", SC, known="2026-07-05"))
    before = explained(STAFF, "2026-12-01", overlays, known="2026-07-04").absent
    reasons = {absent.kind: absent.reason for absent in before}
    assert reasons[GroundKind.PRESERVED] is Absence.NO_INCIDENT


@unhurried(50)
@given(lives(), st.data())
def test_every_day_of_every_life_can_be_explained(life: Life, data: st.DataObject) -> None:
    """The grounds of the timeline with their days, and one reason, in words, for every other."""
    assume(life.revisions)
    known = data.draw(st.sampled_from(life.revisions))
    timeline = decide(life.person, LAW, known=known, overlays=life.overlays)
    days = boundary_days(timeline) or [day("2026-03-01")]
    on = data.draw(st.sampled_from(days))
    explanation = explain(life.person, life.overlays, LAW, known=known, day=on)
    stretch = stretch_on(timeline, on)
    assert explanation.timeline == timeline
    assert tuple(found.code for found in explanation.holding) == (
        stretch.grounds if stretch else ()
    )
    assert all(found.start <= on < found.end for found in explanation.holding)
    kinds = {found.code.kind for found in explanation.holding}
    assert {found.kind for found in explanation.absent} == set(GroundKind) - kinds
    assert all(absence_text(found, Language.ENGLISH) for found in explanation.absent)


@unhurried(50)
@given(lives())
def test_every_ground_but_two_rests_on_something(life: Life) -> None:
    """Whatever follows from the facts names what it follows from."""
    for stretch in timeline_of(life.person, overlays=life.overlays):
        on = stretch.start
        for found in explained(life.person, on.isoformat(), life.overlays).holding:
            from_facts = found.code.kind not in {GroundKind.PRESERVED, GroundKind.HELD}
            assert bool(found.bases) == bool(found.depends_on) == from_facts
