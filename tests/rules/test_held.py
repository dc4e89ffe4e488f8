"""
HELD: an answer that was right when it was given is not taken back.

A day is entitled if the facts known now say so, or if those known at an instant of that day did.
"""

from __future__ import annotations

from hypothesis import assume, given

from osms_common.domain.calendar import ONE_DAY
from osms_common.domain.codes import System
from osms_common.domain.revision import day_of, last_of_tick, tick_of
from osms_server.domain.timeline import HELD as HELD_CODE
from osms_server.domain.timeline import stretch_on
from osms_server.rules.engine import compose, decide, grounds
from osms_server.rules.parameters import LAW
from osms_server.rules.standing import stand
from tests.rules.factories import (
    Case,
    answer,
    assigned,
    at,
    day,
    each_day,
    failed,
    grounds_on,
    just_before,
    listed,
    overlay,
    paid,
    paid_months,
    person,
    refunded,
    registered,
    removed,
    revoked,
    timeline_of,
    unlisted,
)
from tests.rules.lives import Life, lives, unhurried

HELD = "HELD r.held"
HOLDS = "CATEGORY R01 p9.1"
KEPT = "RETENTION R01 p9.1"


def voided(known: str) -> Case:
    """Told on 1 March, voided at an instant."""
    return Case(
        person(
            assigned("R01", "2026-03-01", known="2026-03-01"),
            removed("R01", "2026-03-01", "2026-03-01", known=known),
        ),
        {},
    )


def with_days(case: Case, **days: str) -> Case:
    """The case with days of March 2026, such as `d05`, expected."""
    return case._replace(expected={f"2026-03-{name[1:]}": found for name, found in days.items()})


INSTANTS = {
    "voided at noon of the fifth": with_days(
        voided("2026-03-05"), d01=HELD, d04=HELD, d05=HELD, d06="-"
    ),
    "voided at the last instant of the fifth": with_days(
        voided("2026-03-05T23:59:59.999"), d01=HELD, d05=HELD, d06="-"
    ),
    "voided at the first instant of the fifth": with_days(
        voided("2026-03-05T00:00"), d01=HELD, d04=HELD, d05="-", d06="-"
    ),
    "voided a millisecond later": with_days(
        voided("2026-03-05T00:00:00.001"), d04=HELD, d05=HELD, d06="-"
    ),
    "voided on the day on which it was told": with_days(
        voided("2026-03-01T12:00:00.001"), d01=HELD, d02="-"
    ),
    "told and voided in one instant": Case(
        person(
            assigned("R01", "2026-03-01", known="2026-03-01"),
            removed("R01", "2026-03-01", "2026-03-01", known="2026-03-01")._replace(
                known=at("2026-03-01", commit=1)
            ),
        ),
        {"2026-03-01": "-", "2026-03-02": "-"},
    ),
    "told and voided in one commit": Case(
        person(
            assigned("R01", "2026-03-01", known="2026-03-01"),
            removed("R01", "2026-03-01", "2026-03-01", known="2026-03-01"),
        ),
        {"2026-03-01": "-"},
    ),
    "lost and given back in one instant": Case(
        person(
            assigned("R01", "2026-03-01", known="2026-03-01"),
            removed("R01", "2026-03-01", "2026-03-01", known="2026-03-05"),
            removed("R01", "2026-03-01", "2026-03-20", known="2026-03-05")._replace(
                known=at("2026-03-05", commit=1)
            ),
        ),
        {"2026-03-05": HOLDS, "2026-03-19": HOLDS, "2026-03-20": KEPT},
    ),
    "told at the last instant of a day": Case(
        person(
            assigned("R01", "2026-03-01", known="2026-03-01T23:59:59.999"),
            removed("R01", "2026-03-01", "2026-03-01", known="2026-03-02T00:00"),
        ),
        {"2026-03-01": HELD, "2026-03-02": "-"},
    ),
    "told and voided at the midnight at which the offset changed": Case(
        person(
            assigned("R01", "2024-02-01", known="2024-02-01"),
            removed("R01", "2024-02-01", "2024-02-01", known="2024-03-01T00:00"),
        ),
        {"2024-02-28": HELD, "2024-02-29": HELD, "2024-03-01": "-"},
    ),
}

