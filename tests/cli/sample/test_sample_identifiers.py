"""Identification numbers: valid, and never given out twice."""

from __future__ import annotations

from datetime import date

import pytest

from osms_cli.sample.days import day_of
from osms_cli.sample.identifiers import IinDealer, bin_of, check_digit


@pytest.mark.parametrize(
    "number",
    [
        "031231500126",
        "900101300017",
        "150331600019",
        "000229500018",
        "061211600012",
        "900101300811",
        "150331601800",
        "160440007161",
        "160940025485",
        "940140000385",
        "961141000023",
    ],
)
def test_known_numbers_have_the_digit_the_rule_gives(number: str) -> None:
    """The check digit of a valid number follows from its first eleven digits, in either round."""
    assert str(check_digit(number[:11])) == number[11]


@pytest.mark.parametrize("stem", ["90010130080", "00022950096"])
def test_some_stems_have_no_digit(stem: str) -> None:
    """Where the second round gives ten as well there is no valid number."""
    assert check_digit(stem) is None


def test_a_dealer_gives_valid_numbers_of_the_day_once() -> None:
    """Numbers dealt for one day are valid, different, and carry the birth date and the sex."""
    dealer = IinDealer(block=3, blocks=10)
    dealt = [dealer.deal(day_of(date(2007, 3, 9)), female=True) for _ in range(600)]
    assert len(set(dealt)) == 600
    assert all(str(check_digit(number[:11])) == number[11] for number in dealt)
    assert {number[:7] for number in dealt} == {"0703096"}


def test_blocks_never_deal_the_same_number() -> None:
    """Two blocks have no number of a day in common, even when both run out of them."""
    born = day_of(date(1990, 1, 1))
    one, other = (
        {dealer.deal(born, female=False) for _ in range(40)}
        for dealer in (IinDealer(0, 400), IinDealer(1, 400))
    )
    assert len(one) == len(other) == 40
    assert not one & other


def test_a_day_without_numbers_borrows_from_the_day_before() -> None:
    """Where a block's numbers of a day are gone, a number of the day before is dealt."""
    dealer = IinDealer(block=0, blocks=5_000)
    dealt = [dealer.deal(day_of(date(1990, 1, 2)), female=False) for _ in range(3)]
    assert [number[:6] for number in dealt][-1] == "900101"


def test_business_numbers_are_valid_and_differ() -> None:
    """Employers with different numbers have different valid BINs."""
    numbers = [bin_of(employer, employer % 100) for employer in range(3_000)]
    assert len(set(numbers)) == 3_000
    assert all(str(check_digit(number[:11])) == number[11] for number in numbers)
