"""PAYER (p. 10): twelve satisfied months, the last of them paid, and the retention after them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from osms_server.rules.parameters import IN_FORCE, LAW, Dated
from tests.rules.factories import (
    Case,
    answer,
    assigned,
    day,
    each_day,
    episode,
    grounds_on,
    listed,
    paid,
    paid_months,
    person,
    refunded,
    registered,
    timeline_of,
    unlisted,
)

PAYER = "PAYER p10.1"
KEPT = "RETENTION p10.2"
KEPT_LONG = "RETENTION p10.3"
LEFT = "RETENTION R01 p9.1"

THROUGH_MAY = paid_months("2025-07", "2026-05")
"""Eleven months, the last of them paid on 25 June 2026."""

ON_TIME = {
    "paid month by month, then never again": Case(
        person(*paid_months("2025-07", "2026-06")),
        {
            "2026-06-30": "-",
            "2026-07-01": PAYER,
            "2026-08-31": PAYER,
            "2026-09-01": KEPT,
            "2026-09-30": KEPT,
            "2026-10-01": "-",
        },
    ),
    "paid within the last month itself": Case(
        person(*THROUGH_MAY, paid("2026-06", "2026-06-30")),
        {"2026-05-31": "-", "2026-06-01": PAYER, "2026-08-31": PAYER, "2026-09-01": KEPT},
    ),
    "paid on the first day of the next month": Case(
        person(*THROUGH_MAY, paid("2026-06", "2026-07-01")),
        {"2026-06-30": "-", "2026-07-01": PAYER},
    ),
    "paid years ahead on one day": Case(
        person(*paid_months("2026-01", "2027-12", "2026-01-10")),
        {
            "2026-11-30": "-",
            "2026-12-01": PAYER,
            "2028-02-29": PAYER,
            "2028-03-01": KEPT,
            "2028-03-31": KEPT,
            "2028-04-01": "-",
        },
    ),
    "paid every month for two years": Case(
        person(*paid_months("2024-07", "2026-06")),
        {
            "2025-06-30": "-",
            "2025-07-01": PAYER,
            "2026-08-31": PAYER,
            "2026-09-01": KEPT,
            "2026-10-01": "-",
        },
    ),
    "eleven months": Case(
        person(*paid_months("2025-08", "2026-06")),
        {"2026-07-01": "-", "2026-08-31": "-", "2026-09-30": "-"},
    ),
}

LATE = {
    "the last month is paid when the right is kept already": Case(
        person(*THROUGH_MAY, paid("2026-06", "2026-09-01")),
        {"2026-08-31": "-", "2026-09-01": KEPT, "2026-09-30": KEPT, "2026-10-01": "-"},
    ),
    "the last month is paid on the last day on which that helps": Case(
        person(*THROUGH_MAY, paid("2026-06", "2026-09-30")),
        {"2026-08-31": "-", "2026-09-01": KEPT, "2026-09-30": KEPT, "2026-10-01": "-"},
    ),
    "the last month is paid too late for any day": Case(
        person(*THROUGH_MAY, paid("2026-06", "2026-10-01")),
        {"2026-06-01": "-", "2026-09-30": "-", "2026-10-01": "-"},
    ),
    "a month in the middle is paid late": Case(
        person(
            *paid_months("2025-07", "2025-12"),
            paid("2026-01", "2026-08-31"),
            *paid_months("2026-02", "2026-06"),
        ),
        {"2026-07-31": "-", "2026-08-01": PAYER, "2026-08-31": PAYER, "2026-09-01": KEPT},
    ),
    "a month is missing": Case(
        person(*paid_months("2025-07", "2026-06"), *paid_months("2026-08", "2026-09")),
        {"2026-08-31": PAYER, "2026-09-01": KEPT, "2026-09-30": KEPT, "2026-10-01": "-"},
    ),
    "the missing month is paid later": Case(
        person(
            *paid_months("2025-07", "2026-06"),
            paid("2026-07", "2026-11-12"),
            *paid_months("2026-08", "2026-09"),
            paid("2026-10", "2026-11-10"),
        ),
        {
            "2026-09-30": KEPT,
            "2026-10-01": "-",
            "2026-10-31": "-",
            "2026-11-01": PAYER,
            "2026-12-31": PAYER,
            "2027-01-01": KEPT,
            "2027-01-31": KEPT,
            "2027-02-01": "-",
        },
    ),
    "one month too few between two stretches": Case(
        person(*paid_months("2025-01", "2025-11"), *paid_months("2026-01", "2026-11")),
        {"2025-12-01": "-", "2026-02-01": "-", "2026-12-31": "-"},
    ),
    "payments for a month paid twice count once": Case(
        person(*THROUGH_MAY, paid("2026-05", "2026-06-26", reference="A2")),
        {"2026-06-26": "-", "2026-07-01": "-"},
    ),
}

LONG = {
    "sixty months": Case(
        person(*paid_months("2021-07", "2026-06")),
        {
            "2022-06-30": "-",
            "2022-07-01": PAYER,
            "2026-08-31": PAYER,
            "2026-09-01": KEPT_LONG,
            "2026-12-31": KEPT_LONG,
            "2027-01-01": "-",
        },
    ),
    "fifty-nine months": Case(
        person(*paid_months("2021-08", "2026-06")),
        {"2026-08-31": PAYER, "2026-09-01": KEPT, "2026-09-30": KEPT, "2026-10-01": "-"},
    ),
    "sixty-one months": Case(
        person(*paid_months("2021-06", "2026-06")),
        {"2026-09-01": KEPT_LONG, "2026-12-31": KEPT_LONG, "2027-01-01": "-"},
    ),
    "one of the sixty is only State-paid": Case(
        person(
            *paid_months("2021-07", "2024-02"),
            *episode("R13", "2024-03-01", "2024-04-01"),
            *paid_months("2024-04", "2026-06"),
        ),
        {
            "2024-06-30": f"{PAYER}, RETENTION R13 p9.1",
            "2026-08-31": PAYER,
            "2026-09-01": KEPT,
            "2026-09-30": KEPT,
            "2026-10-01": "-",
        },
    ),
    "one of the sixty is only exempt": Case(
        person(
            *paid_months("2021-07", "2024-02"),
            listed("2024-03-01", known="2010-01-01"),
            unlisted("2024-03-31", known="2010-01-01"),
            *paid_months("2024-04", "2026-06"),
        ),
        {"2026-08-31": PAYER, "2026-09-01": KEPT, "2026-10-01": "-"},
    ),
    "one of the sixty is paid and State-paid": Case(
        person(*paid_months("2021-07", "2026-06"), *episode("R13", "2024-03-01", "2024-04-01")),
        {"2026-09-01": KEPT_LONG, "2026-12-31": KEPT_LONG, "2027-01-01": "-"},
    ),
    "sixty months after a gap, the rest before it": Case(
        person(*paid_months("2019-01", "2021-05"), *paid_months("2021-07", "2026-06")),
        {"2026-12-31": KEPT_LONG, "2027-01-01": "-"},
    ),
    "sixty months, then eleven of another twelve": Case(
        person(*paid_months("2021-07", "2026-06"), *paid_months("2026-08", "2027-06")),
        {"2026-12-31": KEPT_LONG, "2027-01-01": "-", "2027-07-01": "-"},
    ),
    "sixty months, then twelve more after a gap": Case(
        person(*paid_months("2021-07", "2026-06"), *paid_months("2026-08", "2027-07")),
        {
            "2027-07-31": "-",
            "2027-08-01": PAYER,
            "2027-09-30": PAYER,
            "2027-10-01": KEPT,
            "2027-11-01": "-",
        },
    ),
    "the sixtieth month is paid late": Case(
        person(*paid_months("2021-07", "2026-05"), paid("2026-06", "2026-10-15")),
        {
            "2026-07-31": PAYER,
            "2026-08-01": KEPT,
            "2026-08-31": KEPT,
            "2026-09-01": "-",
            "2026-10-01": KEPT_LONG,
            "2026-12-31": KEPT_LONG,
            "2027-01-01": "-",
        },
    ),
}

SATISFIED = {
    "eleven months State-paid, the twelfth paid": Case(
        person(*episode("R01", "2025-07-01", "2026-06-01"), paid("2026-06", "2026-06-10")),
        {
            "2026-05-31": "CATEGORY R01 p9.1",
            "2026-06-01": f"{PAYER}, RETENTION R01 p9.1",
            "2026-08-31": f"{PAYER}, RETENTION R01 p9.1",
            "2026-09-01": KEPT,
            "2026-10-01": "-",
        },
    ),
    "ten months State-paid, and a gap": Case(
        person(*episode("R01", "2025-07-01", "2026-05-01"), paid("2026-06", "2026-06-10")),
        {
            "2026-06-01": "RETENTION R01 p9.1",
            "2026-07-31": "RETENTION R01 p9.1",
            "2026-08-01": "-",
        },
    ),
    "one day of a month is enough": Case(
        person(
            *episode("R01", "2026-02-28", "2026-03-01"),
            *paid_months("2025-07", "2026-01"),
            *paid_months("2026-03", "2026-06"),
        ),
        {"2026-07-01": PAYER, "2026-08-31": PAYER},
    ),
    "a category assigned on the first of the next month is too late": Case(
        person(
            *episode("R01", "2026-03-01", "2026-03-02"),
            *paid_months("2025-07", "2026-01"),
            *paid_months("2026-03", "2026-06"),
        ),
        {"2026-07-01": "-"},
    ),
    "a voided category satisfies no month": Case(
        person(
            *episode("R01", "2026-02-10", "2026-02-10"),
            *paid_months("2025-07", "2026-01"),
            *paid_months("2026-03", "2026-06"),
        ),
        {"2026-02-10": "-", "2026-07-01": "-"},
    ),
    "days on which a right is kept satisfy no month": Case(
        person(
            *episode("R01", "2026-01-01", "2026-02-01"),
            *paid_months("2025-07", "2025-12"),
            *paid_months("2026-03", "2026-06"),
        ),
        {"2026-04-30": "RETENTION R01 p9.1", "2026-05-01": "-", "2026-07-01": "-"},
    ),
    "days by document satisfy no month": Case(
        person(
            registered("R12", "2026-02-01"),
            *paid_months("2025-07", "2026-01"),
            *paid_months("2026-03", "2026-06"),
        ),
        {"2026-02-01": "DOCUMENT R12 p21", "2026-07-01": "-"},
    ),
    "days by treaty satisfy no month": Case(
        person(
            *episode("F01", "2026-02-01", "2026-03-01"),
            *paid_months("2025-07", "2026-01"),
            *paid_months("2026-03", "2026-06"),
        ),
        {"2026-02-28": "TREATY p61", "2026-07-01": "-"},
    ),
    "an exempt month satisfies": Case(
        person(
            listed("2026-02-10", known="2010-01-01"),
            unlisted("2026-02-11", known="2010-01-01"),
            *paid_months("2025-07", "2026-01"),
            *paid_months("2026-03", "2026-06"),
        ),
        {"2026-02-09": "-", "2026-02-10": "ROSTER p12", "2026-02-11": "-", "2026-07-01": PAYER},
    ),
    "listed and left on one day, exempt on none": Case(
        person(
            listed("2026-02-10", known="2010-01-01"),
            unlisted("2026-02-10", ordinal=1, known="2010-01-01"),
            *paid_months("2025-07", "2026-01"),
            *paid_months("2026-03", "2026-06"),
        ),
        {"2026-02-10": "-", "2026-07-01": "-"},
    ),
    "the last month must be paid itself": Case(
        person(*paid_months("2025-07", "2026-05"), *episode("R01", "2026-06-01", "2026-06-30")),
        {
            "2026-06-30": "RETENTION R01 p9.1",
            "2026-09-30": "RETENTION R01 p9.1",
            "2026-10-01": "-",
        },
    ),
    "State-paid months after the last paid one give nothing": Case(
        person(*paid_months("2025-07", "2026-06"), *episode("R13", "2026-07-01", "2026-09-01")),
        {
            "2026-08-31": f"CATEGORY R13 p9.1, {PAYER}",
            "2026-09-01": f"RETENTION R13 p9.1, {KEPT}",
            "2026-10-01": "RETENTION R13 p9.1",
            "2026-12-01": "-",
        },
    ),
    "a month paid late that the State had paid in time": Case(
        person(
            *episode("R01", "2026-02-20", "2026-02-21"),
            *paid_months("2025-07", "2026-01"),
            paid("2026-02", "2026-09-15"),
            *paid_months("2026-03", "2026-06"),
        ),
        {"2026-06-30": "-", "2026-07-01": PAYER},
    ),
    "the last month paid late, that the State had paid in time": Case(
        person(
            *THROUGH_MAY,
            *episode("R01", "2026-06-10", "2026-06-11"),
            paid("2026-06", "2026-09-15"),
        ),
        {
            "2026-05-31": "-",
            "2026-06-01": PAYER,
            "2026-06-10": f"CATEGORY R01 p9.1, {PAYER}",
            "2026-08-31": f"{PAYER}, RETENTION R01 p9.1",
            "2026-09-01": f"RETENTION R01 p9.1, {KEPT}",
        },
    ),
    "a State-paid month is satisfied since its first such day": Case(
        person(
            *paid_months("2025-06", "2025-11", "2025-11-30"),
            assigned("R07", "2025-12-15"),
            paid("2026-05", "2026-04-01"),
        ),
        {"2026-04-30": "CATEGORY R07 p9.1", "2026-05-01": f"CATEGORY R07 p9.1, {PAYER}"},
    ),
    "no month is paid": Case(
        person(assigned("R01", "2020-01-01"), listed("2010-01-01")),
        {"2026-07-01": "ROSTER p12, CATEGORY R01 p9.1"},
    ),
}

COUNTED = {
    "deductions and contributions together": Case(
        person(
            *paid_months("2025-07", "2026-01"),
            *(paid(f"2026-0{m}", code=121) for m in range(2, 7)),
        ),
        {"2026-07-01": PAYER},
    ),
    "penalties on deductions never count": Case(
        person(*THROUGH_MAY, paid("2026-06", code=123)), {"2026-07-01": "-"}
    ),
    "penalties on contributions never count": Case(
        person(*THROUGH_MAY, paid("2026-06", code=124)), {"2026-07-01": "-"}
    ),
    "any other code never counts": Case(
        person(*THROUGH_MAY, paid("2026-06", code=120)), {"2026-07-01": "-"}
    ),
    "the amount is not tested": Case(
        person(*THROUGH_MAY, paid("2026-06", amount=1)), {"2026-07-01": PAYER}
    ),
}

REFUNDED = {
    "a month given back in full": Case(
        person(*paid_months("2025-07", "2026-06"), refunded("2026-06", "2026-08-01")),
        {"2026-07-01": "-", "2026-08-31": "-"},
    ),
    "all but a hundredth of a tenge given back": Case(
        person(
            *paid_months("2025-07", "2026-06"), refunded("2026-06", "2026-08-01", amount=424_999)
        ),
        {"2026-07-01": PAYER},
    ),
    "given back in parts": Case(
        person(
            *paid_months("2025-07", "2026-06"),
            refunded("2026-06", "2026-08-01", amount=4_000_00),
            refunded("2026-06", "2026-08-02", amount=250_00),
        ),
        {"2026-07-01": "-"},
    ),
    "given back, and paid anew": Case(
        person(
            *THROUGH_MAY,
            paid("2026-06", "2026-06-30"),
            refunded("2026-06", "2026-07-10"),
            paid("2026-06", "2026-08-11", reference="A2"),
        ),
        {"2026-07-31": "-", "2026-08-01": PAYER, "2026-08-31": PAYER},
    ),
    "given back on the day on which it was paid anew": Case(
        person(
            *THROUGH_MAY,
            paid("2026-06", "2026-06-30"),
            refunded("2026-06", "2026-08-11"),
            paid("2026-06", "2026-08-11", reference="A2"),
        ),
        {"2026-05-31": "-", "2026-06-01": PAYER},
    ),
    "given back on the day before it was paid anew": Case(
        person(
            *THROUGH_MAY,
            paid("2026-06", "2026-06-30"),
            refunded("2026-06", "2026-08-10"),
            paid("2026-06", "2026-08-11", reference="A2"),
        ),
        {"2026-06-30": "-", "2026-07-31": "-", "2026-08-01": PAYER},
    ),
    "paid and given back on one day": Case(
        person(*THROUGH_MAY, paid("2026-06", "2026-07-10"), refunded("2026-06", "2026-07-10")),
        {"2026-07-10": "-", "2026-08-01": "-"},
    ),
    "the second of two payments given back": Case(
        person(
            *THROUGH_MAY,
            paid("2026-06", "2026-06-30"),
            paid("2026-06", "2026-07-10", reference="A2"),
            refunded("2026-06", "2026-07-20", reference="A2"),
        ),
        {"2026-06-01": PAYER},
    ),
    "the first of two payments given back": Case(
        person(
            *THROUGH_MAY,
            paid("2026-06", "2026-06-30"),
            paid("2026-06", "2026-07-10", reference="A2"),
            refunded("2026-06", "2026-07-20"),
        ),
        {"2026-06-01": PAYER},
    ),
    "the penalty of a month given back": Case(
        person(
            *paid_months("2025-07", "2026-06"),
            paid("2026-06", code=123),
            refunded("2026-06", "2026-08-01", code=123),
        ),
        {"2026-07-01": PAYER},
    ),
    "more given back than the line gave, beside another line": Case(
        person(
            *THROUGH_MAY,
            paid("2026-06", "2026-06-30", amount=100_00),
            refunded("2026-06", "2026-07-10"),
            paid("2026-06", "2026-07-20", reference="A2"),
        ),
        {"2026-06-30": "-", "2026-07-01": PAYER, "2026-08-31": PAYER},
    ),
    "given back in parts, together more than the line gave": Case(
        person(
            *THROUGH_MAY,
            paid("2026-06", "2026-06-30", amount=100_00),
            paid("2026-06", "2026-06-30", amount=1, reference="A2"),
            refunded("2026-06", "2026-07-20", amount=99_00),
            refunded("2026-06", "2026-07-10", amount=99_00),
        ),
        {"2026-06-01": PAYER},
    ),
    "given back before the line came, beside another line": Case(
        person(
            *THROUGH_MAY,
            paid("2026-06", "2026-06-30", reference="A2"),
            refunded("2026-06", "2026-07-10"),
            paid("2026-06", "2026-08-11"),
        ),
        {"2026-06-01": PAYER},
    ),
    "another month given back": Case(
        person(*paid_months("2025-06", "2026-06"), refunded("2025-06", "2026-08-01")),
        {"2026-06-30": "-", "2026-07-01": PAYER},
    ),
    "told in the wrong order of days": Case(
        person(
            *THROUGH_MAY,
            paid("2026-06", "2026-08-11", reference="A2"),
            paid("2026-06", "2026-06-30", known="2010-01-02"),
            refunded("2026-06", "2026-07-10", known="2010-01-03"),
        ),
        {"2026-07-31": "-", "2026-08-01": PAYER},
    ),
    "one of sixty months given back": Case(
        person(*paid_months("2021-07", "2026-06"), refunded("2022-01", "2022-03-01")),
        {"2026-08-31": PAYER, "2026-09-30": KEPT, "2026-10-01": "-"},
    ),
}


@each_day(ON_TIME)
def test_twelve_months_give_the_right(case: Case, on: str, expected: str) -> None:
    """On time is whoever's last month is at most two months back; then the right is kept."""
    assert answer(case, on) == expected


