"""
Ways of spoiling one value, shared by the bad lines of all feeds.

Each returns a value that is wrong beyond doubt: no reader, however lenient, may take it for good.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from osms_cli.sample.chance import between
from osms_cli.sample.days import iso_texts
from osms_cli.sample.identifiers import check_digit

if TYPE_CHECKING:
    from random import Random

    from osms_cli.sample.days import Day
    from osms_cli.sample.vocabulary import Outcome

IMPOSSIBLE_DATES: Final = ("2026-02-30", "2025-13-01", "2024-04-31", "2025-02-29", "0000-00-00")
UNREADABLE_DATES: Final = ("31.12.2025", "вчера", "n/a", "2025-06", "июнь 2025")
EARLY_DATES: Final = ("1989-12-31", "1960-01-01", "1900-01-01")


class BadKind(NamedTuple):
    """A kind of bad line, and what must be answered to it."""

    name: str
    outcome: Outcome


def wrong_check_digit(chance: Random, number: str) -> str:
    """The same number with another check digit."""
    return f"{number[:-1]}{(int(number[-1]) + between(chance, 1, 9)) % 10}"


def malformed(chance: Random, number: str) -> str:
    """A number with a digit too few or too many, or with a letter in it."""
    place = between(chance, 1, 10)
    return (
        number[:-1],
        f"{number}{number[-1]}",
        f"{number[:place]}O{number[place + 1 :]}",
        f"{number[:place]}-{number[place + 1 :]}",
    )[between(chance, 0, 3)]


def one_of(chance: Random, values: tuple[str, ...]) -> str:
    """Any of some values."""
    return values[between(chance, 0, len(values) - 1)]


def too_late(chance: Random, last: Day) -> str:
    """
    A date years after the region's last day.

    It stays too late when the files are read by a register whose clock is not at their delivery.
    """
    return iso_texts()[last + between(chance, 1_500, 3_000)]


def stranger(chance: Random) -> str:
    """The valid IIN of somebody who is most likely nobody."""
    while True:
        stem = f"{between(chance, 60, 99)}0{between(chance, 1, 9)}{between(chance, 10, 28)}"
        stem = f"{stem}{between(chance, 3, 4)}{between(chance, 0, 9_999):04d}"
        if (digit := check_digit(stem)) is not None:
            return f"{stem}{digit}"
