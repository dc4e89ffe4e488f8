"""A clock that a test moves."""

from __future__ import annotations


class Moment:
    """Seconds that pass when they are told to; called, it is the time now."""

    def __init__(self, now: float = 1_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        """The seconds now."""
        return self.now

    def later(self, seconds: float) -> None:
        """Lets so many seconds pass."""
        self.now += seconds
