"""
Reads single fields of a line, fast where they are right and plainly where they are wrong.

Every reader raises ValueError with what is wrong, to follow the name of the field. Whether a
value is allowed is the service's to say; here it only has to be something that a record can hold.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

_DAY_LENGTH: Final = 10
_SHOWN_MAX: Final = 60
_NUMBER_MAX: Final = 2**63 - 1
_AMOUNT: Final = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,9})?")
_NUMBER: Final = re.compile(r"-?[0-9]{1,19}")
_FLAGS: Final = {
    "": False,
    "false": False,
    "0": False,
    "no": False,
    "true": True,
    "1": True,
    "yes": True,
}


@lru_cache(maxsize=1 << 16)
def day(text: str) -> date:
    """A day `YYYY-MM-DD`."""
    if len(text) != _DAY_LENGTH or text[4] != "-" or text[7] != "-":
        raise ValueError(_not(text, "a day as YYYY-MM-DD"))
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(_not(text, "a day that there is")) from error


def optional_day(text: str) -> date | None:
    """A day, or nothing."""
    return day(text) if text else None


@lru_cache(maxsize=1 << 12)
def period(text: str) -> date:
    """A month `MMYYYY`, as its first day."""
    if len(text) == 6 and text.isascii() and text.isdigit():  # noqa: PLR2004 - MMYYYY
        try:
            return date(int(text[2:]), int(text[:2]), 1)
        except ValueError as error:
            raise ValueError(_not(text, "a month that there is")) from error
    raise ValueError(_not(text, "a month as MMYYYY"))


def number(text: str) -> int:
    """A whole number of 64 bits."""
    if _NUMBER.fullmatch(text):
        value = int(text)
        if -_NUMBER_MAX <= value <= _NUMBER_MAX:
            return value
    raise ValueError(_not(text, "a whole number"))


def amount(text: str) -> Decimal:
    """An amount in tenge, with a point before its decimals."""
    if _AMOUNT.fullmatch(text):
        return Decimal(text)
    raise ValueError(_not(text, "an amount such as 4250.00"))


def flag(text: str) -> bool:
    """Yes or no; nothing is no."""
    try:
        return _FLAGS[text]
    except KeyError:
        raise ValueError(_not(text, "true, false or empty")) from None


def absent(text: str) -> None:
    """Nothing: the field belongs to another kind of line."""
    if text:
        message = f"{text[:_SHOWN_MAX]!r} does not belong in this kind of line"
        raise ValueError(message)


def _not(text: str, wanted: str) -> str:
    return f"{text[:_SHOWN_MAX]!r} is not {wanted}" if text else f"is empty; give {wanted}"