LOSSES = {
    "a removal reported late": Case(
        person(
            assigned("R01", "2026-01-01", known="2026-01-01"),
            removed("R01", "2026-01-01", "2026-03-01", known="2026-07-10"),
        ),
        {
            "2026-02-28": HOLDS,
            "2026-03-01": KEPT,
            "2026-05-31": KEPT,
            "2026-06-01": HELD,
            "2026-07-10": HELD,
            "2026-07-11": "-",
        },
    ),
    "a death reported late": Case(
        person(
            assigned("R07", "2026-01-01", known="2026-01-01"),
            removed("R07", "2026-01-01", "2026-03-10", reason="DEATH", known="2026-03-15"),
        ),
        {
            "2026-03-09": "CATEGORY R07 p9.1",
            "2026-03-10": HELD,
            "2026-03-15": HELD,
            "2026-03-16": "-",
        },
    ),
    "a removal reported ahead": Case(
        person(
            assigned("F01", "2026-01-01", known="2026-01-01"),
            removed("F01", "2026-01-01", "2026-03-10", known="2026-03-01"),
        ),
        {"2026-03-09": "TREATY p61", "2026-03-10": "-"},
    ),
    "a removal reported on its day": Case(
        person(
            assigned("F01", "2026-01-01", known="2026-01-01"),
            removed("F01", "2026-01-01", "2026-03-10", known="2026-03-10"),
        ),
        {"2026-03-09": "TREATY p61", "2026-03-10": HELD, "2026-03-11": "-"},
    ),
    "a month given back": Case(
        person(
            *paid_months("2025-07", "2026-06"),
            refunded("2026-01", "2026-02-01", known="2026-08-10"),
        ),
        {"2026-06-30": "-", "2026-07-01": HELD, "2026-08-10": HELD, "2026-08-11": "-"},
    ),
    "a revoked registration ends by itself a day later": Case(
        person(registered("R12", "2026-03-10", known="2026-03-10"), revoked("2026-03-15")),
        {"2026-03-15": "DOCUMENT R12 p21", "2026-03-16": "-"},
    ),
    "a delivery that was held": Case(
        person(listed("2026-03-02"), unlisted("2026-03-16", known="2026-03-20T23:59:59.999")),
        {"2026-03-15": "ROSTER p12", "2026-03-16": HELD, "2026-03-20": HELD, "2026-03-21": "-"},
    ),
    "a removal that was held: the days through its approval": Case(
        person(
            assigned("F01", "2026-01-01", known="2026-01-01"),
            removed("F01", "2026-01-01", "2026-03-10", arrived="2026-03-10", known="2026-03-15"),
        ),
        {
            "2026-03-09": "TREATY p61",
            "2026-03-10": HELD,
            "2026-03-15": HELD,
            "2026-03-16": "-",
        },
    ),
    "a removal that was held and approved after a correction came": Case(
        person(
            assigned("F01", "2026-01-01", known="2026-01-01"),
            removed("F01", "2026-01-01", "2026-03-20", known="2026-03-12"),
            removed("F01", "2026-01-01", "2026-03-10", arrived="2026-03-10", known="2026-03-15"),
        ),
        {"2026-03-10": "TREATY p61", "2026-03-19": "TREATY p61", "2026-03-20": "-"},
    ),
    "a correction that was held, approved after the removal it corrects": Case(
        person(
            assigned("F01", "2026-01-01", known="2026-01-01"),
            removed("F01", "2026-01-01", "2026-03-20", known="2026-03-12"),
            removed("F01", "2026-01-01", "2026-03-10", arrived="2026-03-13", known="2026-03-15"),
        ),
        {"2026-03-10": HELD, "2026-03-15": HELD, "2026-03-16": "-"},
    ),
    "another ground in the place of the one that was lost": Case(
        person(
            assigned("R01", "2026-03-01", known="2026-03-01"),
            removed("R01", "2026-03-01", "2026-03-01", known="2026-03-05"),
            assigned("R13", "2026-03-03", known="2026-03-04"),
        ),
        {
            "2026-03-02": HELD,
            "2026-03-03": "CATEGORY R13 p9.1",
            "2026-03-05": "CATEGORY R13 p9.1",
        },
    ),
    "a preserved day": Case(
        person(
            assigned("R01", "2026-01-01"),
            removed("R01", "2026-01-01", "2026-03-10"),
            removed("R01", "2026-01-01", "2026-01-01", known="2026-07-05"),
        ),
        {"2026-01-01": HELD, "2026-07-01": HELD, "2026-07-05": HELD, "2026-07-06": "-"},
        overlay(failed("2026-06-30", System.FUND)),
    ),
}

