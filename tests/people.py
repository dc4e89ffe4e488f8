"""People whom the tests speak of: IINs with right check digits, as many as are wanted."""

from __future__ import annotations

from typing import Final

from tests.oracle.check_digit import check_digit

AIGUL: Final = "900101300017"
DAULET: Final = "031231500126"
SALTANAT: Final = "150331600019"
TIMUR: Final = "000229500018"
STRANGER: Final = "061211600012"
"""Somebody of whom nothing is ever told."""

EMPLOYER: Final = "160440007161"
"""A BIN."""

NOBODY: Final = "123456789012"
"""Twelve digits that are no IIN."""


def people(count: int, *, after: int = 0) -> list[str]:
    """*count* different IINs; *after* leaves out as many of them before."""
    found: list[str] = []
    stem = 70_000_000_000
    while len(found) < after + count:
        digit = check_digit(str(stem))
        if digit is not None:
            found.append(f"{stem}{digit}")
        stem += 1
    return found[after:]
