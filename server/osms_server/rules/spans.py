"""Stretches of days: the arithmetic of half-open [start, end) that every ground shares."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

Days = tuple[date, date]


def merged(stretches: Iterable[Days]) -> list[Days]:
    """The same days as ordered stretches that neither overlap nor touch; none is empty."""
    result: list[Days] = []
    for start, end in sorted(stretches):
        if start >= end:
            continue
        if result and start <= result[-1][1]:
            if end > result[-1][1]:
                result[-1] = (result[-1][0], end)
        else:
            result.append((start, end))
    return result


def without(stretches: Iterable[Days], taken: list[Days]) -> list[Days]:
    """The days of *stretches* that are not in *taken*; *taken* is ordered and without overlap."""
    result: list[Days] = []
    for start, end in stretches:
        rest = start
        for taken_start, taken_end in taken:
            if taken_end <= rest:
                continue
            if taken_start >= end:
                break
            if rest < taken_start:
                result.append((rest, taken_start))
            rest = taken_end
        if rest < end:
            result.append((rest, end))
    return result


def within(stretches: Iterable[Days], start: date, end: date) -> list[Days]:
    """The days of *stretches* that lie in [start, end)."""
    clipped = ((max(first, start), min(last, end)) for first, last in stretches)
    return [days for days in clipped if days[0] < days[1]]


def covers(stretches: list[Days], start: date, end: date) -> bool:
    """Whether every day of [start, end) is in *stretches*, which are ordered without overlap."""
    return not without([(start, end)], stretches)
