"""
Months that are looked at, as one number: what was paid in which, and what a run asks of it.

Each month has a bit for each kind of contribution; the month before that of the matching has the
lowest. So nothing that a person paid needs a row of its own once it has been counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from osms_common.domain.calendar import Month, first_day, later, month_of
from osms_matching.domain.contributions import ContributionKind
from osms_matching.domain.decisions import MonthFound

_KINDS: Final = tuple(ContributionKind)
WIDTH: Final = len(_KINDS)
"""Bits of one month."""
_ALL: Final = (1 << WIDTH) - 1


def _bits(kinds: Iterable[ContributionKind]) -> int:
    return sum(1 << _KINDS.index(kind) for kind in kinds)


_KINDS_OF: Final = tuple(
    frozenset(kind for place, kind in enumerate(_KINDS) if bits >> place & 1)
    for bits in range(_ALL + 1)
)


def found_of(months: Iterable[MonthFound]) -> int:
    """The number of months that were looked at, the latest first."""
    return sum(_bits(each.kinds) << WIDTH * place for place, each in enumerate(months))


def months_of(found: int, day: date, count: int) -> tuple[MonthFound, ...]:
    """The *count* months before that of *day* that a number says, the latest first."""
    current = month_of(day)
    return tuple(
        MonthFound(later(current, -back), _KINDS_OF[found >> WIDTH * (back - 1) & _ALL])
        for back in range(1, count + 1)
    )


def work_of(found: int, day: date, count: int) -> Mapping[Month, frozenset[ContributionKind]]:
    """The same as the rules want it: only months in which something was paid."""
    return {month: kinds for month, kinds in months_of(found, day, count) if kinds}


def bit_sql(day: date, count: int) -> str:
    """The bit of the line of a payment, by `paid_on` and `kind`; the day is in those months."""
    current = month_of(day)
    backs = " ".join(
        f"when paid_on >= '{first_day(later(current, -back))}' then {WIDTH * (back - 1)}"
        for back in range(1, count + 1)
    )
    kinds = " ".join(f"when '{kind}' then {place}" for place, kind in enumerate(_KINDS))
    return f"1::bigint << (case {backs} end + case kind {kinds} end)"


def streak_sql(count: int, *, worked: bool) -> str:
    """How many of the latest months were all worked in, or all not, by the number `found`."""
    breaks = " ".join(
        f"when found & {_ALL << WIDTH * place} {'=' if worked else '<>'} 0 then {place}"
        for place in range(count)
    )
    return f"(case {breaks} else {count} end)::smallint"
