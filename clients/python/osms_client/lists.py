"""
Lists of any length, over one stream: some messages on their way, answers in the list's order.

The list is read ahead of the answers, in a thread of its own, by as many messages as may be on
their way and no more. Should the line be cut, the messages that are not yet answered are sent
again, to any server of the register; what was answered is not asked again.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from queue import SimpleQueue
from typing import Any, Final, Generic, TypeVar

from osms_client.connection import Connection
from osms_client.effort import ROUNDS_OF_A_CALL, ROUNDS_OF_A_STREAM, Effort
from osms_client.errors import OsmsError
from osms_client.feeds import next_response, stream_ended
from osms_client.servers import Server

Answer = TypeVar("Answer")

IINS_AT_ONCE: Final = 1_000
MESSAGES_IN_FLIGHT: Final = 4


class _Reading:
    """The list, read in a thread of its own; what is read is in flight until it is answered."""

    def __init__(self, iins: Iterable[str], make_request: Callable[[Sequence[str]], Any]) -> None:
        self._iins = iter(iins)
        self._make_request = make_request
        self._room = threading.Semaphore(MESSAGES_IN_FLIGHT)
        self._changed = threading.Condition()
        self._in_flight: deque[tuple[list[str], Any]] = deque()
        self._outgoing: SimpleQueue[Any] = SimpleQueue()
        self._ended = False
        self._failure: BaseException | None = None
        threading.Thread(target=self._read, name="osms-list", daemon=True).start()

    def _read(self) -> None:
        try:
            while self._room.acquire() and not self._ended:
                if not self._read_message():
                    return
        except BaseException as error:  # noqa: BLE001 - raised where the answers are read
            self._failure = error
        finally:
            self.end()

    def _read_message(self) -> bool:
        """Whether there was anybody to ask about."""
        batch: list[str] = []
        try:
            batch.extend(islice(self._iins, IINS_AT_ONCE))
        finally:  # who was read before the list broke is asked about
            if batch:
                self._take(batch)
        return bool(batch)

    def _take(self, batch: list[str]) -> None:
        request = self._make_request(batch)
        with self._changed:
            self._in_flight.append((batch, request))
            self._outgoing.put(request)
            self._changed.notify()

    def oldest(self) -> list[str] | None:
        """Who is to be answered next; None where all are. Waits for the list."""
        with self._changed:
            self._changed.wait_for(lambda: self._in_flight or self._ended)
            if self._in_flight:
                return self._in_flight[0][0]
        if self._failure is not None:
            raise self._failure
        return None

    def answered(self) -> None:
        """Makes room: the oldest are answered."""
        with self._changed:
            self._in_flight.popleft()
        self._room.release()

    def requests(self) -> Iterator[Any]:
        """The requests for all who are not answered, and for those who are read from now on."""
        with self._changed:
            self._outgoing.put(None)  # ends the stream before
            self._outgoing = SimpleQueue()
            for _, request in self._in_flight:
                self._outgoing.put(request)
            if self._ended:
                self._outgoing.put(None)
            return iter(self._outgoing.get, None)

    def end(self) -> None:
        """Reads no more."""
        with self._changed:
            self._ended = True
            self._outgoing.put(None)
            self._changed.notify()
        self._room.release()


class ListCheck(Generic[Answer]):
    """
    Answers about everybody of a list, in its order.

    CannotTell: there is no answer any more; whoever has none yet is unknown.
    """

    def __init__(
        self,
        connection: Connection,
        method: Any,
        make_request: Callable[[Sequence[str]], Any],
        read: Callable[[Sequence[str], Any], list[Answer]],
    ) -> None:
        self._connection = connection
        self._method = method
        self._make_request = make_request
        self._read = read
        self._call: Any = None
        self._rounds = ROUNDS_OF_A_CALL

    def answers(self, iins: Iterable[str]) -> Iterator[Answer]:
        """The answers as they come."""
        reading = _Reading(iins, self._make_request)
        try:
            while (asked := reading.oldest()) is not None:
                answers = self._answered(asked, reading)
                reading.answered()
                self._rounds = ROUNDS_OF_A_STREAM  # the service is there; it is worth waiting for
                yield from answers
        finally:
            reading.end()
            self._hang_up()

    def _answered(self, asked: Sequence[str], reading: _Reading) -> list[Answer]:
        """The answers to the oldest message, from any server."""
        deadlines = self._connection.deadlines
        effort = self._connection.effort(deadlines.idle, rounds=self._rounds)
        while True:
            if self._call is None:
                self._open(effort.next_server(), reading)
            try:
                answers = self._read(asked, self._response(effort))
            except OsmsError as error:
                self._hang_up()
                effort.failed(self._server, error)
            else:
                self._server.answered()
                return answers

    def _response(self, effort: Effort) -> Any:
        seconds = min(self._connection.deadlines.call, effort.seconds_for(self._server))
        response = next_response(self._call, seconds)
        if response is None:
            raise stream_ended()
        return response

    def _open(self, server: Server, reading: _Reading) -> None:
        self._server = server
        self._call = self._method.at(server)(reading.requests())

    def _hang_up(self) -> None:
        if self._call is not None:
            self._call.cancel()
        self._call = None
