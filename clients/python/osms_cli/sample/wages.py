"""
What employers pay for their staff, month after month.

This is where a country's tens of millions of lines are made, so the inner loop only puts together
texts that were prepared once for each payment order and once for each job.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from osms_cli.sample.chance import between, waiting
from osms_cli.sample.days import Month, iso_texts, months, period_text
from osms_cli.sample.mishaps import Mishaps
from osms_cli.sample.paybook import (
    CONTRIBUTION,
    DEDUCTION,
    PENALTY_ON_CONTRIBUTION,
    PENALTY_ON_DEDUCTION,
    Column,
    columns_of,
    line_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from osms_cli.sample.employers import Employer, Run
    from osms_cli.sample.life import Stretch
    from osms_cli.sample.paybook import PayBook

SALARY_MIN: Final = 85_000
SALARY_MEAN_ABOVE: Final = 230_000
SALARY_MAX: Final = 1_700_000
RAISE_PERCENT: Final = 8
CONTRIBUTION_PERCENT: Final = 2
DEDUCTION_PERCENT: Final = 3
PENALTY_SHARE: Final = 0.4  # of the lines of a late payment order


class Worker(NamedTuple):
    """One job as the employer's accountant sees it; amounts by year."""

    person: str  # the columns iin, surname, given_name and patronymic
    first: Month
    last: Month
    salaries: tuple[int, ...]
    contributions: tuple[str, ...]
    deductions: tuple[str, ...]


class Wages:
    """The staff of all employers of one block, and the payment orders for them."""

    def __init__(self, chance: Random, book: PayBook, employers: list[Employer]) -> None:
        self._chance = chance
        self._book = book
        self._employers = employers
        self._staff: list[list[Worker]] = [[] for _ in employers]
        self._mishaps = Mishaps(chance, book)
        self._iso = iso_texts()
        self._months = months()
        self._first_year = book.calendar.first // 12
        self._years = book.calendar.last // 12 + 1 - self._first_year

    def employ(self, person: str, job: Stretch) -> int:
        """Enter somebody's job; the months that will have been paid for it."""
        first, last = self._months[job.since], self._months[job.until - 1]
        employer = self._employers[job.where]
        salary = min(SALARY_MAX, SALARY_MIN + waiting(self._chance, SALARY_MEAN_ABOVE))
        salaries = [salary]
        for _ in range(1, self._years):
            salaries.append(salaries[-1] + salaries[-1] * RAISE_PERCENT // 100)
        contributions = _amounts(salaries, CONTRIBUTION_PERCENT)
        deductions = _amounts(salaries, DEDUCTION_PERCENT) if employer.deducts else ()
        self._staff[job.where].append(
            Worker(person, first, last, tuple(salaries), contributions, deductions)
        )
        return employer.paid & self._book.calendar.span(first, last)

    def staff(self) -> Iterator[tuple[Employer, list[Worker]]]:
        """Every employer who has any, once everybody has been entered."""
        for employer, staff in zip(self._employers, self._staff, strict=True):
            if staff:
                yield employer, staff

    def write(self) -> None:
        """Write the payment orders of all employers, once everybody has been entered."""
        for employer, staff in self.staff():
            for run in employer.runs:
                made: list[str] = []
                for period in run.periods:
                    made += self._period_lines(employer, run, period, staff)
                if made:
                    self._enter_order(employer, run, made)

    def _enter_order(self, employer: Employer, run: Run, made: list[str]) -> None:
        self._book.payments[run.day] += made
        self._mishaps.happen(employer, run.day, made)
        if run.late:
            self._book.payments[run.day] += self._penalties(made)

    def _period_lines(
        self, employer: Employer, run: Run, period: Month, staff: list[Worker]
    ) -> list[str]:
        year = period // 12 - self._first_year
        head = f"PAYMENT,{run.reference}/"
        middle = f",{employer.payer},{period_text(period)},{self._iso[run.day]},"
        tail = f",{CONTRIBUTION},,\n"
        lines = [
            f"{head}{place},{person}{middle}{contributions[year]}{tail}"
            for place, (person, first, last, _, contributions, _) in enumerate(staff)
            if first <= period <= last
        ]
        if employer.deducts:
            tail = f",{DEDUCTION},,\n"
            lines += [
                f"{head}{place},{person}{middle}{deductions[year]}{tail}"
                for place, (person, first, last, _, _, deductions) in enumerate(staff)
                if first <= period <= last
            ]
        return lines

    def _penalties(self, made: list[str]) -> Iterator[str]:
        for line in made:
            if self._chance.random() < PENALTY_SHARE:
                columns = columns_of(line)
                on_contribution = columns[Column.KNP] == CONTRIBUTION
                columns[Column.KNP] = (
                    PENALTY_ON_CONTRIBUTION if on_contribution else PENALTY_ON_DEDUCTION
                )
                tenge = between(self._chance, 3, 240)
                columns[Column.AMOUNT] = f"{tenge}.{between(self._chance, 0, 99):02d}"
                yield line_of(columns)


def _amounts(salaries: list[int], percent: int) -> tuple[str, ...]:
    """What is paid a month in each of the years, with two decimals."""
    pairs = (divmod(salary * percent, 100) for salary in salaries)
    return tuple(f"{whole}.{hundredths:02d}" for whole, hundredths in pairs)
