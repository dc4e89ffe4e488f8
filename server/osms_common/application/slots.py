"""Room for what takes long or holds something scarce: so much at once, and so much of each."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from osms_common.domain.errors import Busy, Overloaded


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
        self._total = 0

    @contextmanager
    def place(self, holder: str) -> Iterator[None]:
        """A place for as long as the block lasts. Busy: there is none."""
        leave = self.take(holder)
        try:
            yield
        finally:
            leave()

    def take(
        self, holder: str, none: type[Busy | Overloaded] = Busy, count: int = 1
    ) -> Callable[[], None]:
        """
        A place, or *count* of them, and what gives them back; calling that again does nothing.

        *none*: there are not so many.
        """
        with self._lock:
            taken = self._taken.get(holder, 0)
            if taken + count > self._each.allowed:
                raise none(*self._each)
            if self._total + count > self._everybody.allowed:
                raise none(*self._everybody)
            self._total += count
            self._taken[holder] = taken + count
        kept = iter((holder,))
        return lambda: self._give_back(next(kept, None), count)

    def _give_back(self, holder: str | None, count: int) -> None:
        if holder is None:
            return
        with self._lock:
            self._total -= count
            self._taken[holder] -= count
            if not self._taken[holder]:
                del self._taken[holder]


class Untaken:
    """
    Bytes of answers that callers have not yet taken.

    Short answers do not count: as many are there at most as calls, and who asks about a patient
    must not wait for those who take no lists.
    """

    _SHORT: Final = 4_096

    def __init__(self, everybody: Limit, each: Limit) -> None:
        """*everybody* together may have so many bytes waiting, and *each* of them so many."""
        self._slots = Slots(everybody, each)

    def take(self, holder: str, count: int) -> Callable[[], None]:
        """Room for an answer, and what gives it back. Overloaded: there is none."""
        if count <= self._SHORT:
            return _nothing
        return self._slots.take(holder, Overloaded, count)


def _nothing() -> None:
    """Nothing was taken, and nothing is given back."""


class Bytes:
    """So many bytes that may be in hand at once; who wants more waits for them."""

    def __init__(self, limit: Limit, wait_seconds: float) -> None:
        self._limit = limit
        self._wait_seconds = wait_seconds
        self._free = limit.allowed
        self._given_back = threading.Condition()

    @contextmanager
    def share(self) -> Iterator[Share]:
        """What one stream has in hand; all of it is given back when the block ends."""
        share = Share(self)
        try:
            yield share
        finally:
            share.give_back()

    def take(self, count: int) -> None:
        """Waits for so many. Busy: others have them for too long."""
        with self._given_back:
            if not self._given_back.wait_for(lambda: self._may_take(count), self._wait_seconds):
                raise Busy(*self._limit)
            self._free -= count

    def give_back(self, count: int) -> None:
        """Gives so many back."""
        with self._given_back:
            self._free += count
            self._given_back.notify_all()

    def _may_take(self, count: int) -> bool:
        """A single message may be larger than all that is allowed; it then is in hand alone."""
        return count <= self._free or self._free == self._limit.allowed


class Share:
    """
    What one stream has in hand: its last messages.

    One is being worked on, one is read and waits, and one is being read; those before are done.
    """

    _IN_HAND: Final = 3

    def __init__(self, whole: Bytes) -> None:
        self._whole = whole
        self._held: deque[int] = deque()

    def take(self, count: int) -> None:
        """One more message of so many bytes. Busy: others have too many in hand."""
        while len(self._held) >= self._IN_HAND:
            self._whole.give_back(self._held.popleft())
        self._whole.take(count)
        self._held.append(count)

    def give_back(self) -> None:
        """Nothing is in hand any more."""
        while self._held:
            self._whole.give_back(self._held.popleft())
