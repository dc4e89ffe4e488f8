"""
One woman whose life is told day by day: with child, on leave, at work, out of work.

She, her husband and their child come beside the people of the first block, and what is reported of
them comes on the same days whatever the seed. The days are counted back from the last month, so
that the last of them fall into the two months in which everything is delivered every day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from osms_cli.sample.days import (
    Day,
    Month,
    due_day,
    iso_texts,
    json_texts,
    month_start,
    month_text,
    months,
    period_text,
    working_day,
)
from osms_cli.sample.identifiers import bin_of
from osms_cli.sample.names import Name
from osms_cli.sample.paybook import CONTRIBUTION
from osms_cli.sample.registers.book import Kind, RegisterBook
from osms_cli.sample.registers.contributions import (
    PENSION_CONTRIBUTION,
    SOCIAL_DEDUCTION,
    ContributionBook,
)
from osms_cli.sample.vocabulary import STATE_CORPORATION

if TYPE_CHECKING:
    from osms_cli.sample.employers import PayCalendar
    from osms_cli.sample.identifiers import IinDealer
    from osms_cli.sample.paybook import PayBook

HER_NAME: Final = "Aigerim Saparova"
AIGERIM: Final = Name("Сапарова", "Айгерим", "Ерланқызы")
DANIYAR: Final = Name("Сапаров", "Данияр", "Болатұлы")
HER_AGE_MONTHS: Final = 29 * 12 + 5
HIS_AGE_MONTHS: Final = 32 * 12 + 2
WED_MONTHS_AGO: Final = 31

SCHOOL_NUMBER: Final = 999_999  # below the numbers of small employers, above those of large ones
SCHOOL: Final = "КГП «Школа-гимназия Айналайын»"
CONTRIBUTED: Final = {PENSION_CONTRIBUTION: 24_000, SOCIAL_DEDUCTION: 12_000}
INSURANCE_CONTRIBUTION: Final = "4800.00"
SHEET_DAYS: Final = 126


class Step(NamedTuple):
    """Something that happens to her, and who tells of it when."""

    day: Day
    sent_on: Day
    source: str
    said: str

    def as_json(self) -> dict[str, str]:
        """The step as `story.json` tells it."""
        iso = iso_texts()
        return {
            "day": iso[self.day],
            "sent_on": iso[self.sent_on],
            "source": self.source,
            "said": self.said,
        }


class Books(NamedTuple):
    """Where what is told of her is written."""

    registers: RegisterBook
    contributions: ContributionBook
    payments: PayBook


class Story:
    """The life of one woman, from before the first day to the last."""

    def __init__(self, dealer: IinDealer, calendar: PayCalendar, books: Books) -> None:
        self._calendar = calendar
        self._books = books
        self._months = months()
        self._month = calendar.last
        self._born = self._day(13, 19)
        self.iin = dealer.deal(self._day(HER_AGE_MONTHS, 8), female=True)
        self._husband = dealer.deal(self._day(HIS_AGE_MONTHS, 21), female=False)
        self._child = dealer.deal(self._born, female=True)
        self._steps: list[Step] = []

    def as_json(self) -> dict[str, Any]:
        """Her name, her number, and what was told of her within the region's days, in order."""
        days = range(self._calendar.first_day, self._calendar.last_day + 1)
        told = sorted(step for step in self._steps if step.sent_on in days)
        return {"name": HER_NAME, "iin": self.iin, "steps": [step.as_json() for step in told]}

    def tell(self) -> None:
        """Write what is told of her and hers."""
        self._tell_of_the_husband()
        self._tell_of_work_before()
        self._tell_of_the_child()
        self._tell_of_work_after()
        self._tell_of_unemployment()

    def _day(self, months_ago: int, day: int) -> Day:
        """A day of the month so many before the last."""
        return month_start(self._month - months_ago) + day - 1

    def _step(self, day: Day, sent_on: Day, source: str, said: str) -> Day:
        self._steps.append(Step(day, sent_on, source, said))
        return sent_on

    def _tell_of_the_husband(self) -> None:
        fields = f'"husbandIin":"{self._husband}","wifeIin":"{self.iin}"'
        wed = self._day(WED_MONTHS_AGO, 14)
        self._books.registers.enter("MOJ", Kind.MARRIAGE, fields, wed + 2, wed)
        for month in range(self._calendar.first - 4, self._month):
            self._pay(self._husband, DANIYAR, month, working_day(due_day(month) - 2))

    def _tell_of_work_before(self) -> None:
        """She worked until the school where she taught was closed."""
        left = self._day(22, 15)
        for month in range(self._months[left] - 30, self._months[left]):
            paid_on = min(working_day(due_day(month) - 2), left)
            self._pay(self.iin, AIGERIM, month, paid_on)
        self._pay(self.iin, AIGERIM, self._months[left], left)
        self._step(left, left, STATE_CORPORATION, "her employer pays for her for the last time")

    def _tell_of_the_child(self) -> None:
        book = self._books.registers
        her = f'"iin":"{self.iin}"'
        day = self._day(19, 11)
        sent = self._step(day, day, "MOH", "registers her pregnancy")
        pregnancy = book.enter("MOH", Kind.PREGNANCY, her, sent, day)
        leave = self._day(15, 10)
        sent = self._step(leave, leave, "MOH", "reports a sick-leave sheet for childbirth")
        sheet = f'{her},"kind":"LEAVE_KIND_CHILDBIRTH"'
        book.enter("MOH", Kind.LEAVE, sheet, sent, leave, leave + SHEET_DAYS)
        born = self._born
        sent = self._step(born, born + 1, "MOH", "ends the pregnancy: the child is born")
        book.end(pregnancy, born, sent)
        sent = self._step(born, born + 3, "MOJ", "registers the birth, with both parents")
        self._register_birth(sent)
        since = leave + SHEET_DAYS
        sent = self._step(since, since, "MLSPP", "reports a leave for the care of the child")
        care = f'{her},"kind":"LEAVE_KIND_CHILD_CARE"'
        entry = book.enter("MLSPP", Kind.LEAVE, care, sent, since)
        back = self._day(7, 3)
        book.end(entry, back, self._step(back, back, "MLSPP", "ends the leave: she works again"))

    def _register_birth(self, sent: Day) -> None:
        book, born = self._books.registers, self._born
        act = (
            f'"childIin":"{self._child}","birthDate":{json_texts()[born]},'
            f'"motherIin":"{self.iin}","fatherIin":"{self._husband}"'
        )
        book.enter("MOJ", Kind.PARENTAGE, act, sent, born)
        grown = month_start(self._months[born] + 18 * 12) + 18
        book.enter("MOJ", Kind.CHILDHOOD, f'"iin":"{self._child}"', sent, born, grown)

    def _tell_of_work_after(self) -> None:
        """She works at another school for some months, until it has no hours for her."""
        begun, left = self._day(7, 3), self._day(3, 20)
        for month in range(self._months[begun], self._months[left] + 1):
            paid_on = min(working_day(due_day(month) - 2), left)
            self._pay(self.iin, AIGERIM, month, paid_on)
            if month < self._months[left] - 1:
                told = f"her employer pays for her for {month_text(month)}"
                self._step(paid_on, paid_on, STATE_CORPORATION, told)
        self._step(left, left, STATE_CORPORATION, "her employer pays the rest: she is dismissed")

    def _tell_of_unemployment(self) -> None:
        book = self._books.registers
        her = f'"iin":"{self.iin}"'
        day = self._day(3, 25)
        sent = self._step(day, day, "MLSPP", "registers her as unemployed")
        book.enter("MLSPP", Kind.UNEMPLOYED_REGISTRATION, her, sent, day)
        day = self._day(0, 11)
        sent = self._step(day, day + 1, "MLSPP", "sends her to training at an employer")
        training = f'{her},"kind":"PLACEMENT_KIND_ON_THE_JOB_TRAINING"'
        book.enter("MLSPP", Kind.PLACEMENT, training, sent, day)

    def _pay(self, iin: str, name: Name, month: Month, day: Day) -> None:
        """What an employer pays for a month: MPC, SD, and contributions to the Fund."""
        calendar = self._calendar
        if day > calendar.last_day:
            return
        reference = f"{SCHOOL_NUMBER:07d}{month}"
        for kind, units in CONTRIBUTED.items():
            self._books.contributions.enter(
                {
                    "reference": reference,
                    "iin": iin,
                    "kind": f"CONTRIBUTION_KIND_{kind}",
                    "period": {"year": month // 12, "month": month % 12 + 1},
                    "amount": {"currencyCode": "KZT", "units": str(units)},
                },
                day,
            )
        if day >= calendar.first_day:
            payer = f"{bin_of(SCHOOL_NUMBER, 0)},{SCHOOL},EMPLOYER"
            self._books.payments.payments[day].append(
                f"PAYMENT,{reference},{iin},{name.columns()},{payer},{period_text(month)},"
                f"{iso_texts()[day]},{INSURANCE_CONTRIBUTION},{CONTRIBUTION},,\n"
            )
