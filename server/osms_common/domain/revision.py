"""
Revisions: the order in which the register came to know things, and the instant of each.

A revision is a hybrid of clock and counter: the millisecond of the commit in the upper bits, and
a counter of commits within that millisecond in the lower. So revisions rise strictly in the order
of commits, never go back when a clock does, and tell their instant without a look-up. "Known at
t" is one comparison: the fact's revision is not above `last_revision_at(t)`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final, NewType

from osms_common.domain.calendar import almaty_day

Revision = NewType("Revision", int)

NOTHING_KNOWN: Final = Revision(0)
NEVER: Final = Revision((1 << 63) - 1)
"""The revision of what does not happen: later than any other."""
_COUNTER_BITS: Final = 20
_COUNTER_MASK: Final = (1 << _COUNTER_BITS) - 1
_REVISIONS: Final = range(1 << 63)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


def milliseconds_of(instant: datetime) -> int:
    """Whole milliseconds since 1970 at *instant*."""
    return (instant - _EPOCH) // _MILLISECOND


def next_revision(previous: Revision, now: datetime) -> Revision:
    """The revision of a commit at *now* that follows *previous*, also if the clock went back."""
    return Revision(max(previous + 1, milliseconds_of(now) << _COUNTER_BITS))


def last_revision_at(instant: datetime) -> Revision:
    """The highest revision whose instant is not after *instant*."""
    return last_of_tick(milliseconds_of(instant))


def last_revision_before(instant: datetime) -> Revision:
    """The highest revision whose instant is before *instant*."""
    return last_of_tick(milliseconds_of(instant) - 1)


def tick_of(revision: Revision) -> int:
    """The millisecond of a revision: those of one tick became known at the same instant."""
    return revision >> _COUNTER_BITS


def number_in_tick(revision: Revision) -> int:
    """The place of a revision among those of its millisecond, from 0; below 2**20."""
    return revision & _COUNTER_MASK


def last_of_tick(tick: int) -> Revision:
    """The highest revision of a millisecond."""
    return Revision((tick << _COUNTER_BITS) | _COUNTER_MASK)


def instant_of(revision: Revision) -> datetime:
    """The instant of a revision, in UTC."""
    return _EPOCH + tick_of(revision) * _MILLISECOND


@lru_cache(maxsize=4096)
def day_of_tick(tick: int) -> date:
    """The day in Asia/Almaty of a millisecond since 1970."""
    return almaty_day(_EPOCH + tick * _MILLISECOND)


def day_of(revision: Revision) -> date:
    """The day in Asia/Almaty on which a revision became known."""
    return day_of_tick(tick_of(revision))


def revision_token(revision: Revision) -> str:
    """A revision as the opaque token of the contract."""
    return f"{revision:016x}"


def parse_revision(token: str) -> Revision | None:
    """The revision of a token, or None if it is none of ours."""
    try:
        number = int(token, 16)
    except ValueError:
        return None
    return Revision(number) if number in _REVISIONS and token == f"{number:016x}" else None
