"""
One thing to be done, by whichever server does it first, within a deadline for the whole.

All servers are tried one after the other, at once; when none of them did it there is a pause, and
the next round. A server that told when to come back is not asked for the same before.
"""

from __future__ import annotations

import time
from typing import Final

from osms_client.backoff import Backoff
from osms_client.errors import CannotTell, OsmsError
from osms_client.servers import Server, Servers

ROUNDS_OF_A_CALL: Final = 6
ROUNDS_OF_A_STREAM: Final = 10
_USEFUL_SECONDS: Final = 0.02
"""With less time than this left, nobody could answer."""

_WELL: Final = frozenset({"REVISION_NOT_REACHED", "STREAM_IDLE"})
"""Reasons with which nothing is wrong with the server: it is asked other things all the same."""


_ELSEWHERE: Final = frozenset({"NOT_SERVED_HERE", "UNIMPLEMENTED"})
"""The same, but it never does this: whoever only looks up leaves the rest to other servers."""


class Effort:
    """
    The attempts to get one thing done, which ends after *seconds* or so many *rounds*.

    A *persistent* one goes on after every failure, not only after those that pass; where it is
    not to *repeat*, it ends with the first.
    """

    def __init__(  # noqa: PLR0913 - one for each way of trying
        self,
        servers: Servers,
        backoff: Backoff,
        seconds: float,
        *,
        rounds: int = ROUNDS_OF_A_CALL,
        persistent: bool = False,
        repeat: bool = True,
        language: str = "",
    ) -> None:
        self._servers = servers
        self._backoff = backoff
        self._began = time.monotonic()
        self._until = self._began + seconds
        self._rounds = rounds
        self._persistent = persistent
        self._repeat = repeat
        self._language = language
        self._to_try = servers.ranked()
        self._elsewhere: set[Server] = set()
        self._not_before: dict[Server, float] = {}
        self._tried: list[str] = []
        self._finished_rounds = 0
        self._error = CannotTell("there was no time to ask", "DEADLINE_EXCEEDED")

    def next_server(self) -> Server:
        """Whom to ask now; waits for the next round. CannotTell: the effort is given up."""
        if not self._to_try:
            self._begin_round()
        if self._left() < _USEFUL_SECONDS:
            raise self._given_up(self._error)
        return self._to_try.pop(0)

    def seconds_for(self, server: Server) -> float:
        """
        The deadline of an attempt: all the time that is left.

        A server on trial gets half of it while there are others, which may still answer in time.
        """
        left = max(self._left(), 0.0)
        return left / 2 if server.on_trial and self._to_try else left

    def failed(self, server: Server, error: OsmsError) -> None:
        """Takes note of a failed attempt. OsmsError: to try again would be no use."""
        if not isinstance(error, CannotTell):
            server.answered()
            raise error
        self._tried.append(server.address)
        if error.reason in _ELSEWHERE:
            self._leave_out(server, error)
            return
        self._error = error
        told = error.retry_after or 0.0
        if error.reason not in _WELL:
            server.failed(told)
        self._not_before[server] = time.monotonic() + told
        self._to_try = [each for each in self._to_try if each is not server]
        if not (self._repeat and (error.passes or self._persistent)):
            raise self._given_up(error)

    def _leave_out(self, server: Server, error: CannotTell) -> None:
        """Asks this server no more, but the others. CannotTell: there is none."""
        server.answered()
        self._elsewhere.add(server)
        self._to_try = [each for each in self._to_try if each is not server]
        if not self._others():
            raise self._given_up(error)

    def _others(self) -> list[Server]:
        """All servers, but for those that leave it to others."""
        return [each for each in self._servers.ranked() if each not in self._elsewhere]

    def _begin_round(self) -> None:
        """Waits until servers may be asked again. CannotTell: that would be too late."""
        self._finished_rounds += 1
        servers = self._others()
        now = time.monotonic()
        told = min(self._not_before.get(server, 0.0) for server in servers) - now
        pause = max(told, 0.0) + self._backoff.pause(self._finished_rounds)
        if self._finished_rounds >= self._rounds or self._left() - pause < _USEFUL_SECONDS:
            raise self._given_up(self._error)
        time.sleep(pause)
        then = time.monotonic()
        self._to_try = [each for each in servers if self._not_before.get(each, 0.0) <= then]

    def _left(self) -> float:
        return self._until - time.monotonic()

    def _given_up(self, error: CannotTell) -> CannotTell:
        error.language = self._language
        error.seconds = time.monotonic() - self._began
        error.attempts = len(self._tried)
        error.addresses = tuple(dict.fromkeys(self._tried))
        return error