GAINS = {
    "a category reported late reaches back": Case(
        person(assigned("R01", "2026-01-01", known="2026-06-01")),
        {"2025-12-31": "-", "2026-01-01": HOLDS, "2026-06-01": HOLDS},
    ),
    "what was gained afterwards may be lost again": Case(
        person(
            assigned("R01", "2026-01-01", known="2026-06-01"),
            removed("R01", "2026-01-01", "2026-01-01", known="2026-06-05"),
        ),
        {
            "2026-01-01": "-",
            "2026-05-31": "-",
            "2026-06-01": HELD,
            "2026-06-05": HELD,
            "2026-06-06": "-",
        },
    ),
    "old facts loaded later hold no day": Case(
        person(
            assigned("R01", "2020-01-01", known="2026-06-01T10:00"),
            removed("R01", "2020-01-01", "2020-03-01", known="2026-06-01T11:00"),
        ),
        {
            "2020-02-29": HOLDS,
            "2020-05-31": KEPT,
            "2020-06-01": "-",
            "2026-05-31": "-",
            "2026-06-01": HELD,
        },
    ),
    "old facts loaded in one delivery hold not even its day": Case(
        person(
            assigned("R01", "2020-01-01", known="2026-06-01T10:00"),
            removed("R01", "2020-01-01", "2020-03-01", known="2026-06-01T10:00"),
        ),
        {"2020-05-31": KEPT, "2020-06-01": "-", "2026-06-01": "-"},
    ),
    "a loss put right": Case(
        person(
            assigned("R01", "2026-03-01", known="2026-03-01"),
            removed("R01", "2026-03-01", "2026-03-01", known="2026-03-05"),
            removed("R01", "2026-03-01", "2026-03-20", known="2026-03-10"),
        ),
        {"2026-03-05": HOLDS, "2026-03-07": HOLDS, "2026-03-19": HOLDS, "2026-03-20": KEPT},
    ),
    "put right and lost once more: the days between are held by what was told then": Case(
        person(
            assigned("R01", "2026-03-01", known="2026-03-01"),
            removed("R01", "2026-03-01", "2026-03-01", known="2026-03-05"),
            removed("R01", "2026-03-01", "2026-03-20", known="2026-03-10"),
            removed("R01", "2026-03-01", "2026-03-01", known="2026-03-12"),
        ),
        {
            "2026-03-05": HELD,
            "2026-03-06": "-",
            "2026-03-09": "-",
            "2026-03-10": HELD,
            "2026-03-12": HELD,
            "2026-03-13": "-",
        },
    ),
    "a payment that comes later reaches back": Case(
        person(
            *paid_months("2025-07", "2026-05"), paid("2026-06", "2026-06-20", known="2026-08-10")
        ),
        {"2026-05-31": "-", "2026-06-01": "PAYER p10.1", "2026-08-31": "PAYER p10.1"},
    ),
}

