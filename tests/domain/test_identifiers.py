"""IIN and BIN: what is a number, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from osms_common.domain.identifiers import (
    identifier_text,
    parse_identifier,
)

VALID = {
    "an IIN": "031231500126",
    "an IIN of another person": "900101300017",
    "an IIN of a man born in 2015": "150331600019",
    "an IIN of a woman born in 2000": "000229500018",
    "an IIN that takes the second round": "061211600012",
    "a second round, the digit is 1": "900101300811",
    "a second round, the digit is 0": "150331601800",
    "a BIN": "160440007161",
    "a BIN of another company": "160940025485",
    "a BIN of a state body": "940140000385",
    "a BIN that takes the second round": "961141000023",
    "a birth date that does not exist": "991332000003",
}

INVALID = {
    "nothing but noughts": "000000000000",
    "digits in a row": "123456789012",
    "a wrong check digit": "780322300455",
    "a BIN with a wrong check digit": "150140000019",
    "one digit changed": "900101300018",
    "two digits exchanged": "901001300017",
    "eleven digits": "90010130001",
    "thirteen digits": "9001013000170",
    "nothing": "",
    "a blank before": " 00101300017",
    "a blank after": "900101300017 ",
    "a sign": "+00101300017",
    "an underscore": "900_01300017",
    "a letter": "90010130001A",
    "Arabic digits": "٩٠٠١٠١٣٠٠٠١٧",
    "full-width digits": "９００１０１３０００１７",  # noqa: RUF001 - as above
    "a superscript digit": "90010130001⁷",
}

NO_SUCH_NUMBER = ("90010130080", "00022950096")

stems = st.integers(0, 99_999_999_999)


def check_digit(stem: str) -> int | None:
    """The digit by plain arithmetic, None where the second round gives ten as well."""
    for weights in ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]):
        remainder = sum(w * int(d) for w, d in zip(weights, stem, strict=True)) % 11
        if remainder != 10:
            return remainder
    return None


@pytest.mark.parametrize("text", VALID.values(), ids=VALID)
def test_a_number_with_its_check_digit_is_valid(text: str) -> None:
    """Twelve digits are a number if the last of them checks the others, whatever they say."""
    assert parse_identifier(text) == int(text)


@pytest.mark.parametrize("text", INVALID.values(), ids=INVALID)
def test_anything_else_is_no_number(text: str) -> None:
    """Twelve ASCII digits, the last of them right, and nothing else is a number."""
    assert parse_identifier(text) is None


@pytest.mark.parametrize("digit", range(10))
@pytest.mark.parametrize("stem", NO_SUCH_NUMBER)
def test_where_the_second_round_gives_ten_there_is_no_number(stem: str, digit: int) -> None:
    """A stem whose second round gives ten has no valid number, whichever digit is tried."""
    assert parse_identifier(f"{stem}{digit}") is None


@settings(deadline=None)
@given(stems)
@example(90_010_130_080)
@example(90_010_130_081)
@example(6_121_160_001)
def test_each_stem_has_the_digit_that_arithmetic_gives_or_none(number: int) -> None:
    """Of the ten numbers of a stem the one with its check digit is valid, or none of them."""
    assume(number)
    stem = f"{number:011d}"
    valid = [digit for digit in range(10) if parse_identifier(f"{stem}{digit}") is not None]
    digit = check_digit(stem)
    assert valid == ([] if digit is None else [digit])


@settings(deadline=None)
@given(stems, st.integers(0, 9))
def test_a_number_is_written_as_it_was_read(stem: int, digit: int) -> None:
    """A valid number is shown as the twelve digits that were read."""
    text = f"{stem:011d}{digit}"
    number = parse_identifier(text)
    assert number is None or identifier_text(number) == text


def test_leading_noughts_are_shown() -> None:
    """A number keeps its twelve digits also where the first are noughts."""
    assert identifier_text(229_500_018) == "000229500018"
