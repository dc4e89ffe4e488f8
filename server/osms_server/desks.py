"""
The desks of a process, put together from its settings: on a loop of the caller, or in a thread.

A process that only looks up asks on its own loop. The threaded server has its desk in a thread
with a loop, and its workers wait there.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import TimeoutError as StillWaiting
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeVar

import uvloop

from osms_common.application.clock import Clock
from osms_common.domain.errors import RegisterUnavailable
from osms_server.application.access import Receipts, Told
from osms_server.application.desk import Desk, Lane, LaneLimits, Question, Reply
from osms_server.application.enumeration import Enumeration, EnumerationLimits
from osms_server.application.overlaying import Overlaying
from osms_server.config import Settings
from osms_server.persistence.access import AccessTidier, AccessWriter
from osms_server.persistence.look_ups import LookUpLine
from osms_server.persistence.replica import ReplicaLookUps, ReplicaProgress

LIST_LANES: Final = 2
"""While one list is written to the log, another is read."""
_GRACE_SECONDS: Final = 1.0
_WRITE_SECONDS_MAX: Final = 30.0

T = TypeVar("T")


@dataclass(frozen=True)
class DeskParts:
    """A desk with its connections, each on the loop on which it was made."""

    desk: Desk
    lines: tuple[LookUpLine | ReplicaLookUps, ...]
    writers: tuple[AccessWriter, ...]
    beside: tuple[Beside, ...] = ()

    async def stop(self) -> None:
        """Answers those who wait, and ends the connections."""
        await self.desk.stop()
        for task in self.beside:
            task.stop()
        for line in self.lines:
            line.close()
        for writer in self.writers:
            writer.close()


class Beside:
    """Something that runs beside the lanes, on the loop that runs."""

    def __init__(self, running: ReplicaProgress | AccessTidier) -> None:
        self._running = running
        self._task = asyncio.get_running_loop().create_task(running.run())

    def stop(self) -> None:
        """Ends it, and its connections."""
        self._task.cancel()
        self._running.close()


def make_desk(dsn: str, settings: Settings, clock: Clock, overlaying: Overlaying) -> DeskParts:
    """A desk with a connection to read and one to write for each lane; on the loop that runs."""
    seconds = settings.look_up_seconds_max
    progress = _progress(dsn, settings, clock) if settings.replica_dsn else None
    lines = tuple(_line(dsn, settings, clock, progress) for _ in range(1 + LIST_LANES))
    writers = tuple(AccessWriter(dsn, clock, seconds) for _ in lines)
    if settings.sandbox:  # its clock stands still: one chain has the entries in order all the same
        writers = (writers[0],) * len(lines)
    limits = (settings.iins_max, settings.look_up_gather_seconds, seconds)
    patients = LaneLimits("look_ups_waiting_max", settings.look_ups_waiting_max, *limits)
    lists = LaneLimits("lists_waiting_max", settings.lists_waiting_max, *limits)
    enumeration = _enumeration(settings)
    lanes = [
        Lane(line, writer, overlaying, clock, patients if at == 0 else lists, enumeration)
        for at, (line, writer) in enumerate(zip(lines, writers, strict=True))
    ]
    desk = Desk(lanes[0], lanes[1:])
    desk.start()
    tidier = AccessTidier(dsn, settings.access_log_tidy_seconds)
    beside = [Beside(each) for each in (tidier, progress) if each is not None]
    return DeskParts(desk, lines, writers, tuple(beside))


def _enumeration(settings: Settings) -> Enumeration:
    limits = EnumerationLimits(
        settings.unknown_persons_max,
        settings.unknown_persons_share_max,
        settings.unknown_persons_seconds,
        settings.unknown_persons_patient_seconds,
    )
    return Enumeration(limits, time.monotonic)


def _progress(dsn: str, settings: Settings, clock: Clock) -> ReplicaProgress:
    return ReplicaProgress(
        dsn,
        settings.replica_dsn,
        clock,
        settings.replica_probe_seconds,
        settings.look_up_seconds_max,
    )


def _line(
    dsn: str, settings: Settings, clock: Clock, progress: ReplicaProgress | None
) -> LookUpLine | ReplicaLookUps:
    """What a lane reads from: the primary, or a replica with the primary behind it."""
    primary = LookUpLine(dsn, clock, settings.look_up_seconds_max)
    if progress is None:
        return primary
    # A replica that hangs must leave time to ask the primary.
    replica = LookUpLine(settings.replica_dsn, clock, settings.look_up_seconds_max / 4)
    lag_max = timedelta(seconds=settings.replica_lag_seconds_max)
    return ReplicaLookUps(replica, primary, progress, lag_max)


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
