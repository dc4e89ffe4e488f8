"""Who is waited for too long is cut off, and nobody else."""

from __future__ import annotations

import threading
from collections.abc import Callable

from osms_common.rpc.slow_callers import SlowCallers
from tests.persistence.contents import wait_until

SECONDS = 0.2


class Call:
    """A call that can be cut, and that ends when it is."""

    def __init__(self, *, has_ended: bool = False) -> None:
        self.cut = threading.Event()
        self._has_ended = has_ended
        self._callbacks: list[Callable[[], None]] = []

    def peer(self) -> str:
        """From where it comes."""
        return "ipv4:127.0.0.1:1"

    def cancel(self) -> None:
        """Cuts it."""
        self.cut.set()
        self.end()

    def add_callback(self, callback: Callable[[], None]) -> bool:
        """To be called at the end, if that is still to come."""
        if not self._has_ended:
            self._callbacks.append(callback)
        return not self._has_ended

    def end(self) -> None:
        """Ends it."""
        for callback in self._callbacks:
            callback()


def test_who_takes_too_long_is_cut_and_who_does_not_is_left() -> None:
    """Each has the time from when it began."""
    slow = SlowCallers(SECONDS)
    late, quick = Call(), Call()
    with slow.watched(late):
        for _ in range(20):
            with slow.watched(quick):
                pass
        assert late.cut.wait(30)
    assert not quick.cut.is_set()
    assert not slow._waited_for


def test_an_answer_must_be_taken_in_time() -> None:
    """A call that is over in time is forgotten; one that is not is cut, once."""
    slow = SlowCallers(SECONDS)
    taken, over, never = Call(), Call(has_ended=True), Call()
    for call in (taken, over, never):
        slow.watch(call)
    taken.end()
    assert never.cut.wait(30)
    assert not taken.cut.is_set()
    assert not over.cut.is_set()
    wait_until(lambda: not slow._waited_for)


def test_a_thousand_who_are_slow_are_all_cut() -> None:
    """And nothing is kept of them."""
    slow = SlowCallers(SECONDS)
    calls = [Call() for _ in range(1_000)]
    for call in calls:
        slow.watch(call)
    wait_until(lambda: all(call.cut.is_set() for call in calls))
    assert not slow._waited_for
