"""
The employers of the region, their sizes and their habits of paying.

Most are small and belong to one block of people. A few large ones employ people of many blocks:
everything about them follows from the seed and their number, so that each block can write its own
part of the same payment order, with the same day and the same reference.
"""

from __future__ import annotations

from bisect import bisect_right
from enum import StrEnum
from itertools import accumulate
from random import Random
from typing import TYPE_CHECKING, Final, NamedTuple

from osms_cli.sample.chance import Choice, between, waiting
from osms_cli.sample.days import (
    Day,
    Month,
    day_of,
    due_day,
    month_of,
    month_text,
    working_day,
)
from osms_cli.sample.identifiers import BIN_MONTHS, bin_of
from osms_cli.sample.names import firm_name, person_name, trader_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from osms_cli.sample.plan import Plan

PEOPLE_A_SMALL_EMPLOYER: Final = 36
LARGE_A_BLOCK: Final = 8  # how many of the large employers one block works for
LARGE_JOB_SHARE: Final = 0.3
SIZE_SKEW: Final = 1.15  # the exponent of the sizes' power law
SIZE_MAX: Final = 400.0
TRADER_SHARE: Final = 0.15  # of small employers: individual entrepreneurs, known by an IIN
FEMALE_OWNER_SHARE: Final = 0.45
DEDUCTIONS_SHARE: Final = 0.7
UNSAID_KIND_SHARE: Final = 0.04
SMALL_FROM: Final = 1_000_000  # numbers of small employers begin here
SMALL_A_BLOCK: Final = 1_000


class Habit(StrEnum):
    """How an employer pays."""

    PUNCTUAL = "PUNCTUAL"
    TARDY = "TARDY"
    LUMPY = "LUMPY"
    FORGETFUL = "FORGETFUL"


HABITS: Final = Choice(
    {Habit.PUNCTUAL: 0.76, Habit.TARDY: 0.12, Habit.LUMPY: 0.08, Habit.FORGETFUL: 0.04}
)
TARDY_SHARE: Final = 0.3  # of a tardy employer's months
FORGOTTEN_SHARE: Final = 0.08  # of a forgetful employer's months


class Run(NamedTuple):
    """One payment order: what an employer paid on one day, for one or more months."""

    day: Day
    reference: str
    periods: tuple[Month, ...]
    late: bool


class Employer(NamedTuple):
    """Who pays, and every payment order within the region's days."""

    number: int
    payer: str  # the columns payer_id, payer_name and payer_kind
    deducts: bool  # whether deductions (KNP 121) are paid beside the contributions (KNP 122)
    runs: tuple[Run, ...]
    paid: int  # the months paid, as bits counted from the first one


class PayCalendar(NamedTuple):
    """The months that can be paid within the region's days, and those days."""

    first_day: Day
    last_day: Day
    first: Month
    last: Month

    @classmethod
    def of(cls, plan: Plan) -> PayCalendar:
        """The months from the one that falls due in the first month, up to the last but one."""
        first = month_of(plan.first_day) - 1
        return cls(day_of(plan.first_day), day_of(plan.until), first, month_of(plan.until))

    def bit(self, month: Month) -> int:
        """The place of a month in a set of months; there is none for those before the first."""
        return 1 << (month - self.first) if month >= self.first else 0

    def span(self, first: Month, last: Month) -> int:
        """The set of the months from *first* to *last*, as far as they can be paid."""
        low = max(first, self.first) - self.first
        high = min(last, self.last) - self.first
        return ((1 << (high - low + 1)) - 1) << low if high >= low else 0


class Employers:
    """The employers of one block, to be picked by the people who look for a job."""

    def __init__(self, plan: Plan, block: int, owner: Callable[[], str]) -> None:
        self._plan = plan
        self._owner = owner
        months = PayCalendar.of(plan)
        chance = Random(plan.seed_of("employers", block))
        small = max(1, plan.people_in(block) // PEOPLE_A_SMALL_EMPLOYER)
        large = self._large_numbers(chance)
        self.known = [
            *(self._large(number, months) for number in large),
            *(self._small(chance, block, index, months) for index in range(small)),
        ]
        weights = [LARGE_JOB_SHARE / len(large)] * len(large)
        sizes = [_size(chance) for _ in range(small)]
        weights += [(1.0 - LARGE_JOB_SHARE) * size / sum(sizes) for size in sizes]
        self._bounds = list(accumulate(weights))[:-1]

    def pick(self, draw: float) -> int:
        """The place in `known` of the employer at *draw*."""
        return bisect_right(self._bounds, draw)

    def _large_numbers(self, chance: Random) -> list[int]:
        """The large employers of this block; the lower the number, the larger."""
        total = max(LARGE_A_BLOCK, 2 * self._plan.blocks)
        numbers: set[int] = set()
        while len(numbers) < LARGE_A_BLOCK:
            numbers.add(int(total * chance.random() ** 2))
        return sorted(numbers)

    def _large(self, number: int, months: PayCalendar) -> Employer:
        chance = Random(self._plan.seed_of("employer", number))
        payer = f"{bin_of(number, between(chance, 0, BIN_MONTHS - 1))},{firm_name(chance, number)}"
        return _employer(chance, number, payer, months)

    def _small(self, chance: Random, block: int, index: int, months: PayCalendar) -> Employer:
        number = SMALL_FROM + block * SMALL_A_BLOCK + index
        month = between(chance, 0, BIN_MONTHS - 1)
        if chance.random() < TRADER_SHARE:
            name = person_name(chance, female=chance.random() < FEMALE_OWNER_SHARE)
            payer = f"{self._owner()},{trader_name(name)}"
        else:
            payer = f"{bin_of(number, month)},{firm_name(chance, number)}"
        return _employer(chance, number, payer, months)


def _size(chance: Random) -> float:
    return min(SIZE_MAX, float((1.0 - chance.random()) ** (-1.0 / SIZE_SKEW)))


def _employer(chance: Random, number: int, payer: str, months: PayCalendar) -> Employer:
    kind = "" if chance.random() < UNSAID_KIND_SHARE else "EMPLOYER"
    deducts = chance.random() < DEDUCTIONS_SHARE
    habit = HABITS.pick(chance.random())
    runs = tuple(run for run in _runs(chance, number, habit, months) if _inside(run, months))
    paid = sum(months.bit(month) for run in runs for month in run.periods)
    return Employer(number, f"{payer},{kind}", deducts, runs, paid)


def _inside(run: Run, months: PayCalendar) -> bool:
    return months.first_day <= run.day <= months.last_day


def _runs(chance: Random, number: int, habit: Habit, months: PayCalendar) -> Iterator[Run]:
    lump = between(chance, 2, 6) if habit is Habit.LUMPY else 1
    waiting_for: list[Month] = []
    for month in range(months.first, months.last):
        if habit is Habit.FORGETFUL and chance.random() < FORGOTTEN_SHARE:
            continue
        waiting_for.append(month)
        if (month - months.first) % lump == lump - 1:
            yield _run(chance, number, habit, tuple(waiting_for))
            waiting_for = []


def _run(chance: Random, number: int, habit: Habit, periods: tuple[Month, ...]) -> Run:
    day = due_day(periods[-1]) + between(chance, -6, 1)
    late = habit is Habit.TARDY and chance.random() < TARDY_SHARE
    if late:
        day += 8 + waiting(chance, 30)
    reference = f"{number:07d}{month_text(periods[-1])[2:].replace('-', '')}"
    return Run(working_day(day), reference, periods, late or len(periods) > 1)
