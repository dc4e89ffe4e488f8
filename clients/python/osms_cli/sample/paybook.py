"""
The payment lines of one block, kept by the day on which the Fund received them.

A line is kept as the text that will be written. The few that are looked at again, to be refunded
or spoiled, are taken apart by `columns`; a line holds no quoted text, so that is a plain split.
"""

from __future__ import annotations

from collections import defaultdict
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from osms_cli.sample.days import Month, iso_texts

if TYPE_CHECKING:
    from osms_cli.sample.days import Day
    from osms_cli.sample.employers import PayCalendar

CONTRIBUTION: Final = "122"
DEDUCTION: Final = "121"
PENALTY_ON_CONTRIBUTION: Final = "124"
PENALTY_ON_DEDUCTION: Final = "123"

HEADER: Final = (
    "kind,reference,iin,surname,given_name,patronymic,payer_id,payer_name,payer_kind,"
    "period,received_on,amount,knp,refund_reference,refunded_on\n"
)


class Column(IntEnum):
    """Where the columns of a payment line are."""

    KIND = 0
    REFERENCE = 1
    IIN = 2
    PAYER_ID = 6
    PAYER_KIND = 8
    PERIOD = 9
    RECEIVED_ON = 10
    AMOUNT = 11
    KNP = 12
    REFUND_REFERENCE = 13
    REFUNDED_ON = 14


def columns_of(line: str) -> list[str]:
    """The columns of a line."""
    return line[:-1].split(",")


def line_of(columns: list[str]) -> str:
    """The line with these columns."""
    return ",".join(columns) + "\n"


def with_reference(line: str, ending: str) -> str:
    """The same line under a reference with an ending."""
    kind, reference, rest = line.split(",", 2)
    return f"{kind},{reference}{ending},{rest}"


def refund_line(line: str, amount: str, refunded_on: str) -> str:
    """A refund of an amount of the payment in *line*."""
    columns = columns_of(line)
    reference = columns[Column.REFERENCE]
    return (
        f"REFUND,{reference},{columns[Column.IIN]},,,,,,,{columns[Column.PERIOD]},,{amount},"
        f"{columns[Column.KNP]},V{reference},{refunded_on}\n"
    )


class PayBook:
    """Collects the payments and refunds of one block."""

    def __init__(self, calendar: PayCalendar) -> None:
        self.calendar = calendar
        self.payments: defaultdict[Day, list[str]] = defaultdict(list)
        self.refunds: defaultdict[Day, list[str]] = defaultdict(list)
        self.unpaid: defaultdict[str, int] = defaultdict(int)
        self._iso = iso_texts()

    def refund(self, line: str, refunded_on: Day, amount: str | None = None) -> bool:
        """Refund a payment, in full unless an amount is given; whether it came in time."""
        if refunded_on > self.calendar.last_day:
            return False
        amount = amount or columns_of(line)[Column.AMOUNT]
        self.refunds[refunded_on].append(refund_line(line, amount, self._iso[refunded_on]))
        return True

    def take_back(self, line: str, refunded_on: Day) -> None:
        """Refund the only payment of a month, which leaves the month unpaid."""
        if self.refund(line, refunded_on):
            columns = columns_of(line)
            self.unpaid[columns[Column.IIN]] |= self.calendar.bit(
                month_of_period(columns[Column.PERIOD])
            )


def month_of_period(period: str) -> Month:
    """The month that a period MMYYYY names."""
    return int(period[2:]) * 12 + int(period[:2]) - 1
