"""Several grounds on one day (section by section of the Rules): all hold, and one is first."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given

from osms_common.domain.codes import GroundKind, PayerKind, System
from osms_server.domain.facts import Fact
from osms_server.domain.timeline import RANK
from tests.rules.factories import (
    assigned,
    day,
    episode,
    failed,
    grounds_on,
    listed,
    overlay,
    paid_months,
    person,
    registered,
    removed,
    timeline_of,
    unpaid,
)
from tests.rules.lives import Life, lives, unhurried

ON = day("2026-07-01")

HOLDING: list[tuple[str, tuple[Fact, ...]]] = [
    ("ROSTER p12", (listed("2026-06-15", known="2010-01-01"),)),
    ("CATEGORY R13 p9.1", (assigned("R13", "2026-06-15"),)),
    ("CATEGORY L01 p9.1", (assigned("L01", "2026-06-15"),)),
    ("TREATY p61", (assigned("F01", "2026-06-15"),)),
    ("PAYER p10.1", tuple(paid_months("2025-07", "2026-06"))),
    (
        "SELF_PAYER p11",
        tuple(paid_months("2026-04", "2027-03", "2026-05-01", kind=PayerKind.INDEPENDENT)),
    ),
    ("DOCUMENT R12 p21", (registered("R12", "2026-06-15"),)),
    ("DOCUMENT L01 p57", (registered("L01", "2026-06-15", registration_id="g2"),)),
    ("RETENTION R01 p9.1", episode("R01", "2026-01-01", "2026-05-10")),
    ("RETENTION L02 p9.1", episode("L02", "2026-01-01", "2026-05-10")),
]
"""Grounds that hold on 1 July 2026, in the order in which they are reported."""


@pytest.mark.parametrize(
    ("first", "second"), list(combinations(HOLDING, 2)), ids=lambda pair: str(pair[0])
)
def test_of_two_grounds_the_first_in_the_order_is_reported_first(
    first: tuple[str, tuple[Fact, ...]], second: tuple[str, tuple[Fact, ...]]
) -> None:
    """From ROSTER through CATEGORY, TREATY, the payers and DOCUMENT to RETENTION."""
    facts = person(*second[1], *first[1])
    assert grounds_on(timeline_of(facts), ON) == f"{first[0]}, {second[0]}"


def test_all_grounds_of_a_day_are_kept() -> None:
    """The right is the union of all of them, and each is shown."""
    facts = person(*(fact for _, of_ground in reversed(HOLDING) for fact in of_ground))
    assert grounds_on(timeline_of(facts), ON) == ", ".join(ground for ground, _ in HOLDING)


def test_kinds_are_reported_in_the_order_of_the_rules() -> None:
    """PRESERVED and HELD come last, since they stand where no other ground does."""
    names = ["ROSTER", "CATEGORY", "TREATY", "PAYER", "SELF_PAYER", "DOCUMENT", "RETENTION"]
    assert [kind.name for kind in sorted(GroundKind)] == [*names, "PRESERVED", "HELD"]


def test_each_kind_of_retention_has_its_place() -> None:
    """What is kept after a category comes first, then an unpaid budget, then payments."""
    facts = person(
        *paid_months("2025-04", "2026-04"),
        *episode("R01", "2026-01-01", "2026-05-10"),
        assigned("R07", "2026-06-01"),
    )
    overlays = overlay(unpaid("2026-06"))
    found = grounds_on(timeline_of(facts, overlays=overlays), ON)
    assert found == "RETENTION R01 p9.1, RETENTION R07 p9.2, RETENTION p10.2"


def test_nothing_is_preserved_where_another_ground_holds() -> None:
    """A preserved right gives way to any other."""
    facts = person(*episode("R01", "2026-01-01", "2026-03-10"), assigned("F01", "2026-07-01"))
    timeline = timeline_of(facts, overlays=overlay(failed("2026-06-30", System.FUND)))
    assert grounds_on(timeline, ON) == "TREATY p61"


def test_a_preserved_day_is_not_held() -> None:
    """A day that is preserved by what is known now needs no holding."""
    facts = person(
        *episode("R01", "2026-01-01", "2026-03-10"),
        removed("R01", "2026-01-01", "2026-03-05", known="2026-07-03"),
        assigned("R13", "2026-07-01", known="2026-07-01"),
        removed("R13", "2026-07-01", "2026-07-01", known="2026-07-03"),
    )
    timeline = timeline_of(facts, overlays=overlay(failed("2026-06-30", System.FUND)))
    assert grounds_on(timeline, ON) == "PRESERVED p13"


@unhurried(50)
@given(lives())
def test_grounds_are_always_in_their_order_and_named_once(life: Life) -> None:
    """In every stretch of every life the grounds rise in rank, each once."""
    for stretch in timeline_of(life.person, overlays=life.overlays):
        ranks = [RANK[code] for code in stretch.grounds]
        assert ranks == sorted(set(ranks))
        alone = {code.kind for code in stretch.grounds} & {GroundKind.PRESERVED, GroundKind.HELD}
        assert not alone or len(stretch.grounds) == 1
