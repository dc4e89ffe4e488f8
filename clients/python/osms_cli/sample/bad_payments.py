"""
Bad payment and refund lines, put among the good ones they were made from.

A spoiled payment carries a reference of its own, so that it cannot collide with the good line; a
repeated or conflicting one carries the good line's identity on purpose.
"""

from __future__ import annotations

from collections import Counter, deque
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from osms_cli.sample import spoil
from osms_cli.sample.chance import Gaps, between
from osms_cli.sample.days import day_of, iso_texts, months, period_text
from osms_cli.sample.paybook import Column, columns_of, line_of, refund_line
from osms_cli.sample.spoil import BadKind
from osms_cli.sample.vocabulary import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from osms_cli.sample.days import Day

TOO_FAR_MONTHS: Final = 60  # far more than the 24 for which one may pay ahead
BAD_MARK: Final = "B"
BAD_REFUND_MARK: Final = "W"


class Source(NamedTuple):
    """What a bad line can be made from: a good payment, the refunds so far, the last day."""

    line: str
    refunds: list[str]
    last: Day

    @property
    def columns(self) -> list[str]:
        """The columns of the payment."""
        return columns_of(self.line)


Maker: TypeAlias = "Callable[[Random, Source], str | None]"
Spoiler: TypeAlias = "Callable[[Random, str, Day], str]"


def _spoiled(column: Column, spoiler: Spoiler) -> Maker:
    """Makes a payment with one column spoiled."""

    def make(chance: Random, source: Source) -> str:
        columns = source.columns
        columns[Column.REFERENCE] = f"{BAD_MARK}{columns[Column.REFERENCE]}"
        columns[column] = spoiler(chance, columns[column], source.last)
        return line_of(columns)

    return make


def _any_of(*values: str) -> Spoiler:
    return lambda chance, _value, _day: spoil.one_of(chance, values)


def _period_too_far(chance: Random, _period: str, last: Day) -> str:
    return period_text(months()[last] + TOO_FAR_MONTHS + between(chance, 0, 60))


def _wrong_payer(chance: Random, payer_id: str, _day: Day) -> str:
    return spoil.wrong_check_digit(chance, payer_id)


def _again(_chance: Random, source: Source) -> str:
    return source.line


def _conflict(_chance: Random, source: Source) -> str:
    return line_of(_with_more(source.columns, 1))


def _with_more(columns: list[str], tenge: int) -> list[str]:
    whole, hundredths = columns[Column.AMOUNT].split(".")
    columns[Column.AMOUNT] = f"{int(whole) + tenge}.{hundredths}"
    return columns


def _bad_refund(source: Source, days: int) -> list[str]:
    """The columns of a refund of the payment, *days* after it was received."""
    columns = source.columns
    received = day_of(date.fromisoformat(columns[Column.RECEIVED_ON]))
    line = refund_line(source.line, columns[Column.AMOUNT], iso_texts()[received + days])
    refund = columns_of(line)
    refund[Column.REFUND_REFERENCE] = f"{BAD_REFUND_MARK}{columns[Column.REFERENCE]}"
    return refund


def _refund_of_unknown(_chance: Random, source: Source) -> str:
    columns = _bad_refund(source, 1)
    columns[Column.REFERENCE] = f"N{columns[Column.REFERENCE]}"
    return line_of(columns)


def _refund_too_much(chance: Random, source: Source) -> str:
    return line_of(_with_more(_bad_refund(source, 1), between(chance, 1, 5_000)))


def _refund_too_early(chance: Random, source: Source) -> str:
    return line_of(_bad_refund(source, -between(chance, 1, 30)))


def _refund_again(chance: Random, source: Source) -> str | None:
    if not source.refunds:
        return None
    return source.refunds[int(chance.random() * len(source.refunds))]


def _refund_conflict(chance: Random, source: Source) -> str | None:
    line = _refund_again(chance, source)
    return line_of(_with_more(columns_of(line), 1)) if line else None


REJECTED: Final = Outcome.REJECTED
DUPLICATE: Final = Outcome.DUPLICATE

