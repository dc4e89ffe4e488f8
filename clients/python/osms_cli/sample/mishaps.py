"""
Mistakes that payers make and put right by a refund: paid twice, too much, or for the wrong person.

They are not bad lines. Every one of them is accepted, and each tests that a month is paid exactly
as long as something is left of what was paid for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from osms_cli.sample.chance import Gaps, between
from osms_cli.sample.days import working_day
from osms_cli.sample.paybook import Column, columns_of, with_reference

if TYPE_CHECKING:
    from random import Random

    from osms_cli.sample.days import Day
    from osms_cli.sample.employers import Employer
    from osms_cli.sample.paybook import PayBook

DOUBLED_ORDER_SHARE: Final = 0.002  # of payment orders, sent twice
MISHAP_SHARE: Final = 0.0008  # of lines
PAID_TWICE: Final = 0.45
PAID_TOO_MUCH: Final = 0.75


class Mishaps:
    """Lets a few of the payments of a block go wrong."""

    def __init__(self, chance: Random, book: PayBook) -> None:
        self._chance = chance
        self._book = book
        self._gaps = Gaps(chance, MISHAP_SHARE)

    def happen(self, employer: Employer, day: Day, made: list[str]) -> None:
        """Let what goes wrong with one payment order go wrong."""
        if self._chance.random() < DOUBLED_ORDER_SHARE:
            self._pay_twice(day, made, "D")
        marked = min(self._gaps.marked(len(made)), len(made))
        for line in self._chance.sample(made, marked):
            self._mishap(employer, day, line)

    def _mishap(self, employer: Employer, day: Day, line: str) -> None:
        draw = self._chance.random()
        if draw < PAID_TWICE:
            self._pay_twice(day, [line], "E")
            return
        refunded_on = working_day(day + between(self._chance, 5, 75))
        if draw < PAID_TOO_MUCH:
            whole = float(columns_of(line)[Column.AMOUNT])
            self._book.refund(line, refunded_on, f"{int(whole / 3)}.50")
        elif employer.deducts:
            self._book.refund(line, refunded_on)
        else:
            self._book.take_back(line, refunded_on)

    def _pay_twice(self, day: Day, made: list[str], ending: str) -> None:
        again = [with_reference(line, ending) for line in made]
        self._book.payments[day] += again
        refunded_on = working_day(day + between(self._chance, 3, 40))
        for line in again:
            self._book.refund(line, refunded_on)
