"""
Ends what is waited for too long, by one timer for all who wait.

A timer of the loop costs as much as a good part of a look-up, and nearly none of them ever rings.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from itertools import count
from types import TracebackType
from typing import Any, Final, Self

_TICK_SECONDS: Final = 0.02


class Expiries:
    """What is to be done unless it is over before, on one loop; it may be two ticks late."""

    def __init__(self, tick_seconds: float = _TICK_SECONDS) -> None:
        self._tick_seconds = tick_seconds
        self._due: dict[int, dict[int, Callable[[], object]]] = {}
        """By the tick at which it is to be done, and its number."""
        self._numbers = count()
        self._rung = 0
        """The last tick at which what was due was done."""
        self._rings = False

    def after(self, seconds: float, does: Callable[[], object]) -> Callable[[], object]:
        """Does something in so many seconds; what is returned says that it is over before."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        at, number = self._tick(now + seconds) + 1, next(self._numbers)
        due = self._due.get(at)
        if due is None:
            due = self._due[at] = {}
        due[number] = does
        if not self._rings:
            self._rings, self._rung = True, self._tick(now)
            loop.call_later(self._tick_seconds, self._ring, loop)
        return partial(due.pop, number, None)

    def within(self, seconds: float) -> Within:
        """A block that ends within so many seconds. TimeoutError: it was cancelled, being late."""
        return Within(self, seconds)

    def _tick(self, time: float) -> int:
        return int(time / self._tick_seconds)

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        now = self._tick(loop.time())
        ticks = range(self._rung + 1, now + 1)
        due = [does for at in ticks for does in self._due.pop(at, {}).values()]
        self._rung, self._rings = now, bool(self._due)
        if self._rings:  # before anything is done: what fails must not end the ringing
            loop.call_later(self._tick_seconds, self._ring, loop)
        for does in due:
            does()  # at once: what is over before it is done must not be done


class Within:
    """A block of one task that ends in time; as `asyncio.timeout`, without a timer of its own."""

    def __init__(self, expiries: Expiries, seconds: float) -> None:
        self._expiries = expiries
        self._seconds = seconds
        self._is_late = False

    def __enter__(self) -> Self:
        """Begins; it must be in a task."""
        task = asyncio.current_task()
        assert task is not None
        self._task: asyncio.Task[Any] = task
        self._over = self._expiries.after(self._seconds, self._cancel)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Ends. TimeoutError: it was too late, and nobody else has cancelled the task."""
        self._over()
        if self._is_late and not self._task.uncancel() and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def _cancel(self) -> None:
        self._is_late = True
        self._task.cancel()
