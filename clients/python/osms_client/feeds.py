"""
Pushes to the feeds: batches ahead of their acknowledgements, and going on after a cut line.

A record's position is where it stands in its feed. The service tells the position to go on from
when the feed is opened; what it has acknowledged is stored for good. Should the line be cut, the
batches that are not yet acknowledged are kept here and sent again, to any server of the register:
the service takes what it has not had, and acknowledges the rest again.

Batches may also be only tried: each is judged after those before it, and nothing is stored. What
was tried over a line that is cut is forgotten, so such a push does not go on; it begins anew.
"""

from __future__ import annotations

import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from queue import SimpleQueue
from typing import Any, Final, Generic, TypeVar
from uuid import uuid4

import grpc

from osms_client import _reading
from osms_client.connection import Connection
from osms_client.effort import ROUNDS_OF_A_CALL, ROUNDS_OF_A_STREAM, Effort
from osms_client.errors import CannotTell, OsmsError, TakenOver, from_rpc_error
from osms_client.servers import Server
from osms_client.values import Ack

Record = TypeVar("Record")

BATCH_SIZE: Final = 2_000
BATCHES_IN_FLIGHT: Final = 4
_KEYS: Final = 1 << 32


def new_request_id() -> str:
    """An id for a mutation; keep it to send the same mutation again."""
    return str(uuid4())


class FeedPush(Generic[Record]):
    """
    One connection to a feed, open from `with` to its end.

    *next_position* is the position of the next record that the service expects. *validate_only*
    says that the records are only tried.
    """

    def __init__(
        self,
        connection: Connection,
        method: Any,
        opening: Any,
        make_batch: Callable[[int, Sequence[Record]], Any],
        *,
        validate_only: bool = False,
    ) -> None:
        self._connection = connection
        self._method = method
        self._opening = opening
        self._opening.opening.connection_key = secrets.randbelow(_KEYS - 1) + 1
        self._make_batch = make_batch
        self._idle_timeout = connection.deadlines.idle
        self.validate_only = validate_only
        self._in_flight: deque[Any] = deque()
        self._requests: SimpleQueue[Any] = SimpleQueue()
        self.next_position = 0
        self.batch_records_max = 0

    def __enter__(self) -> FeedPush[Record]:
        """Opens the feed; an older connection to it is ended, unless records are only tried."""
        self._open_again(self._connection.effort(self._idle_timeout, rounds=ROUNDS_OF_A_CALL))
        return self

    def __exit__(self, *_: object) -> None:
        """Closes the connection. What was tried is forgotten by then."""
        self._requests.put(None)
        if self.validate_only:
            with suppress(OsmsError):
                self._await_end()
        self._call.cancel()

    def send(self, records: Iterable[Record], *, batch_size: int = BATCH_SIZE) -> Iterator[Ack]:
        """
        Sends records from `next_position` on, and yields the acknowledgements as they come; first
        those that were not asked for when records were sent before.

        CannotTell: the service could not be reached again. TakenOver: another connection goes on
        with the feed. After either, open the feed anew and go on from its position.
        """
        size = min(batch_size, self.batch_records_max)
        remaining = iter(records)
        while self._in_flight:
            yield self._acknowledged()
        position = self.next_position
        while batch := list(islice(remaining, size)):
            if len(self._in_flight) >= BATCHES_IN_FLIGHT:
                yield self._acknowledged()
            request = self._make_batch(position, batch)
            position += len(batch)
            self._in_flight.append(request)
            self._requests.put(request)
        while self._in_flight:
            yield self._acknowledged()

    def report_nothing(self) -> Ack:
        """Tells the service that there is nothing to report today."""
        while self._in_flight:
            self._acknowledged()
        request = self._make_batch(self.next_position, [])
        self._in_flight.append(request)
        self._requests.put(request)
        return self._acknowledged()

    def _acknowledged(self) -> Ack:
        """The acknowledgement of the oldest batch in flight."""
        effort = self._connection.effort(
            2 * self._idle_timeout, rounds=ROUNDS_OF_A_STREAM, persistent=True
        )
        while True:
            try:
                response = self._receive(self._idle_timeout)
            except CannotTell as error:
                if self.validate_only:
                    raise
                effort.failed(self._server, error)
                self._open_again(effort)
                continue
            self._server.answered()
            self._in_flight.popleft()
            ack = _reading.ack(response.ack)
            self.next_position = ack.next_position
            return ack

    def _open_again(self, effort: Effort) -> None:
        """Opens the feed at a server that takes it, and sends again what is not acknowledged."""
        while True:
            server = effort.next_server()
            try:
                self._open(server, min(effort.seconds_for(server), self._idle_timeout))
            except OsmsError as error:
                self._requests.put(None)
                effort.failed(server, error)
                continue
            for request in self._in_flight:
                self._requests.put(request)
            return

    def _open(self, server: Server, seconds: float) -> None:
        self._requests.put(None)
        self._requests = SimpleQueue()
        self._requests.put(self._opening)
        self._server = server
        self._call = self._method.at(server)(iter(self._requests.get, None))
        ready = self._receive(seconds).ready
        self.batch_records_max = ready.batch_records_max
        if not self._in_flight:
            self.next_position = ready.next_position
        elif not ready.uninterrupted and not self.validate_only:
            # By position the service would acknowledge another's records as ours.
            message = "another connection has used the feed while the line was cut"
            raise TakenOver(message)

    def _await_end(self) -> None:
        """Waits until the service has ended the stream."""
        while next_response(self._call, self._idle_timeout) is not None:
            pass

    def _receive(self, seconds: float) -> Any:
        """The next response; CannotTell if there is none within *seconds*."""
        response = next_response(self._call, seconds)
        if response is None:
            raise stream_ended()
        return response


def stream_ended() -> CannotTell:
    """The error where a server ends a stream too early."""
    return CannotTell("the service ended the stream", "STREAM_ENDED", passes=True)


def next_response(call: Any, seconds: float) -> Any:
    """The next response of a stream, None at its end. CannotTell: none came within *seconds*."""
    late = threading.Event()

    def give_up() -> None:
        late.set()
        call.cancel()

    watch = threading.Timer(seconds, give_up)
    watch.daemon = True
    watch.start()
    try:
        return next(call, None)
    except grpc.RpcError as error:
        if not late.is_set():
            raise from_rpc_error(error) from error
        message = "the service did not answer in time"
        raise CannotTell(message, "NO_ANSWER", passes=True) from error
    finally:
        watch.cancel()
