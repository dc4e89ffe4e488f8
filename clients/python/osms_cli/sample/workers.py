"""
Work shared out among processes, with the results in the order of the tasks.

New processes start from nothing instead of being forked: the caller may well have threads, and a
forked process inherits their locks but not the threads that would release them.
"""

from __future__ import annotations

import gc
import os
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TYPE_CHECKING, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Task = TypeVar("Task")
Result = TypeVar("Result")


def processes_usable() -> int:
    """How many processes can run at the same time here."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


@contextmanager
def without_collection() -> Iterator[None]:
    """
    Do not look for reference cycles meanwhile.

    A block makes millions of small tuples and not one cycle; looking for some would take a third
    of the time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class Workers:
    """Some processes, or just this one."""

    def __init__(self, processes: int, done: Callable[[int], None]) -> None:
        """*done* is told after each task how much of the work it was."""
        self._processes = processes
        self._done = done
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        if self._processes > 1:
            context = get_context("spawn")
            self._pool = ProcessPoolExecutor(self._processes, mp_context=context)
        return self

    def __exit__(self, *_raised: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def each(self, work: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[Result]:
        """The result of each task."""
        run = map if self._pool is None or len(tasks) == 1 else self._pool.map
        for result in run(work, tasks):
            self._done(1)
            yield result
