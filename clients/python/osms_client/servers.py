"""
The servers of one register: a channel to each, and which of them is asked first.

Connecting, keeping connections alive and connecting again after a pause is gRPC's. What gRPC does
not do for servers with names of their own is done here: see docs/adr/0017.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import grpc

_ALONE_SECONDS: Final = 1.0
_ALONE_SECONDS_MAX: Final = 30.0
_DOUBLINGS_MAX: Final = 10


class Server:
    """A server at an address of its own."""

    def __init__(self, address: str, channel: grpc.Channel) -> None:
        self.address = address
        self.channel = channel
        # Many threads write these, and the last one is right enough: they only order the servers.
        self._failures = 0
        self._alone_until = 0.0

    @property
    def alone_until(self) -> float:
        """Until when others are asked first, by the monotonic clock."""
        return self._alone_until

    @property
    def on_trial(self) -> bool:
        """Whether the last that was heard of it was a failure."""
        return self._failures > 0

    def answered(self) -> None:
        """It answers: nothing is held against it."""
        self._failures, self._alone_until = 0, 0.0

    def failed(self, told_seconds: float) -> None:
        """It does not: it is left alone for a while, and for as long as it has told."""
        doublings = min(self._failures, _DOUBLINGS_MAX)
        alone = min(_ALONE_SECONDS_MAX, _ALONE_SECONDS * 2**doublings)
        self._failures += 1
        self._alone_until = time.monotonic() + max(alone, told_seconds)


class Servers:
    """
    All servers, in the order in which the user prefers them.

    To the generated stubs they look like one channel, whose methods are `Method`.
    """

    def __init__(self, servers: Sequence[Server]) -> None:
        self._servers = tuple(servers)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where they are."""
        return tuple(server.address for server in self._servers)

    def ranked(self) -> list[Server]:
        """All of them: first who is not left alone, as preferred; then who was so the longest."""
        now = time.monotonic()
        return sorted(self._servers, key=lambda server: max(0.0, server.alone_until - now))

    def close(self) -> None:
        """Closes all channels."""
        for server in self._servers:
            server.channel.close()

    def unary_unary(self, *given: Any, **named: Any) -> Method:
        """A method of one message, answered by one."""
        return self._method("unary_unary", given, named)

    def unary_stream(self, *given: Any, **named: Any) -> Method:
        """A method of one message, answered by many."""
        return self._method("unary_stream", given, named)

    def stream_unary(self, *given: Any, **named: Any) -> Method:
        """A method of many messages, answered by one."""
        return self._method("stream_unary", given, named)

    def stream_stream(self, *given: Any, **named: Any) -> Method:
        """A method of many messages, answered by many."""
        return self._method("stream_stream", given, named)

    def _method(self, kind: str, given: Any, named: Any) -> Method:
        made = {each: getattr(each.channel, kind)(*given, **named) for each in self._servers}
        return Method(self, made)


class Method:
    """A method of the service, at every server."""

    def __init__(self, servers: Servers, at: dict[Server, Callable[..., Any]]) -> None:
        self._servers = servers
        self._at = at

    def at(self, server: Server) -> Callable[..., Any]:
        """The method at one server."""
        return self._at[server]

    def __call__(self, *given: Any, **named: Any) -> Any:
        """The method at the server that is asked first, without repetition."""
        return self.at(self._servers.ranked()[0])(*given, **named)
