"""
Reads single fields, and collects everything that is wrong with them.

A field that cannot be read gives None and a violation; so a message is judged whole, and its
sender hears of everything at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from enum import IntEnum
from typing import Final, TypeVar
from uuid import UUID

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money

from osms.entitlement.v1.date_range_pb2 import DateRange
from osms_common.domain.calendar import FOREVER, Month, month
from osms_common.domain.codes import Category, Document, System
from osms_common.domain.errors import InvalidRequest
from osms_common.domain.identifiers import Iin, parse_identifier
from osms_common.domain.revision import NOTHING_KNOWN, Revision, parse_revision
from osms_common.domain.violations import Reason, Violation

TEXT_LENGTH_MAX: Final = 256
SHOWN_LENGTH_MAX: Final = 64
VIOLATIONS_MAX: Final = 32
"""Of what a sender's tool could not read of a line, so many faults are kept."""

PURPOSE_CODE_LENGTH: Final = 3
MESSAGE_NUMBER_MAX: Final = 10**15
TIYN_IN_TENGE: Final = 100
NANOS_IN_TIYN: Final = 10_000_000
NANOS_IN_TENGE: Final = TIYN_IN_TENGE * NANOS_IN_TIYN
TENGE_MAX: Final = 10**12
_CURRENCIES: Final = frozenset({"", "KZT"})

Code = TypeVar("Code", bound=str)
Enum = TypeVar("Enum", bound=IntEnum)

CATEGORIES: Final[Mapping[str, Category]] = {code.value: code for code in Category}
SYSTEMS: Final[Mapping[str, System]] = {code.value: code for code in System}
DOCUMENTS: Final[Mapping[str, Document]] = {code.value: code for code in Document}


