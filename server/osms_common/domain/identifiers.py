"""
IIN and BIN: twelve digits, the last of which checks the others.

Only the check digit is tested. The first seven digits of an IIN (birth date, century, sex) need
not match anything: since 2013 a mismatch is no error. The check digit is the sum of the first
eleven digits, weighted 1 to 11, modulo 11; where that is 10, weighted 3 to 11, 1, 2; where that
is 10 again, there is no such number.
"""

from __future__ import annotations

from typing import Final, NewType

Iin = NewType("Iin", int)

_DIGITS: Final = 12
_FIRST_WEIGHTS: Final = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
_SECOND_WEIGHTS: Final = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)


def _sums(weights: tuple[int, ...], start: int, count: int) -> bytes:
    """Weighted sums, modulo 11, of *count* digits from *start*, by the number that they write."""
    sums = [0]
    for weight in weights[start : start + count]:
        sums = [(before + weight * digit) % 11 for before in sums for digit in range(10)]
    return bytes(sums)


# The check runs for every record of every feed and every person of a list, so the weighted sums
# are looked up four, four and three digits at a time instead of being multiplied out.
_PARTS: Final = ((0, 4), (4, 4), (8, 3))
_ONE, _TWO, _THREE = (_sums(_FIRST_WEIGHTS, *part) for part in _PARTS)
_SECOND: Final = tuple(_sums(_SECOND_WEIGHTS, *part) for part in _PARTS)
_NONE: Final = 10


def parse_identifier(text: str) -> Iin | None:
    """The number that *text* writes, or None if it is no valid IIN or BIN."""
    if len(text) != _DIGITS or not text.isdigit() or not text.isascii():
        return None
    number = int(text)
    one, two, three = number // 100_000_000, number // 10_000 % 10_000, number // 10 % 1_000
    remainder = (_ONE[one] + _TWO[two] + _THREE[three]) % 11
    if remainder == _NONE:
        first, second, third = _SECOND
        remainder = (first[one] + second[two] + third[three]) % 11
    if remainder != number % 10:  # a remainder of 10 is no digit, and equals none
        return None
    return Iin(number) or None  # noughts alone, which check, are nobody's


def identifier_text(number: int) -> str:
    """An IIN or BIN as it is shown: twelve digits."""
    return f"{number:012d}"
