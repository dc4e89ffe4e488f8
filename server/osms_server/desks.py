"""
The desks of a process, put together from its settings: on a loop of the caller, or in a thread.

A process that only looks up asks on its own loop. The threaded server has its desk in a thread
with a loop, and its workers wait there.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import TimeoutError as StillWaiting
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import uvloop

from osms_server.application.access import Receipts, Told
from osms_server.application.desk import Desk, Lane, LaneLimits, Question, Reply
from osms_server.application.overlaying import Overlaying
from osms_server.application.ports import Clock
from osms_server.config import Settings
from osms_server.domain.errors import RegisterUnavailable
from osms_server.persistence.access import AccessWriter
from osms_server.persistence.look_ups import LookUpLine

LIST_LANES: Final = 2
"""While one list is written to the log, another is read."""
_GRACE_SECONDS: Final = 1.0
_WRITE_SECONDS_MAX: Final = 30.0

T = TypeVar("T")


@dataclass(frozen=True)
class DeskParts:
    """A desk with its connections, each on the loop on which it was made."""

    desk: Desk
    lines: tuple[LookUpLine, ...]
    writers: tuple[AccessWriter, ...]

    async def stop(self) -> None:
        """Answers those who wait, and ends the connections."""
        await self.desk.stop()
        for line in self.lines:
            line.close()
        for writer in self.writers:
            writer.close()


def make_desk(dsn: str, settings: Settings, clock: Clock, overlaying: Overlaying) -> DeskParts:
    """A desk with a connection to read and one to write for each lane; on the loop that runs."""
    seconds = settings.look_up_seconds_max
    lines = tuple(LookUpLine(dsn, clock, seconds) for _ in range(1 + LIST_LANES))
    writers = tuple(AccessWriter(dsn, clock, seconds) for _ in lines)
    if settings.sandbox:  # its clock stands still: one chain has the entries in order all the same
        writers = (writers[0],) * len(lines)
    limits = (settings.iins_max, settings.look_up_gather_seconds, seconds)
    patients = LaneLimits("look_ups_waiting_max", settings.look_ups_waiting_max, *limits)
    lists = LaneLimits("lists_waiting_max", settings.lists_waiting_max, *limits)
    lanes = [
        Lane(line, writer, overlaying, clock, patients if at == 0 else lists)
        for at, (line, writer) in enumerate(zip(lines, writers, strict=True))
    ]
    desk = Desk(lanes[0], lanes[1:])
    desk.start()
    return DeskParts(desk, lines, writers)


class DeskThread:
    """A desk in a thread of its own, for callers who wait in theirs; and the log for them."""

    def __init__(self, dsn: str, settings: Settings, clock: Clock, overlaying: Overlaying) -> None:
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="desk", daemon=True)
        self._thread.start()

        async def make() -> DeskParts:
            return make_desk(dsn, settings, clock, overlaying)

        self._parts = self._wait(make(), _WRITE_SECONDS_MAX)

    def ask(self, question: Question, seconds: float) -> Reply:
        """The answer about a patient; errors as `Lane.ask` says."""
        return self._wait(self._parts.desk.ask(question, seconds), seconds)

    def ask_list(self, question: Question, seconds: float) -> Reply:
        """The answers about the persons of a list; the same."""
        return self._wait(self._parts.desk.ask_list(question, seconds), seconds)

    def log(self, told: Told) -> Receipts:
        """
        Keeps answers that were not given at the desk; they are durable when it returns.

        RegisterUnavailable: they could not be kept, and must not be given.
        """
        return self._wait(self._parts.writers[0].append([told]), _WRITE_SECONDS_MAX)

    def begin_chains(self) -> None:
        """Begins the chains of the log anew: a sandbox was emptied."""

        async def begin() -> None:
            for writer in self._parts.writers:
                writer.begin_chain()

        self._wait(begin(), _WRITE_SECONDS_MAX)

    def close(self) -> None:
        """Answers those who wait, and stops; a second time does nothing."""
        if self._loop.is_closed():
            return
        self._wait(self._parts.stop(), _WRITE_SECONDS_MAX)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_WRITE_SECONDS_MAX)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()

    def _wait(self, doing: Coroutine[Any, Any, T], seconds: float) -> T:
        waiting = asyncio.run_coroutine_threadsafe(doing, self._loop)
        try:
            return waiting.result(seconds + _GRACE_SECONDS)
        except StillWaiting as error:
            waiting.cancel()
            raise RegisterUnavailable from error
