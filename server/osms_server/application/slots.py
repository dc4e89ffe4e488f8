"""Room for what takes long or holds something scarce: so many at once, and so many of each."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from osms_server.domain.errors import Busy, Overloaded


class Limit(NamedTuple):
    """A named setting, and how many it allows."""

    setting: str
    allowed: int


class Room:
    """So many places, whoever holds them; nobody waits for one."""

    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        self._free = threading.Semaphore(limit.allowed)

    @contextmanager
    def place(self, none: type[Busy | Overloaded] = Overloaded) -> Iterator[None]:
        """A place for as long as the block lasts. *none*: there is none."""
        if not self._free.acquire(blocking=False):
            raise none(*self._limit)
        try:
            yield
        finally:
            self._free.release()


class Slots:
    """So many places; nobody waits for one."""

    def __init__(self, everybody: Limit, each: Limit) -> None:
        """*everybody* together may have so many places, and *each* of them so many."""
        self._everybody = everybody
        self._each = each
        self._lock = threading.Lock()
        self._taken: Counter[str] = Counter()

    @contextmanager
    def place(self, holder: str) -> Iterator[None]:
        """A place for as long as the block lasts. Busy: there is none."""
        with self._lock:
            if self._taken[holder] >= self._each.allowed:
                raise Busy(*self._each)
            if self._taken.total() >= self._everybody.allowed:
                raise Busy(*self._everybody)
            self._taken[holder] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[holder] -= 1
                if not self._taken[holder]:
                    del self._taken[holder]
