"""
Cuts off who is too slow: who begins a message and does not end it, or takes no answers.

Such a caller keeps a worker. gRPC for Python waits for callers without an end, and only cutting
the call wakes the thread that waits.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, Final

import structlog

log = structlog.get_logger(__name__)

_LOOKS: Final = 8
"""So often in the time that is allowed the callers are looked at."""


class SlowCallers:
    """Those who are waited for, each no longer than *seconds*."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._waited_for: dict[int, tuple[float, Any]] = {}
        self._numbers = count()
        self._watching = False

    @contextmanager
    def watched(self, context: Any) -> Iterator[None]:
        """Waits for the caller of *context*, whose call is cut if the block takes too long."""
        number = self._begin(context)
        try:
            yield
        finally:
            self._end(number)

    def watch(self, context: Any) -> None:
        """Waits for the caller of *context* to take the answer, which ends the call."""
        number = self._begin(context)
        if not context.add_callback(lambda: self._end(number)):
            self._end(number)

    def _begin(self, context: Any) -> int:
        number = next(self._numbers)
        with self._lock:
            self._waited_for[number] = (time.monotonic() + self._seconds, context)
            if not self._watching:
                self._watching = True
                threading.Thread(target=self._watch, name="slow callers", daemon=True).start()
        return number

    def _end(self, number: int) -> None:
        with self._lock:
            self._waited_for.pop(number, None)

    def _watch(self) -> None:
        while True:
            time.sleep(self._seconds / _LOOKS)
            for context in self._overdue():
                log.warning("a caller was too slow, and is cut off", peer=context.peer())
                context.cancel()

    def _overdue(self) -> list[Any]:
        now = time.monotonic()
        with self._lock:
            numbers = [number for number, (end, _) in self._waited_for.items() if end <= now]
            return [self._waited_for.pop(number)[1] for number in numbers]
