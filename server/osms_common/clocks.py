"""The clocks: the system's, and one of a sandbox that stands still until it is moved."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """The instant, in UTC."""
        return datetime.now(UTC)


class SandboxClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """What the clock shows, in UTC."""
        return self._now

    def move(self, to: datetime) -> None:
        """Sets the clock."""
        self._now = to
