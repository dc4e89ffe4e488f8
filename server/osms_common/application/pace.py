"""How often each caller may do something: so often in a row, and then so often a second."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final, NamedTuple

from osms_common.domain.errors import TooFast

_HOLDERS_MAX: Final = 10_000
"""Callers whose pace is kept; whoever has not called for long is as one who never did."""


class PaceLimit(NamedTuple):
    """A named setting: so many a second, and as many as *in_a_row* at once after a pause."""

    setting: str
    per_second: float
    in_a_row: float


class Paces:
    """The pace of each caller, by a bucket that fills again as time passes."""

    def __init__(self, limit: PaceLimit, monotonic: Callable[[], float]) -> None:
        self._limit = limit
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._buckets: dict[str, tuple[float, float]] = {}
        """What is left in the bucket of each holder, and when that was."""

    def take(self, holder: str) -> None:
        """One more of *holder*. TooFast: there were too many before it; it counts for nothing."""
        setting, per_second, in_a_row = self._limit
        now = self._monotonic()
        with self._lock:
            left, since = self._buckets.get(holder, (in_a_row, now))
            left = min(in_a_row, left + (now - since) * per_second)
            if left < 1:
                raise TooFast(setting, per_second, round((1 - left) / per_second, 3))
            if len(self._buckets) >= _HOLDERS_MAX:
                self._forget_full(now)
            self._buckets[holder] = (left - 1, now)

    def _forget_full(self, now: float) -> None:
        _, per_second, in_a_row = self._limit
        self._buckets = {
            holder: (left, since)
            for holder, (left, since) in self._buckets.items()
            if left + (now - since) * per_second < in_a_row
        }
