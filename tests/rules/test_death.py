"""Death (p. 9): a removal for it ends every ground on its day, and nothing is kept."""

from __future__ import annotations

from osms_common.domain.codes import PayerKind, System
from tests.rules.factories import (
    Case,
    answer,
    assigned,
    each_day,
    episode,
    failed,
    listed,
    overlay,
    paid_months,
    person,
    registered,
    removed,
)

CASES = {
    "a category removed for death": Case(
        person(*episode("R07", "2026-01-01", "2026-03-10", reason="DEATH")),
        {"2026-03-09": "CATEGORY R07 p9.1", "2026-03-10": "-"},
    ),
    "every other category ends as well": Case(
        person(
            *episode("R07", "2026-01-01", "2026-03-10", reason="DEATH"),
            assigned("R12", "2026-01-01"),
        ),
        {"2026-03-09": "CATEGORY R07 p9.1, CATEGORY R12 p9.1", "2026-03-10": "-"},
    ),
    "a right that was kept ends as well": Case(
        person(
            *episode("R01", "2026-01-01", "2026-03-01"),
            *episode("R07", "2026-01-01", "2026-03-10", reason="DEATH"),
        ),
        {"2026-03-09": "CATEGORY R07 p9.1, RETENTION R01 p9.1", "2026-03-10": "-"},
    ),
    "a right from payments ends as well": Case(
        person(
            *episode("R07", "2026-01-01", "2026-08-10", reason="DEATH"),
            *paid_months("2025-07", "2026-06"),
        ),
        {"2026-08-09": "CATEGORY R07 p9.1, PAYER p10.1", "2026-08-10": "-", "2026-09-10": "-"},
    ),
    "a right from independent payments ends as well": Case(
        person(
            *episode("R07", "2026-01-01", "2026-08-10", reason="DEATH"),
            *paid_months("2026-01", "2026-12", "2026-03-10", kind=PayerKind.INDEPENDENT),
        ),
        {"2026-08-09": "CATEGORY R07 p9.1, SELF_PAYER p11", "2026-08-10": "-", "2027-01-10": "-"},
    ),
    "a roster listing ends as well": Case(
        person(*episode("R07", "2026-01-01", "2026-03-10", reason="DEATH"), listed("2010-01-01")),
        {"2026-03-09": "ROSTER p12, CATEGORY R07 p9.1", "2026-03-10": "-"},
    ),
    "a registration on documents ends as well": Case(
        person(
            *episode("R07", "2026-01-01", "2026-03-10", reason="DEATH"),
            registered("R12", "2026-03-01"),
        ),
        {"2026-03-09": "CATEGORY R07 p9.1, DOCUMENT R12 p21", "2026-03-10": "-"},
    ),
    "nothing begins after it": Case(
        person(
            *episode("R07", "2026-01-01", "2026-03-10", reason="DEATH"),
            assigned("R12", "2026-03-10"),
            registered("R06", "2026-04-01"),
        ),
        {"2026-03-10": "-", "2026-04-01": "-"},
    ),
    "a removal for death that voids its episode": Case(
        person(
            *episode("R07", "2026-03-10", "2026-03-10", reason="DEATH"),
            assigned("R12", "2026-01-01"),
        ),
        {"2026-03-09": "CATEGORY R12 p9.1", "2026-03-10": "-"},
    ),
    "a treaty listing removed for death": Case(
        person(
            *episode("F01", "2026-01-01", "2026-03-10", reason="DEATH"),
            assigned("R12", "2026-01-01"),
        ),
        {"2026-03-09": "CATEGORY R12 p9.1, TREATY p61", "2026-03-10": "-"},
    ),
    "two removals for death: the earlier day counts": Case(
        person(
            *episode("R07", "2026-01-01", "2026-03-20", reason="DEATH"),
            *episode("R12", "2026-01-01", "2026-03-10", reason="DEATH"),
        ),
        {"2026-03-09": "CATEGORY R07 p9.1, CATEGORY R12 p9.1", "2026-03-10": "-"},
    ),
    "corrected: the person lives, and everything goes on": Case(
        person(
            *episode("R07", "2026-01-01", "2026-03-10", reason="DEATH"),
            assigned("R12", "2026-01-01"),
            removed("R07", "2026-01-01", "2026-03-10", known="2010-01-02"),
        ),
        {
            "2026-03-10": "CATEGORY R12 p9.1, RETENTION R07 p9.1",
            "2026-07-01": "CATEGORY R12 p9.1",
        },
    ),
    "a removal corrected to death": Case(
        person(
            *episode("R07", "2026-01-01", "2026-03-10"),
            assigned("R12", "2026-01-01"),
            removed("R07", "2026-01-01", "2026-04-01", reason="DEATH", known="2010-01-02"),
        ),
        {"2026-03-31": "CATEGORY R07 p9.1, CATEGORY R12 p9.1", "2026-04-01": "-"},
    ),
    "a category that ended before the death is kept until it": Case(
        person(
            *episode("R01", "2026-01-01", "2026-03-01"),
            *episode("R07", "2026-05-01", "2026-05-01", reason="DEATH"),
        ),
        {
            "2026-03-01": "RETENTION R01 p9.1",
            "2026-04-30": "RETENTION R01 p9.1",
            "2026-05-01": "-",
        },
    ),
    "corrected: the months of the category count": Case(
        person(
            *episode("R07", "2025-01-01", "2026-03-10", reason="DEATH"),
            removed("R07", "2025-01-01", "2026-03-10", known="2010-01-02"),
            *paid_months("2026-04", "2026-06"),
        ),
        {"2026-07-01": "PAYER p10.1"},
    ),
    "no right is preserved in a technical failure": Case(
        person(
            *episode("R07", "2026-01-01", "2026-03-10", reason="DEATH"),
            *episode("R12", "2025-01-01", "2025-11-02"),
        ),
        {"2026-03-09": "CATEGORY R07 p9.1", "2026-03-10": "-", "2026-03-11": "-"},
        overlay(failed("2026-02-01", System.FUND)),
    ),
    "a right is preserved until the death": Case(
        person(
            *episode("R12", "2025-01-01", "2025-11-02"),
            *episode("R07", "2026-04-10", "2026-04-10", reason="DEATH"),
        ),
        {
            "2026-02-28": "RETENTION R12 p9.1",
            "2026-03-01": "PRESERVED p13",
            "2026-04-09": "PRESERVED p13",
            "2026-04-10": "-",
        },
        overlay(failed("2026-02-01", System.FUND)),
    ),
}


@each_day(CASES)
def test_no_ground_holds_on_or_after_the_day_of_a_death(
    case: Case, on: str, expected: str
) -> None:
    """A removal for death ends every ground of the person on its day."""
    assert answer(case, on) == expected
