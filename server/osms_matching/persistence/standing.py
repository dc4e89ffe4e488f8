"""Which rows of evidence a statement looks at: those known at its ordinal, holding on its day."""

from __future__ import annotations


def known(table: str = "report") -> str:
    """Whether a row is known at the ordinal that is asked about."""
    until = f"{table}.withdrawn"
    return f"{table}.known <= %(known)s and ({until} is null or {until} > %(known)s)"


def holding(table: str = "report") -> str:
    """Whether a report is known and holds on the day."""
    return f"{known(table)} and {table}.starts_on <= %(day)s and {table}.ends_on > %(day)s"
