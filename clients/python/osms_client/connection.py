"""Connections: who calls, over which channel, with which deadlines and repetitions."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import grpc

from osms_client.errors import from_rpc_error

Response = TypeVar("Response")

MESSAGE_BYTES_MAX: Final = 64 * 2**20
_RETRIED = {"maxAttempts": 4, "initialBackoff": "0.1s", "maxBackoff": "2s", "backoffMultiplier": 3}

# Questions, and mutations, which carry a request id, are safe to repeat. Feeds go on by position.
_SERVICE_CONFIG: Final = {
    "methodConfig": [
        {
            "name": [
                {"service": f"osms.entitlement.v1.{service}"}
                for service in (
                    "EntitlementService",
                    "ConsumerService",
                    "OperationsService",
                )
            ],
            "retryPolicy": {**_RETRIED, "retryableStatusCodes": ["UNAVAILABLE"]},
        }
    ]
}


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


class Connection:
    """A channel, and how calls are made over it; errors come in *language* where one is given."""

    def __init__(
        self, address: str, credentials: Credentials, *, timeout: float, language: str = ""
    ) -> None:
        options = [
            ("grpc.service_config", json.dumps(_SERVICE_CONFIG)),
            ("grpc.enable_retries", 1),
            ("grpc.max_receive_message_length", MESSAGE_BYTES_MAX),
            ("grpc.max_send_message_length", MESSAGE_BYTES_MAX),
            ("grpc.keepalive_time_ms", 30_000),
            ("grpc.keepalive_timeout_ms", 10_000),
        ]
        self.address = address
        channel = credentials.channel(address, options)
        if language:
            channel = grpc.intercept_channel(channel, _Telling("accept-language", language))
        self.channel = channel
        self.timeout = timeout

    def call(
        self, method: Callable[..., Response], request: Any, *, timeout: float | None = None
    ) -> Response:
        """The response to one request, within the deadline. OsmsError: there is none."""
        try:
            return method(request, timeout=timeout or self.timeout)
        except grpc.RpcError as error:
            raise from_rpc_error(error) from error

    def close(self) -> None:
        """Closes the channel."""
        self.channel.close()


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
