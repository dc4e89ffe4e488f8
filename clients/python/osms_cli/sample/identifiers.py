"""
Valid identification numbers, each given out once, made from tables.

An IIN carries a birth date, a digit for century and sex, a serial number and a check digit. The
serial numbers of one birthday are dealt out to the blocks like cards, so that blocks which know
nothing of each other never give the same number to two people.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from osms_cli.sample.days import Day, iso_texts

FIRST_ROUND: Final = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
SECOND_ROUND: Final = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
NO_DIGIT: Final = 10

SERIALS: Final = 10_000
SERIAL_STEP: Final = 7_919  # has no factor in common with SERIALS: every slot gets its own serial
DAY_STEP: Final = 3_571
CENTURY_2000: Final = "2000-01-01"

EMPLOYERS_A_YEAR_MONTH: Final = 100_000
BIN_MONTHS: Final = 100  # of each of three series of registration months


def check_digit(stem: str) -> int | None:
    """The twelfth digit of eleven; None where the rule leaves none."""
    for weights in (FIRST_ROUND, SECOND_ROUND):
        digit = sum(int(figure) * weight for figure, weight in zip(stem, weights, strict=True))
        if digit % 11 != NO_DIGIT:
            return digit % 11
    return None


class _Sums(NamedTuple):
    """Weighted sums of four digits, by the number they make."""

    stems: tuple[int, ...]  # of the first four, in the first round
    first: tuple[int, ...]  # of the last four, in the first round
    second: tuple[int, ...]  # of the last four, in the second round


@lru_cache(maxsize=1)
def _sums() -> _Sums:
    return _Sums(
        tuple(_weighted(f"{four:04d}", FIRST_ROUND[:4]) for four in range(SERIALS)),
        tuple(_weighted(f"{four:04d}", FIRST_ROUND[7:]) for four in range(SERIALS)),
        tuple(_weighted(f"{four:04d}", SECOND_ROUND[7:]) for four in range(SERIALS)),
    )


def _weighted(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(figure) * weight for figure, weight in zip(digits, weights, strict=True))


class IinDealer:
    """Deals the IINs of one block out of *blocks*; no other block can deal the same ones."""

    __slots__ = ("_block", "_blocks", "_dealt", "_iso", "_sums")

    def __init__(self, block: int, blocks: int) -> None:
        self._block = block
        self._blocks = blocks
        self._dealt: dict[str, int] = {}
        self._iso = iso_texts()
        self._sums = _sums()

    def deal(self, born: Day, *, female: bool) -> str:
        """
        A number nobody has, for a person born on a day.

        Where all numbers of the day are gone it carries the day before, which is no error: since
        2013 the first seven digits need not agree with anything.
        """
        while True:
            stem = _stem(self._iso[born], female=female)
            if (number := self._next(stem, born)) is not None:
                return number
            born -= 1

    def _first_sum(self, stem: str) -> int:
        """The weighted sum of the first seven digits."""
        stems = self._sums.stems
        day = int(stem[4:6])
        return stems[int(stem[:4])] + 5 * (day // 10) + 6 * (day % 10) + 7 * int(stem[6])

    def _next(self, stem: str, born: Day) -> str | None:
        dealt = self._dealt.get(stem, 0)
        first = self._first_sum(stem)
        while (slot := self._block + dealt * self._blocks) < SERIALS:
            dealt += 1
            serial = (slot * SERIAL_STEP + born * DAY_STEP) % SERIALS
            digit = (first + self._sums.first[serial]) % 11
            if digit == NO_DIGIT:
                digit = (_weighted(stem, SECOND_ROUND[:7]) + self._sums.second[serial]) % 11
            if digit != NO_DIGIT:
                self._dealt[stem] = dealt
                return f"{stem}{serial:04d}{digit}"
        self._dealt[stem] = dealt
        return None


def _stem(iso: str, *, female: bool) -> str:
    """The first seven digits: birth date, century and sex."""
    male_digit = 5 if iso >= CENTURY_2000 else 3
    return f"{iso[2:4]}{iso[5:7]}{iso[8:]}{male_digit + female}"


def bin_of(number: int, month: int) -> str:
    """
    The BIN of employer *number*, registered in one of a hundred months of its series.

    *month* is below `BIN_MONTHS`; employers with different numbers have different BINs.
    """
    series, serial = divmod(number, EMPLOYERS_A_YEAR_MONTH)
    registered = month * 3 + series % 3
    for branch in ("40", "41", "50", "51"):
        stem = f"{registered // 12:02d}{registered % 12 + 1:02d}{branch}{serial:05d}"
        if (digit := check_digit(stem)) is not None:
            return f"{stem}{digit}"
    message = f"no business number exists for employer {number}"
    raise AssertionError(message)
