"""
Pension contributions and social deductions: what employers pay for whoever works.

They are paid with the same orders as the contributions to the Fund, on the same days. What was
paid in the months before the first day is told on the first day: the first matching looks at it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from osms_cli.sample.chance import Gaps, between
from osms_cli.sample.days import (
    Day,
    Month,
    due_day,
    json_texts,
    month_text,
    months,
    working_day,
)
from osms_cli.sample.employers import Run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from osms_cli.sample.employers import Employer, PayCalendar
    from osms_cli.sample.wages import Worker

PENSION_CONTRIBUTION: Final = "PENSION_CONTRIBUTION"
SOCIAL_DEDUCTION: Final = "SOCIAL_DEDUCTION"
PERCENT: Final = {PENSION_CONTRIBUTION: 10, SOCIAL_DEDUCTION: 5}
MONTHS_BEFORE: Final = 4  # the first matching looks at three; the last of four is paid before it
DAYS_BEFORE_DUE: Final = 3
IIN_LENGTH: Final = 12
MISHAP_SHARE: Final = 0.001  # of lines
DOUBLED: Final = 0.4
TOO_MUCH: Final = 0.7


class ContributionBook:
    """Collects the contributions of one block by the day on which they are told."""

    def __init__(self, chance: Random, calendar: PayCalendar) -> None:
        self.lines: defaultdict[Day, list[str]] = defaultdict(list)
        self.refunded: set[str] = set()
        self._made: defaultdict[str, int] = defaultdict(int)
        self._chance = chance
        self._first = calendar.first_day
        self._last = calendar.last_day
        self._first_year = calendar.first // 12
        self._periods = range(calendar.first - MONTHS_BEFORE, calendar.first)
        self._gaps = Gaps(chance, MISHAP_SHARE)
        self._dates = json_texts()
        self._months = months()

    def pay(self, employer: Employer, staff: Sequence[Worker]) -> None:
        """Enter all that an employer pays for its staff."""
        for period in self._periods:
            day = working_day(due_day(period) - DAYS_BEFORE_DUE)
            order = f"{employer.number:07d}{month_text(period)[2:].replace('-', '')}"
            self._pay_order(employer, staff, Run(day, order, (period,), late=False))
        for run in employer.runs:
            self._pay_order(employer, staff, run)

    def enter(self, line: dict[str, Any], day: Day) -> None:
        """Enter a contribution that is made on *day*, unless no matching could look at it."""
        if self._months[day] < self._periods.start:
            return
        told = {**line, "paidDate": json.loads(self._dates[day])}
        self.lines[max(day, self._first)].append(text_of({"contribution": told}))
        self._made[line["iin"]] |= self._bit(day)

    def months_made(self, iin: str, first: Month, last: Month) -> list[bool]:
        """Whether something was paid for somebody, month by month."""
        made = self._made.get(iin, 0)
        return [
            month >= self._periods.start and bool(made >> (month - self._periods.start) & 1)
            for month in range(first, last + 1)
        ]

    def _bit(self, day: Day) -> int:
        return 1 << (self._months[day] - self._periods.start)

    def _pay_order(self, employer: Employer, staff: Sequence[Worker], run: Run) -> None:
        kinds = tuple(PERCENT) if employer.deducts else (PENSION_CONTRIBUTION,)
        made = [
            line
            for period in run.periods
            for kind in kinds
            for line in self._lines(run, period, kind, staff)
        ]
        told = max(run.day, self._first)
        self.lines[told] += made
        marked = min(self._gaps.marked(len(made)), len(made))
        for line in self._chance.sample(made, marked):
            self._mishap(line, told)

    def _lines(self, run: Run, period: Month, kind: str, staff: Sequence[Worker]) -> Iterator[str]:
        bit, percent = self._bit(run.day), PERCENT[kind]
        year = max(period // 12 - self._first_year, 0)
        middle = (
            f'","kind":"CONTRIBUTION_KIND_{kind}","period":{{"year":{period // 12},'
            f'"month":{period % 12 + 1}}},"paidDate":{self._dates[run.day]},'
            f'"amount":{{"currencyCode":"KZT","units":"'
        )
        for place, worker in enumerate(staff):
            if worker.first <= period <= worker.last:
                iin = worker.person[:IIN_LENGTH]
                self._made[iin] |= bit
                yield (
                    f'{{"contribution":{{"reference":"{run.reference}/{place}","iin":"{iin}'
                    f'{middle}{worker.salaries[year] * percent // 100}"}}}}}}\n'
                )

    def _mishap(self, line: str, day: Day) -> None:
        """Let a line be paid twice, or too much of it, or for the wrong person; mend it."""
        told: dict[str, Any] = json.loads(line)["contribution"]
        refunded_on = working_day(day + between(self._chance, 3, 60))
        if refunded_on > self._last:
            return
        draw = self._chance.random()
        amount = told["amount"]
        if draw < DOUBLED:
            told["reference"] += "E"
            self.lines[day].append(text_of({"contribution": told}))
        elif draw < TOO_MUCH:
            amount = {**amount, "units": str(int(amount["units"]) // 3 + 1)}
        else:
            self.refunded.add(told["iin"])
        date = json.loads(self._dates[refunded_on])
        refund = {"refundReference": f"V{told['reference']}", **told, "refundedDate": date}
        del refund["paidDate"]
        self.lines[refunded_on].append(text_of({"refund": {**refund, "amount": amount}}))


def text_of(message: dict[str, Any]) -> str:
    """A message as a line."""
    return f"{json.dumps(message, ensure_ascii=False, separators=(',', ':'))}\n"
