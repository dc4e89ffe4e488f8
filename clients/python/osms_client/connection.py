"""Connections: who calls, over which channels, with which deadlines and repetitions."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import grpc

from osms_client.backoff import Backoff, Randomness
from osms_client.effort import ROUNDS_OF_A_CALL, Effort
from osms_client.errors import CannotTell, from_rpc_error
from osms_client.servers import Method, Server, Servers

Response = TypeVar("Response")
Answer = TypeVar("Answer")

MESSAGE_BYTES_MAX: Final = 64 * 2**20

_OPTIONS: Final[tuple[tuple[str, Any], ...]] = (
    ("grpc.max_receive_message_length", MESSAGE_BYTES_MAX),
    ("grpc.max_send_message_length", MESSAGE_BYTES_MAX),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    # A server that takes no connection, or takes it and says nothing, must not use up a deadline.
    ("grpc.min_reconnect_backoff_ms", 1_000),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 5_000),
)


@dataclass(frozen=True)
class Certificates:
    """A caller's certificate, key and authority, as files of a folder."""

    folder: Path
    name: str

    def channel(self, address: str, options: list[tuple[str, Any]]) -> grpc.Channel:
        """A channel over mTLS."""
        ca, key, certificate = (
            (self.folder / file).read_bytes()
            for file in ("ca.pem", f"{self.name}.key", f"{self.name}.pem")
        )
        credentials = grpc.ssl_channel_credentials(ca, key, certificate)
        return grpc.secure_channel(address, credentials, options)


@dataclass(frozen=True)
class NamedCaller:
    """A caller who says the name; for a server without TLS on the same machine."""

    name: str

    def channel(self, address: str, options: list[tuple[str, Any]]) -> grpc.Channel:
        """A channel without TLS."""
        channel = grpc.insecure_channel(address, options)
        return grpc.intercept_channel(channel, _Telling("osms-caller", self.name))


Credentials = Certificates | NamedCaller


Addresses = str | Sequence[str]
"""One address, several with commas between them, or a sequence of them."""


def addresses_of(given: Addresses) -> tuple[str, ...]:
    """The addresses, each once. ValueError: there is none."""
    texts = given.split(",") if isinstance(given, str) else given
    found = tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))
    if not found:
        message = f"{given!r} names no address"
        raise ValueError(message)
    return found


@dataclass(frozen=True)
class Deadlines:
    """In seconds: of a question about one person, of every other call, and of an idle stream."""

    lookup: float
    call: float
    idle: float


class Connection:
    """
    Channels to the servers of a register, and how calls are made over them.

    Errors come in *language* where one is given; *randomness* spreads repetitions.
    """

    def __init__(
        self,
        addresses: Addresses,
        credentials: Credentials,
        deadlines: Deadlines,
        *,
        language: str = "",
        randomness: Randomness = random.random,
    ) -> None:
        self._language = language
        self._backoff = Backoff(randomness)
        self.deadlines = deadlines
        self.servers = Servers(
            [
                Server(address, self._channel(credentials, address))
                for address in addresses_of(addresses)
            ]
        )

    def _channel(self, credentials: Credentials, address: str) -> grpc.Channel:
        channel = credentials.channel(address, list(_OPTIONS))
        if not self._language:
            return channel
        return grpc.intercept_channel(channel, _Telling("accept-language", self._language))

    def call(
        self,
        method: Callable[..., Response],
        request: Any,
        *,
        timeout: float | None = None,
        repeat: bool = True,
    ) -> Response:
        """
        The response to one request, from any server, within the deadline.

        Only what may be done twice is to *repeat*. OsmsError: there is no response.
        """
        return self.read(method, request, lambda told: told, timeout=timeout, repeat=repeat)

    def read(
        self,
        method: Callable[..., Response],
        request: Any,
        read: Callable[[Response], Answer],
        *,
        timeout: float | None = None,
        repeat: bool = True,
    ) -> Answer:
        """The same, read; a response that cannot be *read* is a failure like any other."""
        seconds = timeout or self.deadlines.call
        effort = self.effort(seconds, rounds=ROUNDS_OF_A_CALL, repeat=repeat)
        method_at: Callable[[Server], Callable[..., Response]] = cast(Method, method).at
        while True:
            server = effort.next_server()
            try:
                answer = read(method_at(server)(request, timeout=effort.seconds_for(server)))
            except grpc.RpcError as error:
                effort.failed(server, from_rpc_error(error))
            except CannotTell as error:
                effort.failed(server, error)
            else:
                server.answered()
                return answer

    def effort(
        self, seconds: float, *, rounds: int, persistent: bool = False, repeat: bool = True
    ) -> Effort:
        """The attempts to get one thing done."""
        return Effort(
            self.servers,
            self._backoff,
            seconds,
            rounds=rounds,
            persistent=persistent,
            repeat=repeat,
            language=self._language,
        )

    def close(self) -> None:
        """Closes the channels."""
        self.servers.close()


class _Telling(
    grpc.UnaryUnaryClientInterceptor,
    grpc.UnaryStreamClientInterceptor,
    grpc.StreamUnaryClientInterceptor,
    grpc.StreamStreamClientInterceptor,
):
    """Says one thing with every call: who calls, or in which language errors are wanted."""

    def __init__(self, key: str, value: str) -> None:
        self._entry = (key, value)

    def _told(self, details: Any) -> Any:
        return _Details(
            details.method,
            details.timeout,
            [*(details.metadata or ()), self._entry],
            details.credentials,
            details.wait_for_ready,
            details.compression,
        )

    def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        """A call of one message, answered by one."""
        return continuation(self._told(details), request)

    def intercept_unary_stream(self, continuation: Any, details: Any, request: Any) -> Any:
        """A call of one message, answered by many."""
        return continuation(self._told(details), request)

    def intercept_stream_unary(self, continuation: Any, details: Any, requests: Any) -> Any:
        """A call of many messages, answered by one."""
        return continuation(self._told(details), requests)

    def intercept_stream_stream(self, continuation: Any, details: Any, requests: Any) -> Any:
        """A call of many messages, answered by many."""
        return continuation(self._told(details), requests)


@dataclass(frozen=True)
class _Details(grpc.ClientCallDetails):
    method: str
    timeout: float | None
    metadata: Any
    credentials: Any
    wait_for_ready: bool | None
    compression: Any
