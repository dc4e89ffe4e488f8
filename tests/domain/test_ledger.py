"""The ledger: six bytes a month say what all payments would say."""

from __future__ import annotations

from datetime import date
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osms_common.domain.calendar import Month, month
from osms_common.domain.codes import PayerKind
from osms_common.domain.revision import NOTHING_KNOWN
from osms_server.domain.facts import PaymentReceived
from osms_server.domain.ledger import (
    EMPTY,
    Ledger,
    PaidMonths,
    decode_ledger,
    encode_ledger,
    has_month,
    with_payment,
)
from osms_server.rules.parameters import LAW
from osms_server.rules.standing import fold_payments

MAY: Final = month(2026, 5)
JUNE: Final = month(2026, 6)
JULY: Final = month(2026, 7)
FIRST: Final = date(2026, 7, 1)
SECOND: Final = date(2026, 7, 2)
THIRD: Final = date(2026, 7, 3)

days = st.dates(date(1990, 1, 1), date(2160, 1, 1))
some_months = st.integers(month(2017, 7), month(2017, 7) + 24).map(Month)


@st.composite
def paid_months(draw: st.DrawFn) -> PaidMonths:
    """Paid months in order, some of them by an independent payer."""
    any_payer = dict(sorted(draw(st.dictionaries(some_months, days, max_size=14)).items()))
    independent = {of: draw(days) for of in any_payer if draw(st.booleans())}
    return PaidMonths(any_payer, independent)


def folded(*payments: tuple[Month, date, bool]) -> Ledger:
    """The ledger of payments, each added to the one before."""
    ledger = EMPTY
    for of, day, independent in payments:
        ledger = with_payment(ledger, of, day, independent=independent)
    return ledger


@settings(deadline=None)
@given(paid_months())
def test_a_ledger_is_read_as_it_was_written(paid: PaidMonths) -> None:
    """Months and days survive, in six bytes a month."""
    ledger = encode_ledger(paid)
    assert decode_ledger(ledger) == paid
    assert len(ledger) == 6 * len(paid.any_payer)


@settings(deadline=None)
@given(st.lists(st.tuples(some_months, days, st.booleans()), max_size=20))
def test_payments_one_by_one_are_the_same_as_all_at_once(
    payments: list[tuple[Month, date, bool]],
) -> None:
    """Adding payments in any order gives the ledger that all of them together give."""
    facts = [
        PaymentReceived(
            str(number),
            of,
            122,
            day,
            1,
            PayerKind.INDEPENDENT if independent else PayerKind.EMPLOYER,
            NOTHING_KNOWN,
        )
        for number, (of, day, independent) in enumerate(payments)
    ]
    assert folded(*payments) == encode_ledger(fold_payments(facts, (), LAW))


@pytest.mark.parametrize(
    ("payments", "any_payer", "independent"),
    [
        ([], {}, {}),
        ([(JUNE, SECOND, False)], {JUNE: SECOND}, {}),
        ([(JUNE, SECOND, True)], {JUNE: SECOND}, {JUNE: SECOND}),
        ([(JUNE, SECOND, False), (JUNE, FIRST, False)], {JUNE: FIRST}, {}),
        ([(JUNE, SECOND, False), (JUNE, THIRD, True)], {JUNE: SECOND}, {JUNE: THIRD}),
        ([(JUNE, SECOND, True), (JUNE, THIRD, False)], {JUNE: SECOND}, {JUNE: SECOND}),
        ([(JULY, FIRST, False), (MAY, SECOND, False)], {MAY: SECOND, JULY: FIRST}, {}),
        ([(JUNE, date(1990, 1, 1), True)], {JUNE: date(1990, 1, 1)}, {JUNE: date(1990, 1, 1)}),
    ],
)
def test_the_first_payment_of_a_month_counts(
    payments: list[tuple[Month, date, bool]],
    any_payer: dict[Month, date],
    independent: dict[Month, date],
) -> None:
    """A month is paid since its first payment, independently since the first of that kind."""
    assert decode_ledger(folded(*payments)) == PaidMonths(any_payer, independent)


def test_a_ledger_knows_its_months() -> None:
    """The months of a ledger are in it, those between and beside them are not."""
    ledger = folded((MAY, FIRST, False), (JULY, FIRST, True))
    assert [has_month(ledger, of) for of in (MAY, JUNE, JULY)] == [True, False, True]
    assert not has_month(EMPTY, MAY)