BAD_PAYMENTS: Final[dict[BadKind, Maker]] = {
    BadKind("IIN_CHECK_DIGIT", REJECTED): _spoiled(
        Column.IIN, lambda chance, iin, _: spoil.wrong_check_digit(chance, iin)
    ),
    BadKind("IIN_MALFORMED", REJECTED): _spoiled(
        Column.IIN, lambda chance, iin, _: spoil.malformed(chance, iin)
    ),
    BadKind("PAYER_CHECK_DIGIT", REJECTED): _spoiled(Column.PAYER_ID, _wrong_payer),
    BadKind("PAYER_MALFORMED", REJECTED): _spoiled(
        Column.PAYER_ID, lambda chance, payer_id, _: spoil.malformed(chance, payer_id)
    ),
    BadKind("PAYER_KIND_UNKNOWN", REJECTED): _spoiled(
        Column.PAYER_KIND, _any_of("STATE", "SPONSOR", "2")
    ),
    BadKind("DATE_IMPOSSIBLE", REJECTED): _spoiled(
        Column.RECEIVED_ON, _any_of(*spoil.IMPOSSIBLE_DATES)
    ),
    BadKind("DATE_UNREADABLE", REJECTED): _spoiled(
        Column.RECEIVED_ON, _any_of(*spoil.UNREADABLE_DATES)
    ),
    BadKind("DATE_TOO_EARLY", REJECTED): _spoiled(Column.RECEIVED_ON, _any_of(*spoil.EARLY_DATES)),
    BadKind("DATE_TOO_LATE", REJECTED): _spoiled(
        Column.RECEIVED_ON, lambda chance, _, last: spoil.too_late(chance, last)
    ),
    BadKind("PERIOD_MALFORMED", REJECTED): _spoiled(
        Column.PERIOD, _any_of("132025", "002025", "0525", "май 2025")
    ),
    BadKind("PERIOD_TOO_EARLY", REJECTED): _spoiled(
        Column.PERIOD, _any_of("062017", "122016", "011999")
    ),
    BadKind("PERIOD_TOO_FAR", REJECTED): _spoiled(Column.PERIOD, _period_too_far),
    BadKind("AMOUNT_ZERO", REJECTED): _spoiled(Column.AMOUNT, _any_of("0.00")),
    BadKind("AMOUNT_NEGATIVE", REJECTED): _spoiled(
        Column.AMOUNT, lambda _, amount, __: f"-{amount}"
    ),
    BadKind("AMOUNT_THREE_DECIMALS", REJECTED): _spoiled(
        Column.AMOUNT, lambda chance, amount, _: f"{amount}{between(chance, 1, 9)}"
    ),
    BadKind("AMOUNT_NOT_A_NUMBER", REJECTED): _spoiled(
        Column.AMOUNT, _any_of("NaN", "Infinity", "12k", "пять тысяч", "--")
    ),
    BadKind("PAYMENT_AGAIN", DUPLICATE): _again,
    BadKind("PAYMENT_CONFLICT", REJECTED): _conflict,
    BadKind("REFUND_UNKNOWN_LINE", REJECTED): _refund_of_unknown,
    BadKind("REFUND_TOO_MUCH", REJECTED): _refund_too_much,
    BadKind("REFUND_TOO_EARLY", REJECTED): _refund_too_early,
    BadKind("REFUND_AGAIN", DUPLICATE): _refund_again,
    BadKind("REFUND_CONFLICT", REJECTED): _refund_conflict,
}


class BadPayments:
    """Mixes bad lines into the payments of one block, delivery by delivery."""

    def __init__(self, chance: Random, share: float, last: Day) -> None:
        self.counts: Counter[BadKind] = Counter()
        self._chance = chance
        self._gaps = Gaps(chance, share)
        self._turns = deque(chance.sample(list(BAD_PAYMENTS), len(BAD_PAYMENTS)))
        self._refunds: list[str] = []
        self._last = last

    def mix(self, payments: list[str], refunds: list[str]) -> tuple[list[str], int]:
        """One delivery, payments first, with bad lines among the good; how many are bad."""
        marked = self._gaps.marked(len(payments) + len(refunds)) if payments else 0
        chance = self._chance
        places = sorted(int(chance.random() * len(payments)) for _ in range(marked))
        lines: list[str] = []
        done = 0
        for place in places:
            lines += payments[done : place + 1]
            done = place + 1
            source = payments[int(chance.random() * done)]
            lines.append(self._next(Source(source, self._refunds, self._last)))
        lines += payments[done:]
        lines += refunds
        self._refunds += refunds
        return lines, marked

    def _next(self, source: Source) -> str:
        """A bad line of the next kind that can be made now."""
        while True:
            kind = self._turns[0]
            self._turns.rotate(-1)
            if (line := BAD_PAYMENTS[kind](self._chance, source)) is not None:
                self.counts[kind] += 1
                return line
