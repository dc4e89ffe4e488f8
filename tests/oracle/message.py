"""
One event as it arrived, and its fields read strictly.

A field that is missing or not in its form refuses the event; the reason says which fault it was.
Reasons are the oracle's own words: outcomes are compared between implementations, reasons not.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NoReturn, TypeAlias, TypeVar

from tests.oracle.check_digit import is_valid_number
from tests.oracle.days import Month, day_of, one_year_after, parse_day, parse_instant, parse_month

Value = TypeVar("Value")

# Whatever may stand in a case; the methods of `Message` make sure of what does.
Json: TypeAlias = Any

ACCEPTED = "ACCEPTED"
DUPLICATE = "DUPLICATE"
REJECTED = "REJECTED"
HELD_FOR_APPROVAL = "HELD_FOR_APPROVAL"


class Refused(Exception):
    """The event is rejected for this reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def refuse(reason: str) -> NoReturn:
    """Refuse the event for this reason."""
    raise Refused(reason)


def require(condition: object, reason: str) -> None:
    """Refuse the event unless *condition* holds."""
    if not condition:
        refuse(reason)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one event; *rejected_lines* are the IINs as written in the bad lines."""

    outcome: str
    reason: str | None = None
    flags: tuple[str, ...] = ()
    rejected_lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """An event with its place in the order of arrival."""

    arrival: int
    name: str
    at: datetime
    type: str
    sender: str
    payload: Mapping[str, Json]

    @classmethod
    def of(cls, arrival: int, event: Mapping[str, Json]) -> "Message":
        """Return *event* as it arrived."""
        at = parse_instant(event["recorded_at"])
        fields = (event["id"], at, event["type"], event["sender"], event["payload"])
        return cls(arrival, *fields)

    @property
    def day(self) -> date:
        """The Almaty day of arrival."""
        return day_of(self.at)

    def raw(self, field: str) -> Json:
        """Return the field as it came, None if it did not."""
        return self.payload.get(field)

    def text(self, field: str) -> str:
        """Return a text that says something."""
        value = self.raw(field)
        require(isinstance(value, str) and value.strip(), f"MISSING_{field.upper()}")
        return str(value)

    def iin(self) -> str:
        """Return the IIN, whose check digit is right."""
        require(is_valid_number(self.raw("iin")), "INVALID_IIN")
        return self.text("iin")

    def date_in(self, field: str) -> date:
        """Return the day in *field*."""
        return self._parsed(field, parse_day)

    def feed_date(self, field: str, earliest: date) -> date:
        """Return a date of the category or payment feed: to one year ahead of its arrival."""
        day = self.date_in(field)
        require(earliest <= day <= one_year_after(self.day), f"{field.upper()}_OUT_OF_RANGE")
        return day

    def month(self, field: str) -> Month:
        """Return the month in *field*."""
        return self._parsed(field, parse_month)

    def amount(self) -> Decimal:
        """Return tenge with two decimals, above zero."""
        text = self.text("amount")
        require(re.fullmatch(r"[0-9]+\.[0-9]{2}", text), "INVALID_AMOUNT")
        require(Decimal(text) > 0, "INVALID_AMOUNT")
        return Decimal(text)

    def texts(self, field: str) -> frozenset[str]:
        """Return a set of texts, which may be empty."""
        value = self.raw(field)
        is_list = isinstance(value, Sequence) and not isinstance(value, str)
        require(is_list and all(isinstance(item, str) for item in value), f"INVALID_{field}")
        return frozenset(value)

    def _parsed(self, field: str, parse: Callable[[str], Value]) -> Value:
        try:
            return parse(self.text(field))
        except ValueError:
            refuse(f"INVALID_{field.upper()}")