WITHDRAWN = {
    "a category that was never meant": Case(
        person(
            assigned("R01", "2026-03-01", known="2026-03-01")._replace(withdrawn=at("2026-03-05"))
        ),
        {"2026-02-28": "-", "2026-03-01": HELD, "2026-03-05": HELD, "2026-03-06": "-"},
    ),
    "a removal that was never meant": Case(
        person(
            assigned("R01", "2026-01-01"),
            removed("R01", "2026-01-01", "2026-02-10")._replace(withdrawn=at("2026-07-10")),
        ),
        {"2026-02-10": HOLDS, "2026-06-01": HOLDS, "2026-07-10": HOLDS},
    ),
    "of two removals the one that stands": Case(
        person(
            assigned("R01", "2026-01-01"),
            removed("R01", "2026-01-01", "2026-02-10"),
            removed("R01", "2026-01-01", "2026-03-10", known="2010-01-02")._replace(
                withdrawn=at("2010-01-03")
            ),
        ),
        {"2026-02-09": HOLDS, "2026-02-10": KEPT, "2026-05-31": KEPT, "2026-06-01": "-"},
    ),
    "known and withdrawn in one instant": Case(
        person(
            assigned("R01", "2026-03-01", known="2026-03-01")._replace(
                withdrawn=at("2026-03-01", commit=1)
            )
        ),
        {"2026-03-01": "-"},
    ),
}


@each_day(INSTANTS)
def test_a_day_is_held_if_the_right_was_known_at_an_instant_of_it(
    case: Case, on: str, expected: str
) -> None:
    """What is known at the first instant of a day is known all of it; instants do not divide."""
    assert answer(case, on) == expected


@each_day(LOSSES)
def test_a_loss_takes_effect_on_the_day_after_it_became_known(
    case: Case, on: str, expected: str
) -> None:
    """For days on which the right was so known, whatever the loss and whatever its own day."""
    assert answer(case, on) == expected


@each_day(GAINS)
def test_a_gain_reaches_back_and_may_be_lost_again(case: Case, on: str, expected: str) -> None:
    """Nobody was told on the day, so no day that was gained afterwards is held."""
    assert answer(case, on) == expected


@each_day(WITHDRAWN)
def test_what_is_withdrawn_is_lost_as_if_it_had_ended(case: Case, on: str, expected: str) -> None:
    """A withdrawn fact counts no more, and what was told because of it stays."""
    assert answer(case, on) == expected


def test_before_the_loss_was_known_the_answer_was_another() -> None:
    """As known at an instant is what was answered at it."""
    facts = INSTANTS["voided at noon of the fifth"].facts
    then = timeline_of(facts, known=just_before("2026-03-05T12:00"))
    now = timeline_of(facts, known="2026-03-05T12:00")
    days = [day("2026-03-04"), day("2026-03-06")]
    assert [grounds_on(then, on) for on in days] == [HOLDS, HOLDS]
    assert [grounds_on(now, on) for on in days] == [HELD, "-"]


@unhurried(50)
@given(lives())
def test_what_was_told_on_a_day_stays_so_for_ever(life: Life) -> None:
    """Whoever was entitled on a day by what was known on it is entitled on it ever after."""
    facts, overlays = life.person, life.overlays
    ticks = sorted({tick_of(revision) for revision in life.revisions})
    timelines = [
        (last_of_tick(tick), decide(facts, LAW, known=last_of_tick(tick), overlays=overlays))
        for tick in ticks
    ]
    for known, then in timelines:
        today = day_of(known)
        if stretch_on(then, today):
            assert all(
                stretch_on(later, today) for revision, later in timelines if revision >= known
            )


@unhurried(50)
@given(lives())
def test_no_day_before_anything_was_known_and_no_day_to_come_is_held(life: Life) -> None:
    """A held day is one on which somebody could have been told."""
    assume(life.revisions)
    first, last = day_of(life.revisions[0]), day_of(life.revisions[-1])
    timeline = decide(life.person, LAW, known=life.revisions[-1], overlays=life.overlays)
    held = [stretch for stretch in timeline if HELD_CODE in stretch.grounds]
    assert all(first <= stretch.start < stretch.end <= last + ONE_DAY for stretch in held)
    assert all(len(stretch.grounds) == 1 for stretch in held)


@unhurried(50)
@given(lives(overlays=False))
def test_what_stands_is_reported_as_if_nothing_had_been_told_before(life: Life) -> None:
    """But for the days that are held, the timeline is the one of what stands now."""
    assume(life.revisions)
    known = life.revisions[-1]
    timeline = decide(life.person, LAW, known=known)
    standing = compose(grounds(stand(life.person.known_at(known), LAW), LAW))
    assert tuple(stretch for stretch in timeline if HELD_CODE not in stretch.grounds) == standing
