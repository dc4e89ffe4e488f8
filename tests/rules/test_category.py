"""CATEGORY (p. 9, 16-20, 51-56): from the day it was assigned until the day of its removal."""

from __future__ import annotations

from itertools import combinations

import pytest

from osms_common.domain.codes import Category
from osms_server.domain.timeline import CATEGORY
from tests.rules.factories import (
    Case,
    answer,
    assigned,
    day,
    each_day,
    episode,
    grounds_on,
    person,
    removed,
    timeline_of,
)

CASES = {
    "assigned": Case(
        person(assigned("R01", "2026-01-01")),
        {
            "2025-12-31": "-",
            "2026-01-01": "CATEGORY R01 p9.1",
            "2099-12-31": "CATEGORY R01 p9.1",
        },
    ),
    "removed": Case(
        person(*episode("R01", "2026-01-01", "2026-07-15")),
        {
            "2025-12-31": "-",
            "2026-01-01": "CATEGORY R01 p9.1",
            "2026-07-14": "CATEGORY R01 p9.1",
            "2026-07-15": "RETENTION R01 p9.1",
        },
    ),
    "held for one day": Case(
        person(*episode("R01", "2026-07-15", "2026-07-16")),
        {
            "2026-07-14": "-",
            "2026-07-15": "CATEGORY R01 p9.1",
            "2026-07-16": "RETENTION R01 p9.1",
        },
    ),
    "voided": Case(
        person(*episode("R01", "2026-07-15", "2026-07-15")),
        {"2026-07-14": "-", "2026-07-15": "-", "2026-07-16": "-"},
    ),
    "one of two categories voided": Case(
        person(*episode("R01", "2026-07-15", "2026-07-15"), assigned("R13", "2026-07-16")),
        {"2026-07-15": "-", "2026-07-16": "CATEGORY R13 p9.1"},
    ),
    "a removal corrected to a later day": Case(
        person(
            *episode("R01", "2026-01-01", "2026-03-10"),
            removed("R01", "2026-01-01", "2026-07-15", known="2010-01-02"),
        ),
        {
            "2026-03-10": "CATEGORY R01 p9.1",
            "2026-07-14": "CATEGORY R01 p9.1",
            "2026-07-15": "RETENTION R01 p9.1",
        },
    ),
    "a removal corrected to an earlier day": Case(
        person(
            *episode("R01", "2026-01-01", "2026-07-15"),
            removed("R01", "2026-01-01", "2026-03-10", known="2010-01-02"),
        ),
        {
            "2026-03-09": "CATEGORY R01 p9.1",
            "2026-03-10": "RETENTION R01 p9.1",
            "2026-07-01": "-",
        },
    ),
    "a removal corrected and corrected back": Case(
        person(
            *episode("R01", "2026-01-01", "2026-07-15"),
            removed("R01", "2026-01-01", "2026-03-10", known="2010-01-02"),
            removed("R01", "2026-01-01", "2026-07-15", known="2010-01-03"),
        ),
        {"2026-07-14": "CATEGORY R01 p9.1", "2026-07-15": "RETENTION R01 p9.1"},
    ),
    "a void removal corrected": Case(
        person(
            *episode("R01", "2026-07-15", "2026-07-15"),
            removed("R01", "2026-07-15", "2026-07-17", known="2010-01-02"),
        ),
        {
            "2026-07-14": "-",
            "2026-07-15": "CATEGORY R01 p9.1",
            "2026-07-16": "CATEGORY R01 p9.1",
            "2026-07-17": "RETENTION R01 p9.1",
        },
    ),
    "assigned again on the day of the removal": Case(
        person(*episode("R01", "2026-01-01", "2026-07-15"), assigned("R01", "2026-07-15")),
        {
            "2026-07-14": "CATEGORY R01 p9.1",
            "2026-07-15": "CATEGORY R01 p9.1, RETENTION R01 p9.1",
            "2026-10-31": "CATEGORY R01 p9.1, RETENTION R01 p9.1",
            "2026-11-01": "CATEGORY R01 p9.1",
        },
    ),
    "assigned again while the right is kept": Case(
        person(*episode("R01", "2026-01-01", "2026-07-15"), assigned("R01", "2026-09-01")),
        {
            "2026-08-31": "RETENTION R01 p9.1",
            "2026-09-01": "CATEGORY R01 p9.1, RETENTION R01 p9.1",
        },
    ),
    "two episodes that overlap, one removed": Case(
        person(*episode("R01", "2026-01-01", "2026-07-15"), assigned("R01", "2026-06-01")),
        {
            "2026-06-01": "CATEGORY R01 p9.1",
            "2026-07-15": "CATEGORY R01 p9.1, RETENTION R01 p9.1",
        },
    ),
    "the next category takes the place of the first": Case(
        person(*episode("R01", "2026-01-01", "2026-07-15"), assigned("R13", "2026-03-01")),
        {
            "2026-02-28": "CATEGORY R01 p9.1",
            "2026-03-01": "CATEGORY R01 p9.1, CATEGORY R13 p9.1",
            "2026-07-14": "CATEGORY R01 p9.1, CATEGORY R13 p9.1",
            "2026-07-15": "CATEGORY R13 p9.1, RETENTION R01 p9.1",
            "2026-11-01": "CATEGORY R13 p9.1",
        },
    ),
    "remand, then house arrest": Case(
        person(assigned("R09b", "2026-01-01"), *episode("R09a", "2026-01-01", "2026-07-15")),
        {
            "2026-07-14": "CATEGORY R09a p9.1, CATEGORY R09b p9.1",
            "2026-07-15": "CATEGORY R09b p9.1, RETENTION R09a p9.1",
        },
    ),
}

PAID_BY_STATE = tuple(CATEGORY)


@each_day(CASES)
def test_a_category_gives_the_right_on_its_days(case: Case, on: str, expected: str) -> None:
    """A category holds from the day it was assigned until the day of its removal."""
    assert answer(case, on) == expected


def test_every_category_of_the_rules_gives_the_right() -> None:
    """The sixteen categories of p. 20 and 55, the ninth of them two, and no other."""
    expected = ["R01", "R02", "R03", "R04", "R05", "R06", "R07", "R08", "R09a", "R09b"]
    expected += ["R10", "R11", "R12", "R13", "R14", "L01", "L02"]
    assert [str(category) for category in PAID_BY_STATE] == expected


@pytest.mark.parametrize("category", PAID_BY_STATE)
def test_each_category_gives_the_right_alike(category: Category) -> None:
    """Whichever category it is, it holds on its days and is kept afterwards."""
    timeline = timeline_of(person(*episode(category, "2026-01-01", "2026-07-15")))
    assert grounds_on(timeline, day("2026-07-14")) == f"CATEGORY {category} p9.1"
    assert grounds_on(timeline, day("2026-10-31")) == f"RETENTION {category} p9.1"


@pytest.mark.parametrize(("first", "second"), list(combinations(PAID_BY_STATE, 2)))
def test_of_several_categories_the_first_in_the_order_is_reported_first(
    first: Category, second: Category
) -> None:
    """All are kept; they are reported in the order of p. 20, then p. 55, whichever came first."""
    facts = person(assigned(second, "2026-01-01"), assigned(first, "2026-02-01"))
    expected = f"CATEGORY {first} p9.1, CATEGORY {second} p9.1"
    assert grounds_on(timeline_of(facts), day("2026-02-01")) == expected
