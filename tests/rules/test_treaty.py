"""TREATY (p. 61): from the listing until its removal, and nothing afterwards."""

from __future__ import annotations

from osms_common.domain.codes import System
from tests.rules.factories import (
    Case,
    answer,
    assigned,
    each_day,
    episode,
    paid_months,
    person,
    removed,
)

CASES = {
    "listed": Case(
        person(assigned("F01", "2026-03-01", source=System.FWIS)),
        {"2026-02-28": "-", "2026-03-01": "TREATY p61", "2099-01-01": "TREATY p61"},
    ),
    "removed: nothing is kept": Case(
        person(*episode("F01", "2026-03-01", "2026-07-15")),
        {
            "2026-02-28": "-",
            "2026-03-01": "TREATY p61",
            "2026-07-14": "TREATY p61",
            "2026-07-15": "-",
        },
    ),
    "voided": Case(
        person(*episode("F01", "2026-03-01", "2026-03-01")),
        {"2026-02-28": "-", "2026-03-01": "-", "2026-03-02": "-"},
    ),
    "the removal corrected": Case(
        person(
            *episode("F01", "2026-03-01", "2026-07-15"),
            removed("F01", "2026-03-01", "2026-08-01", known="2010-01-02"),
        ),
        {"2026-07-31": "TREATY p61", "2026-08-01": "-"},
    ),
    "listed twice, the second after a gap": Case(
        person(*episode("F01", "2026-03-01", "2026-04-01"), assigned("F01", "2026-05-01")),
        {"2026-03-31": "TREATY p61", "2026-04-01": "-", "2026-05-01": "TREATY p61"},
    ),
    "together with a category": Case(
        person(*episode("F01", "2026-03-01", "2026-07-15"), assigned("R13", "2026-04-01")),
        {
            "2026-03-31": "TREATY p61",
            "2026-04-01": "CATEGORY R13 p9.1, TREATY p61",
            "2026-07-15": "CATEGORY R13 p9.1",
        },
    ),
    "a month of it satisfies nothing": Case(
        person(assigned("F01", "2025-07-01"), *paid_months("2025-08", "2026-06")),
        {"2026-07-01": "TREATY p61", "2026-08-31": "TREATY p61"},
    ),
}


@each_day(CASES)
def test_a_listed_foreigner_is_a_consumer(case: Case, on: str, expected: str) -> None:
    """A treaty listing gives the right on its days and on no other."""
    assert answer(case, on) == expected