@pytest.mark.parametrize(
    ("months_count", "last_kept", "ground"),
    [("true", "2026-12-31", KEPT_LONG), ("false", "2026-09-30", KEPT)],
)
def test_a_long_run_may_begin_long_before_the_first_payment(
    months_count: str, last_kept: str, ground: str
) -> None:
    """If months that the State paid count as well, all sixty do, however few of them are paid."""
    law = LAW.overridden("long_payer_unpaid_months_count", months_count)
    student = person(
        *episode("R13", "2020-09-01", "2025-07-01"), *paid_months("2025-07", "2026-06")
    )
    timeline = timeline_of(student, parameters=law)
    assert grounds_on(timeline, day(last_kept)) == ground
    assert grounds_on(timeline, day(last_kept) + timedelta(days=1)) == "-"


def test_what_once_was_looked_back_upon_still_is() -> None:
    """A shorter window of later years does not shorten that of the years before."""
    windows = Dated("p10.1", ((IN_FORCE, 12), (date(2027, 1, 1), 6)))
    law = replace(LAW, payer_window_months=windows)
    pupil = person(*episode("R01", "2025-07-01", "2026-06-01"), paid("2026-06"))
    assert grounds_on(timeline_of(pupil, parameters=law), day("2026-07-01")) == f"{PAYER}, {LEFT}"


@each_day(LATE)
def test_the_right_runs_from_the_month_in_which_the_last_was_paid(
    case: Case, on: str, expected: str
) -> None:
    """A month that comes late lets the right begin in the month in which it comes."""
    assert answer(case, on) == expected


@each_day(LONG)
def test_after_sixty_paid_months_the_right_is_kept_for_six(
    case: Case, on: str, expected: str
) -> None:
    """Six months instead of three, if each of the sixty was paid."""
    assert answer(case, on) == expected


@each_day(SATISFIED)
def test_a_month_may_be_satisfied_without_payment(case: Case, on: str, expected: str) -> None:
    """A month counts if on one of its days the State paid, or the person was exempt."""
    assert answer(case, on) == expected


@each_day(COUNTED)
def test_deductions_and_contributions_count(case: Case, on: str, expected: str) -> None:
    """The fact of a payment with code 121 or 122 counts, and nothing else."""
    assert answer(case, on) == expected


@each_day(REFUNDED)
def test_a_month_is_paid_since_its_sum_stays_above_zero(
    case: Case, on: str, expected: str
) -> None:
    """The running sum goes in order of day, on one day payments before refunds."""
    assert answer(case, on) == expected
