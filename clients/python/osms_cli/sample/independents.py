"""
People who pay for themselves: most of them monthly, some with gaps, some a year at once.

Whoever pays twelve months at once pays for months to come; somebody who has not been insured so
far may begin by paying for the twelve months before. Some lines do not say that the payer is an
independent one; those count as contributions of any kind, but not as an independent's.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from osms_cli.sample.chance import between
from osms_cli.sample.days import (
    Day,
    Month,
    due_day,
    iso_texts,
    month_of,
    month_start,
    month_text,
    months,
    period_text,
    working_day,
)
from osms_cli.sample.paybook import CONTRIBUTION

if TYPE_CHECKING:
    from random import Random

    from osms_cli.sample.life import Stretch
    from osms_cli.sample.paybook import PayBook

CONTRIBUTION_FIRST: Final = 5_950  # tenge a month in the first year
RAISE: Final = 420  # tenge a year
YEARLY_SHARE: Final = 0.32
CATCHING_UP_SHARE: Final = 0.3  # of those who begin within the region's days
FIRST_PERIOD: Final = month_of(date(2017, 7, 1))  # there were no contributions before
SLOPPY_SHARE: Final = 0.2
GAP_SHARE: Final = 0.12  # of a sloppy payer's months
UNSAID_KIND_SHARE: Final = 0.08
YEAR_MONTHS: Final = 12


class Paid(NamedTuple):
    """Sets of months: those paid at all, and those paid as an independent payer."""

    any: int
    independent: int


class Payer(NamedTuple):
    """The columns of a line that are the same in all of one payer's lines."""

    number: int
    person: str  # iin, surname, given_name and patronymic
    payer: str  # payer_id, payer_name and payer_kind
    independent: bool


class Independents:
    """The payments of the independent payers of one block."""

    def __init__(self, chance: Random, book: PayBook) -> None:
        self._chance = chance
        self._book = book
        self._payers = 0
        self._iso = iso_texts()
        self._months = months()
        self._first_year = book.calendar.first // YEAR_MONTHS

    def pay(self, person: str, trade_name: str, stretches: list[Stretch]) -> Paid:
        """Enter all that one person pays."""
        iin = person.split(",", 1)[0]
        said = self._chance.random() >= UNSAID_KIND_SHARE
        kind = "INDEPENDENT" if said else ""
        self._payers += 1
        payer = Payer(self._payers, person, f"{iin},{trade_name},{kind}", said)
        paid, following = 0, self._book.calendar.first
        for stretch in stretches:
            first = max(self._months[stretch.since], following)
            last = self._months[stretch.until - 1]
            if self._chance.random() < CATCHING_UP_SHARE:
                paid |= self._catch_up(payer, stretch.since, first)
            if self._chance.random() < YEARLY_SHARE:
                months_paid, following = self._pay_yearly(payer, first, last)
            else:
                months_paid, following = self._pay_monthly(payer, first, last)
            paid |= months_paid
        return Paid(paid, paid if said else 0)

    def _catch_up(self, payer: Payer, since: Day, first: Month) -> int:
        """Pay for the year before the first month, if that lies within the region's days."""
        if since < self._book.calendar.first_day:
            return 0
        day = working_day(since + between(self._chance, 0, 12))
        paid = 0
        for month in range(max(first - YEAR_MONTHS, FIRST_PERIOD), first):
            paid |= self._enter(payer, first, month, day)
        return paid

    def _pay_yearly(self, payer: Payer, first: Month, last: Month) -> tuple[int, Month]:
        paid = 0
        habit = between(self._chance, 0, 20)
        if first == self._book.calendar.first:  # somewhere within a year paid for earlier
            first -= between(self._chance, 0, YEAR_MONTHS - 1)
        while first <= last:
            day = working_day(month_start(first) + habit)
            for month in range(first, first + YEAR_MONTHS):
                paid |= self._enter(payer, first, month, day)
            first += YEAR_MONTHS
        return paid, first

    def _pay_monthly(self, payer: Payer, first: Month, last: Month) -> tuple[int, Month]:
        paid = 0
        sloppy = self._chance.random() < SLOPPY_SHARE
        habit = between(self._chance, -20, 0)
        for month in range(first, last + 1):
            if not sloppy or self._chance.random() >= GAP_SHARE:
                paid |= self._enter(payer, month, month, working_day(due_day(month) + habit))
        return paid, max(first, last + 1)

    def _enter(self, payer: Payer, order: Month, month: Month, day: Day) -> int:
        """Enter one month, paid with the order of a month; nothing outside the region's days."""
        calendar = self._book.calendar
        if not calendar.first_day <= day <= calendar.last_day:
            return 0
        reference = f"I{payer.number:07d}{month_text(order)[2:].replace('-', '')}"
        tenge = CONTRIBUTION_FIRST + RAISE * (month // YEAR_MONTHS - self._first_year)
        self._book.payments[day].append(
            f"PAYMENT,{reference},{payer.person},{payer.payer},{period_text(month)},"
            f"{self._iso[day]},{tenge}.00,{CONTRIBUTION},,\n"
        )
        return calendar.bit(month)
