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


def _sums(weights: tuple[int, ...], start: int) -> tuple[int, ...]:
    """Weighted sums of the three digits from *start*, for every number of three digits."""
    first, second, third = (*weights, 0)[start : start + 3]
    return tuple(
        first * (number // 100) + second * (number // 10 % 10) + third * (number % 10)
        for number in range(1000)
    )


# The check runs for every record of every feed, so the weighted sums are looked up three digits
# at a time instead of being multiplied out.
_FIRST: Final = tuple(_sums(_FIRST_WEIGHTS, start) for start in (0, 3, 6, 9))
_SECOND: Final = tuple(_sums(_SECOND_WEIGHTS, start) for start in (0, 3, 6, 9))


def _remainder(tables: tuple[tuple[int, ...], ...], number: int) -> int:
    return (
        tables[0][number // 1_000_000_000]
        + tables[1][number // 1_000_000 % 1000]
        + tables[2][number // 1000 % 1000]
        + tables[3][number % 1000]
    ) % 11


def has_valid_check_digit(number: int) -> bool:
    """Whether a number of twelve digits ends in its check digit."""
    remainder = _remainder(_FIRST, number)
    if remainder == 10:  # noqa: PLR2004 - the provision's own number
        remainder = _remainder(_SECOND, number)
    return remainder == number % 10


def parse_identifier(text: str) -> Iin | None:
    """The number that *text* writes, or None if it is no valid IIN or BIN."""
    if len(text) != _DIGITS or not (text.isascii() and text.isdigit()):
        return None
    number = int(text)
    return Iin(number) if has_valid_check_digit(number) else None


def identifier_text(number: int) -> str:
    """An IIN or BIN as it is shown: twelve digits."""
    return f"{number:012d}"
