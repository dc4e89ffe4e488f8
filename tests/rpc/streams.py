"""A stream whose messages a test sends one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Self

import grpc

from tests.rpc.told import Told, told

SECONDS = 20.0


class OpenStream:
    """One connection, on which the test says what is sent and when."""

    def __init__(self, method: Callable[..., Any]) -> None:
        self._requests: SimpleQueue[Any] = SimpleQueue()
        self._call = method(iter(self._requests.get, None), timeout=SECONDS)

    def __enter__(self) -> Self:
        """The stream, until the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Cuts the line."""
        self.cut()

    def send(self, *messages: Any) -> None:
        """Sends messages."""
        for message in messages:
            self._requests.put(message)

    def receive(self) -> Any:
        """The next message of the server."""
        return next(self._call)

    def end(self) -> None:
        """Says that nothing more comes."""
        self._requests.put(None)

    def rest(self) -> list[Any]:
        """Ends the stream, and gives all that the server still says."""
        self.end()
        return list(self._call)

    def cut(self) -> None:
        """Cuts the line."""
        self._requests.put(None)
        self._call.cancel()

    def error(self) -> Told:
        """The error with which the server ends the stream."""
        try:
            message = self.receive()
        except grpc.RpcError as error:
            return told(error)
        raise AssertionError(message)


def whole(method: Callable[..., Any], *messages: Any) -> Iterator[Any]:
    """All that the server answers to messages that are sent without waiting."""
    return iter(method(iter(messages), timeout=SECONDS))
