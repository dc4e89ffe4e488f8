"""SELF_PAYER (p. 11): an independent payer has the right from the day of payment."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from osms_common.domain.codes import PayerKind
from osms_server.rules.parameters import IN_FORCE, LAW, Dated
from tests.rules.factories import (
    Case,
    answer,
    day,
    each_day,
    episode,
    grounds_on,
    paid,
    paid_months,
    person,
    refunded,
    timeline_of,
)

SELF_PAYER = "SELF_PAYER p11"
PAYER = "PAYER p10.1"
KEPT = "RETENTION p10.2"
OWN = PayerKind.INDEPENDENT

CASES = {
    "a year paid at once": Case(
        person(*paid_months("2026-01", "2026-12", "2026-03-10", kind=OWN)),
        {
            "2026-03-09": "-",
            "2026-03-10": SELF_PAYER,
            "2026-11-30": SELF_PAYER,
            "2026-12-01": f"{PAYER}, {SELF_PAYER}",
            "2026-12-31": f"{PAYER}, {SELF_PAYER}",
            "2027-01-01": f"{PAYER}, {KEPT}",
            "2027-02-28": f"{PAYER}, {KEPT}",
            "2027-03-01": KEPT,
            "2027-03-31": KEPT,
            "2027-04-01": "-",
        },
    ),
    "a year paid ahead": Case(
        person(*paid_months("2026-06", "2027-05", "2026-03-10", kind=OWN)),
        {"2026-05-31": "-", "2026-06-01": SELF_PAYER, "2027-05-31": f"{PAYER}, {SELF_PAYER}"},
    ),
    "the last of the twelve paid on the last day": Case(
        person(
            *paid_months("2026-01", "2026-11", "2026-03-10", kind=OWN),
            paid("2026-12", "2026-12-31", kind=OWN),
        ),
        {
            "2026-11-30": "-",
            "2026-12-01": PAYER,
            "2026-12-30": PAYER,
            "2026-12-31": f"{PAYER}, {SELF_PAYER}",
            "2027-01-01": f"{PAYER}, {KEPT}",
        },
    ),
    "the last of the twelve paid a day later: the right is kept from the payment": Case(
        person(
            *paid_months("2026-01", "2026-11", "2026-03-10", kind=OWN),
            paid("2026-12", "2027-01-01", kind=OWN),
        ),
        {"2026-12-31": "-", "2027-01-01": f"{PAYER}, {KEPT}", "2027-03-31": KEPT},
    ),
    "the last of the twelve paid in the second month after": Case(
        person(
            *paid_months("2026-01", "2026-11", "2026-03-10", kind=OWN),
            paid("2026-12", "2027-02-10", kind=OWN),
        ),
        {
            "2027-01-31": "-",
            "2027-02-01": PAYER,
            "2027-02-09": PAYER,
            "2027-02-10": f"{PAYER}, {KEPT}",
            "2027-03-31": KEPT,
            "2027-04-01": "-",
        },
    ),
    "the last of the twelve paid on the last day on which that helps": Case(
        person(
            *paid_months("2026-01", "2026-11", "2026-03-10", kind=OWN),
            paid("2026-12", "2027-03-31", kind=OWN),
        ),
        {"2027-02-28": "-", "2027-03-01": KEPT, "2027-03-31": KEPT, "2027-04-01": "-"},
    ),
    "the last of the twelve paid too late": Case(
        person(
            *paid_months("2026-01", "2026-11", "2026-03-10", kind=OWN),
            paid("2026-12", "2027-04-01", kind=OWN),
        ),
        {"2026-12-31": "-", "2027-03-31": "-", "2027-04-01": "-"},
    ),
    "eleven months": Case(
        person(*paid_months("2026-01", "2026-11", "2026-03-10", kind=OWN)),
        {"2026-03-10": "-", "2026-11-30": "-"},
    ),
    "a month missing in the middle": Case(
        person(
            *paid_months("2026-01", "2026-06", "2026-03-10", kind=OWN),
            *paid_months("2026-08", "2027-01", "2026-03-10", kind=OWN),
        ),
        {"2026-03-10": "-", "2026-12-31": "-"},
    ),
    "thirteen months: every run is read by itself": Case(
        person(*paid_months("2026-01", "2027-01", "2026-03-10", kind=OWN)),
        {
            "2026-03-10": SELF_PAYER,
            "2026-12-31": f"{PAYER}, {SELF_PAYER}",
            "2027-01-01": f"{PAYER}, {SELF_PAYER}, {KEPT}",
            "2027-01-31": f"{PAYER}, {SELF_PAYER}, {KEPT}",
            "2027-02-01": f"{PAYER}, {KEPT}",
            "2027-04-30": KEPT,
            "2027-05-01": "-",
        },
    ),
    "a later month paid late delays only its own run": Case(
        person(
            *paid_months("2026-01", "2026-12", "2026-03-10", kind=OWN),
            paid("2027-01", "2026-06-20", kind=OWN),
        ),
        {"2026-03-10": SELF_PAYER, "2026-06-20": SELF_PAYER},
    ),
    "the first month paid last: the run begins with its payment": Case(
        person(
            paid("2026-01", "2026-08-05", kind=OWN),
            *paid_months("2026-02", "2026-12", "2026-03-10", kind=OWN),
        ),
        {"2026-08-04": "-", "2026-08-05": SELF_PAYER},
    ),
    "one month paid by an employer": Case(
        person(
            *paid_months("2026-01", "2026-05", "2026-03-10", kind=OWN),
            paid("2026-06", "2026-03-10", kind=PayerKind.EMPLOYER),
            *paid_months("2026-07", "2026-12", "2026-03-10", kind=OWN),
        ),
        {"2026-03-10": "-", "2026-11-30": "-", "2026-12-01": PAYER},
    ),
    "one month paid by an employer first, and then by oneself": Case(
        person(
            *paid_months("2026-01", "2026-12", "2026-03-10", kind=OWN),
            paid("2026-06", "2026-01-10", reference="B1", kind=PayerKind.EMPLOYER),
        ),
        {"2026-03-09": "-", "2026-03-10": SELF_PAYER},
    ),
    "payments without a payer kind": Case(
        person(*paid_months("2026-01", "2026-12", "2026-03-10", kind=PayerKind.UNKNOWN)),
        {"2026-03-10": "-", "2026-11-30": "-", "2026-12-01": PAYER},
    ),
    "a State-paid month satisfies no run": Case(
        person(
            *paid_months("2026-01", "2026-11", "2026-03-10", kind=OWN),
            *episode("R01", "2026-12-01", "2026-12-02"),
        ),
        {"2026-03-10": "-", "2026-12-01": "CATEGORY R01 p9.1"},
    ),
    "penalties never count": Case(
        person(
            *paid_months("2026-01", "2026-11", "2026-03-10", kind=OWN),
            paid("2026-12", "2026-03-10", kind=OWN, code=124),
        ),
        {"2026-03-10": "-"},
    ),
    "one month given back": Case(
        person(
            *paid_months("2026-01", "2026-12", "2026-03-10", kind=OWN),
            refunded("2026-06", "2026-04-01"),
        ),
        {"2026-03-10": "-", "2026-12-01": "-"},
    ),
    "one month given back and paid anew": Case(
        person(
            *paid_months("2026-01", "2026-12", "2026-03-10", kind=OWN),
            refunded("2026-06", "2026-04-01"),
            paid("2026-06", "2026-05-20", kind=OWN, reference="A2"),
        ),
        {"2026-05-19": "-", "2026-05-20": SELF_PAYER},
    ),
    "one's own payment of a month given back, the employer's stays": Case(
        person(
            *paid_months("2026-01", "2026-12", "2026-03-10", kind=OWN),
            paid("2026-06", "2026-03-10", reference="B1", kind=PayerKind.EMPLOYER),
            refunded("2026-06", "2026-04-01"),
        ),
        {"2026-03-10": "-", "2026-11-30": "-", "2026-12-01": PAYER},
    ),
    "the employer's payment of a month given back, one's own stays": Case(
        person(
            *paid_months("2026-01", "2026-12", "2026-03-10", kind=OWN),
            paid("2026-06", "2026-03-10", reference="B1", kind=PayerKind.EMPLOYER),
            refunded("2026-06", "2026-04-01", reference="B1"),
        ),
        {"2026-03-10": SELF_PAYER},
    ),
    "sixty months of one's own": Case(
        person(*paid_months("2021-07", "2026-06", kind=OWN)),
        {
            "2026-06-30": f"{PAYER}, {KEPT}",
            "2026-07-25": f"{PAYER}, {KEPT}",
            "2026-09-30": "RETENTION p10.2, RETENTION p10.3",
            "2026-12-31": "RETENTION p10.3",
            "2027-01-01": "-",
        },
    ),
}


@each_day(CASES)
def test_an_independent_payer_has_the_right_from_the_payment(
    case: Case, on: str, expected: str
) -> None:
    """Twelve consecutive months of one's own give the right from the payment of the last."""
    assert answer(case, on) == expected


def test_a_refund_is_of_the_kind_of_its_payment() -> None:
    """What a kind of payer means is read on the day of the payment, for what is given back too."""
    kinds = Dated("p11", ((IN_FORCE, frozenset({OWN})), (date(2026, 4, 1), frozenset())))
    law = replace(LAW, self_payer_kinds=kinds)
    employers = paid("2026-06", "2026-03-10", reference="B1")
    year = [*paid_months("2026-01", "2026-12", "2026-03-10", kind=OWN), employers]
    assert grounds_on(timeline_of(person(*year), parameters=law), day("2026-03-10")) == SELF_PAYER
    short = person(*year, refunded("2026-06", "2026-04-01"))
    assert grounds_on(timeline_of(short, parameters=law), day("2026-03-10")) == "-"
