"""
IIN and BIN: twelve digits, the last of which checks the others.

Only the check digit is tested. The first seven digits of an IIN (birth date, century, sex) need
not match anything: since 2013 a mismatch is no error. The check digit is the sum of the first
eleven digits, weighted 1 to 11, modulo 11; where that is 10, weighted 3 to 11, 1, 2; where that
is 10 again, there is no such number.
"""

from __future__ import annotations

from itertools import product
from operator import mul
from typing import Final, NewType

Iin = NewType("Iin", int)

_DIGITS: Final = 12
_FIRST_WEIGHTS: Final = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
_SECOND_WEIGHTS: Final = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)


def _sums(weights: tuple[int, ...], start: int) -> dict[str, int]:
    """Weighted sums of the digits from *start*, three or the last two, by how they are written."""
    of_part = weights[start : start + 3]
    return {
        "".join(map(str, digits)): sum(map(mul, digits, of_part))
        for digits in product(range(10), repeat=len(of_part))
    }


# The check runs for every record of every feed, so the weighted sums are looked up three digits
# at a time instead of being multiplied out. What is not written in digits is not found.
_ONE, _TWO, _THREE, _FOUR = (_sums(_FIRST_WEIGHTS, start) for start in (0, 3, 6, 9))
_SECOND: Final = tuple(_sums(_SECOND_WEIGHTS, start) for start in (0, 3, 6, 9))
_CHECK_DIGIT: Final = {str(digit): digit for digit in range(10)}
_NONE: Final = 10


def parse_identifier(text: str) -> Iin | None:
    """The number that *text* writes, or None if it is no valid IIN or BIN."""
    if len(text) != _DIGITS:
        return None
    one, two, three, four = text[:3], text[3:6], text[6:9], text[9:11]
    try:
        remainder = (_ONE[one] + _TWO[two] + _THREE[three] + _FOUR[four]) % 11
        if remainder == _NONE:
            first, second, third, fourth = _SECOND
            remainder = (first[one] + second[two] + third[three] + fourth[four]) % 11
        if remainder != _CHECK_DIGIT[text[11]]:
            return None
    except KeyError:
        return None
    return Iin(int(text)) or None  # noughts alone, which check, are nobody's


def identifier_text(number: int) -> str:
    """An IIN or BIN as it is shown: twelve digits."""
    return f"{number:012d}"
