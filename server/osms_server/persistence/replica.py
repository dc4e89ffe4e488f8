"""
Look-ups from a streaming replica, which answers for the primary as far as it has come.

How far that is, is measured and not guessed: again and again the primary is asked for the end of
its log, and once the replica has replayed it, the replica is known to be complete as of the
instant before the question. An answer from it tells that instant. What the replica cannot tell -
a revision that it does not have yet, anything while it lags too far or is away - is asked of the
primary, so it is never older than what was demanded.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from osms_common.application.clock import Clock
from osms_common.domain.errors import RegisterUnavailable
from osms_common.domain.identifiers import Iin
from osms_common.domain.revision import Revision
from osms_server.application.ports import Known
from osms_server.persistence.line import Line, StatementFailed
from osms_server.persistence.look_ups import LookUpLine

log = structlog.get_logger(__name__)

# Where commits need not be flushed before they are acknowledged, the end of what is flushed tells
# nothing, and the replica is not used.
_POSITION: Final = """
select case when current_setting('synchronous_commit') <> 'off'
            then pg_current_wal_flush_lsn()::text end
"""
_REPLAYED: Final = "select (pg_last_wal_replay_lsn() >= $1::pg_lsn)::int"
_AGAIN_SECONDS: Final = 0.01


class ReplicaProgress:
    """
    How far a replica has come, asked every *probe_seconds* on the loop that runs.

    A change that the primary has committed is in the log before it is acknowledged, so a replica
    that has replayed the log up to its end has it.
    """

    def __init__(
        self, primary: str, replica: str, clock: Clock, probe_seconds: float, seconds_max: float
    ) -> None:
        self._primary = Line(primary, {"position": _POSITION}, seconds_max)
        self._replica = Line(replica, {"replayed": _REPLAYED}, seconds_max)
        self._clock = clock
        self._probe_seconds = probe_seconds
        self._seconds_max = seconds_max
        self._complete_as_of: datetime | None = None

    def complete_as_of(self, lag_max: timedelta) -> datetime | None:
        """The instant before which everything is in the replica; None where it lags too far."""
        known = self._complete_as_of
        if known is None or self._clock.now() - known > lag_max:
            return None
        return known

    async def run(self) -> None:
        """Asks, until it is cancelled."""
        follows = False
        while True:
            try:
                follows = await self._probe(follows=follows)
            except (RegisterUnavailable, StatementFailed):
                follows = False
            await asyncio.sleep(self._probe_seconds)

    async def _probe(self, *, follows: bool) -> bool:
        """Whether the replica has come, in good time, to where the primary was."""
        began = self._clock.now()  # before the position is read: it has all that was before
        position = (await self._primary.ask("position", [])).get_value(0, 0)
        if position is None:
            return False
        loop = asyncio.get_running_loop()
        until = loop.time() + self._seconds_max
        while loop.time() < until:
            replayed = (await self._replica.ask("replayed", [position])).get_value(0, 0)
            if replayed is not None and int.from_bytes(replayed):
                self._complete_as_of = began
                if not follows:
                    log.info("look-ups are answered from the replica")
                return True
            await asyncio.sleep(_AGAIN_SECONDS)
        log.warning("the replica lags; look-ups are answered from the primary")
        return False

    def close(self) -> None:
        """Ends the connections."""
        self._primary.close()
        self._replica.close()


class ReplicaLookUps:
    """Look-ups from a replica where it will do, and from the primary where it will not."""

    def __init__(
        self,
        replica: LookUpLine,
        primary: LookUpLine,
        progress: ReplicaProgress,
        lag_max: timedelta,
    ) -> None:
        self._replica = replica
        self._primary = primary
        self._progress = progress
        self._lag_max = lag_max

    async def look_up(self, iins: Sequence[Iin], at_least: Revision) -> Known:
        """As `LookUps` says."""
        as_of = self._progress.complete_as_of(self._lag_max)
        if as_of is not None:
            try:
                known = await self._replica.read(iins, as_of)
            except RegisterUnavailable:
                pass  # the primary is asked instead
            else:
                if known.head.revision >= at_least:
                    return known
        return await self._primary.look_up(iins, at_least)

    def close(self) -> None:
        """Ends the connections."""
        self._replica.close()
        self._primary.close()
