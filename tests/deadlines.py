"""Calls of tests wait twenty seconds unless they say otherwise: every call needs a deadline."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import grpc

SECONDS: Final = 20.0


class _Details(NamedTuple):
    method: str
    timeout: float | None
    metadata: Any
    credentials: Any
    wait_for_ready: bool | None
    compression: Any


class _Deadline(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor):
    def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        return continuation(_with_deadline(details), request)

    def intercept_unary_stream(self, continuation: Any, details: Any, request: Any) -> Any:
        return continuation(_with_deadline(details), request)


def _with_deadline(details: Any) -> Any:
    if details.timeout is not None:
        return details
    return _Details(
        details.method,
        SECONDS,
        details.metadata,
        details.credentials,
        details.wait_for_ready,
        details.compression,
    )


def with_deadlines(channel: grpc.Channel) -> grpc.Channel:
    """The channel, on which calls that are no streams end in time."""
    return grpc.intercept_channel(channel, _Deadline())
