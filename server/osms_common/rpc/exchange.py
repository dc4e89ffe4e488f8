"""
How a server on an event loop reads and writes: nobody is waited for without an end.

A message must come, and an answer must be taken, within the seconds that are allowed. One that
was not stays in the memory of gRPC, which forgets it with its connection; until then it counts.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from osms_common.application.expiries import Expiries
from osms_common.application.slots import Untaken
from osms_common.domain.errors import InvalidRequest, ShuttingDown, StreamIdle
from osms_common.domain.violations import Reason, Violation


class Exchange:
    """
    Messages in and out, on the loop that runs.

    A stream may send nothing for *idle_seconds*; a message may take *slow_seconds* to be sent, or
    to be taken. What is not taken counts in *untaken* for *connection_seconds*, the most that a
    connection can last.
    """

    def __init__(
        self,
        idle_seconds: float,
        slow_seconds: float,
        untaken: Untaken,
        connection_seconds: float,
    ) -> None:
        self._idle_seconds = idle_seconds
        self._slow_seconds = slow_seconds
        self._untaken = untaken
        self._connection_seconds = connection_seconds
        self._stopping = asyncio.Event()
        self._expiries = Expiries()

    def stop(self) -> None:
        """Tells streams to go."""
        self._stopping.set()

    async def one(self, context: Any) -> bytes:
        """The one message of a call. InvalidRequest: there is none. StreamIdle: it is too slow."""
        try:
            with self._expiries.within(self._slow_seconds):
                content = await context.read()
        except TimeoutError as error:
            raise StreamIdle(self._slow_seconds) from error
        if not isinstance(content, bytes):
            raise InvalidRequest((Violation("message", Reason.REQUIRED),))
        return content

    async def write(self, context: Any, content: bytes, holder: str) -> None:
        """
        Gives *holder* an answer on a stream.

        StreamIdle: it is not taken. Overloaded: too many were not taken before it.
        """
        leave = self._untaken.take(holder, len(content))
        try:
            with self._expiries.within(self._slow_seconds):
                await context.write(content)
        except TimeoutError as error:
            asyncio.get_running_loop().call_later(self._connection_seconds, leave)
            raise StreamIdle(self._slow_seconds) from error
        except BaseException:
            leave()
            raise
        leave()

    async def next(self, requests: AsyncIterator[bytes]) -> bytes | None:
        """The next message; None at the end. StreamIdle, ShuttingDown: none will be waited for."""
        arriving = asyncio.ensure_future(anext(requests, None))
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            done, _ = await asyncio.wait(
                {arriving, stopping},
                timeout=self._idle_seconds,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if arriving in done:
                return arriving.result()
        finally:
            arriving.cancel()
            stopping.cancel()
        if done:
            raise ShuttingDown
        raise StreamIdle(self._idle_seconds)