class Fields:
    """Reads the fields of one message; *prefix* is the path of the message."""

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self.violations: list[Violation] = []

    def fault(self, field: str, reason: Reason, value: object = "") -> None:
        """Notes a violation."""
        self.violations.append(Violation(self._prefix + field, reason, _shown(str(value))))

    def check(self) -> None:
        """InvalidRequest if anything was wrong."""
        if self.violations:
            raise InvalidRequest(tuple(self.violations))

    def iin(self, field: str, text: str) -> Iin | None:
        """An IIN; required."""
        if not text:
            self.fault(field, Reason.REQUIRED)
            return None
        iin = parse_identifier(text)
        if iin is None:
            self.fault(field, Reason.IIN_INVALID, text)
        return iin

    def payer_id(self, field: str, text: str) -> int | None:
        """The BIN of a payer, or the IIN of an individual entrepreneur; may be empty."""
        number = parse_identifier(text) if text else None
        if text and number is None:
            self.fault(field, Reason.BIN_INVALID, text)
        return number

    def code(self, field: str, text: str, codes: Mapping[str, Code]) -> Code | None:
        """A code of a closed list; required."""
        if not text:
            self.fault(field, Reason.REQUIRED)
            return None
        if text not in codes:
            self.fault(field, Reason.CODE_UNKNOWN, text)
        return codes.get(text)

    def codes(
        self, field: str, texts: Sequence[str], codes: Mapping[str, Code]
    ) -> tuple[Code, ...]:
        """Codes of a closed list: at least one, and not more than there are."""
        if len(texts) > len(codes):
            self.fault(field, Reason.TOO_MANY, f"{len(texts)} > {len(codes)}")
            return ()
        found = [self.code(f"{field}[{at}]", text, codes) for at, text in enumerate(texts)]
        if not found:
            self.fault(field, Reason.REQUIRED)
        return tuple(code for code in found if code is not None)

    def day(self, message: Message, field: str) -> date | None:
        """A calendar day; required."""
        value = self.optional_day(message, field)
        if value is None and not message.HasField(field):
            self.fault(field, Reason.REQUIRED)
        return value

    def optional_day(self, message: Message, field: str) -> date | None:
        """A calendar day, or None where it is unset."""
        if not message.HasField(field):
            return None
        value: Date = getattr(message, field)
        try:
            return date(value.year, value.month, value.day)
        except (ValueError, OverflowError):
            self.fault(field, Reason.DATE_IMPOSSIBLE, _day_text(value))
            return None

    def month(self, message: Message, field: str) -> Month | None:
        """A month, as a date without a day; required."""
        if not message.HasField(field):
            self.fault(field, Reason.REQUIRED)
            return None
        value: Date = getattr(message, field)
        if value.day or not 1 <= value.month <= 12 or not 1 <= value.year <= 9998:  # noqa: PLR2004 - the calendar's
            self.fault(field, Reason.MONTH_IMPOSSIBLE, _day_text(value))
            return None
        return month(value.year, value.month)

    def amount(self, message: Message, field: str) -> int | None:
        """An amount in tiyn, above zero; required."""
        if not message.HasField(field):
            self.fault(field, Reason.REQUIRED)
            return None
        value: Money = getattr(message, field)
        shown = _money_text(value)
        if value.currency_code not in _CURRENCIES:
            self.fault(field, Reason.CURRENCY_UNKNOWN, value.currency_code)
        elif value.units < 0 or value.nanos < 0 or not (value.units or value.nanos):
            self.fault(field, Reason.AMOUNT_NOT_ABOVE_ZERO, shown)
        elif value.nanos % NANOS_IN_TIYN or value.nanos >= NANOS_IN_TENGE:
            self.fault(field, Reason.AMOUNT_DECIMALS, shown)
        elif value.units >= TENGE_MAX:
            self.fault(field, Reason.AMOUNT_TOO_LARGE, shown)
        else:
            return value.units * TIYN_IN_TENGE + value.nanos // NANOS_IN_TIYN
        return None

    def purpose_code(self, field: str, text: str) -> int | None:
        """A payment purpose code (KNP): three digits; required."""
        if not text:
            self.fault(field, Reason.REQUIRED)
            return None
        if len(text) != PURPOSE_CODE_LENGTH or not (text.isascii() and text.isdigit()):
            self.fault(field, Reason.PURPOSE_CODE_INVALID, text)
            return None
        return int(text)

    def text(
        self,
        field: str,
        text: str,
        *,
        required: bool = False,
        length_max: int = TEXT_LENGTH_MAX,
    ) -> str:
        """A text that can be stored, of at most 256 characters where no other limit is given."""
        if required and not text.strip():
            self.fault(field, Reason.REQUIRED)
        elif len(text) > length_max:
            self.fault(field, Reason.TEXT_TOO_LONG, f"{len(text)} > {length_max}")
        elif "\x00" in text:
            self.fault(field, Reason.TEXT_UNSTORABLE, "U+0000")
        return text

    def number(self, field: str, number: int) -> int:
        """A whole number above zero."""
        if number <= 0:
            self.fault(field, Reason.NUMBER_NOT_ABOVE_ZERO, number)
        return number

    def message_number(self, field: str, number: int) -> int:
        """
        A number above zero that leaves room for others after it.

        One of the highest would be the last that its sender could ever give.
        """
        if number > MESSAGE_NUMBER_MAX:
            self.fault(field, Reason.NUMBER_TOO_LARGE, f"{number} > {MESSAGE_NUMBER_MAX}")
        return self.number(field, number)

    def enum(self, field: str, number: int, kind: type[Enum]) -> Enum | None:
        """A value of an enum; required."""
        if number == 0:
            self.fault(field, Reason.REQUIRED)
            return None
        return self.optional_enum(field, number, kind)

    def optional_enum(self, field: str, number: int, kind: type[Enum]) -> Enum | None:
        """A value of an enum, or None where it is unspecified."""
        if number == 0:
            return None
        try:
            return kind(number)
        except ValueError:
            self.fault(field, Reason.CODE_UNKNOWN, number)
            return None

    def uuid(self, field: str, text: str) -> UUID | None:
        """An id; required."""
        if not text:
            self.fault(field, Reason.REQUIRED)
            return None
        try:
            return UUID(text)
        except ValueError:
            self.fault(field, Reason.UUID_INVALID, text)
            return None

    def instant(self, message: Message, field: str) -> datetime | None:
        """An instant; required."""
        value = self.optional_instant(message, field)
        if value is None and not message.HasField(field):
            self.fault(field, Reason.REQUIRED)
        return value

    def optional_instant(self, message: Message, field: str) -> datetime | None:
        """An instant, or None where it is unset."""
        if not message.HasField(field):
            return None
        value: Timestamp = getattr(message, field)
        try:
            return value.ToDatetime(tzinfo=UTC)
        except (ValueError, OverflowError):
            self.fault(field, Reason.DATE_IMPOSSIBLE, f"{value.seconds} s")
            return None

    def revision(self, field: str, token: str) -> Revision:
        """A revision that an answer must include; none where it is empty."""
        if not token:
            return NOTHING_KNOWN
        revision = parse_revision(token)
        if revision is None:
            self.fault(field, Reason.TOKEN_INVALID, token)
            return NOTHING_KNOWN
        return revision


def _shown(text: str) -> str:
    """A wrong value as it is told and kept: cut short, without what cannot be stored."""
    cut = text if len(text) <= SHOWN_LENGTH_MAX else f"{text[:SHOWN_LENGTH_MAX]}…"
    return storable(cut)


def storable(text: str) -> str:
    """A text without the one character that PostgreSQL cannot store."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}")


def _day_text(value: Date) -> str:
    return f"{value.year:04d}-{value.month:02d}-{value.day:02d}"


def _money_text(value: Money) -> str:
    sign = "-" if value.units < 0 or value.nanos < 0 else ""
    return f"{sign}{abs(value.units)}.{abs(value.nanos):09d}".rstrip("0")


def to_date(day: date) -> Date:
    """A calendar day for the contract."""
    return Date(year=day.year, month=day.month, day=day.day)


def to_month(of: date) -> Date:
    """The month of a day for the contract: without a day."""
    return Date(year=of.year, month=of.month)


def to_timestamp(instant: datetime) -> Timestamp:
    """An instant for the contract."""
    timestamp = Timestamp()
    timestamp.FromDatetime(instant)
    return timestamp


def to_money(tiyn: int) -> Money:
    """An amount for the contract."""
    return Money(
        currency_code="KZT",
        units=tiyn // TIYN_IN_TENGE,
        nanos=tiyn % TIYN_IN_TENGE * NANOS_IN_TIYN,
    )


def range_message(start: date, end: date) -> DateRange:
    """Days [start, end) for the contract; without an end where there is none."""
    days = DateRange(start_date=to_date(start))
    if end != FOREVER:
        days.end_date.CopyFrom(to_date(end))
    return days
