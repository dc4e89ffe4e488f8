"""Servers that are ill: real ones, which say what a test tells them to say."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import count
from types import TracebackType
from typing import Any, NoReturn, Self

import grpc
from google.protobuf.any_pb2 import Any as Packed
from google.rpc.error_details_pb2 import ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status
from google.type.date_pb2 import Date
from grpc_status import rpc_status

from osms.entitlement.v1 import entitlement_pb2
from osms.entitlement.v1 import entitlement_service_pb2 as pb
from osms.entitlement.v1 import entitlement_service_pb2_grpc as pb_grpc
from tests.rpc.sending import TODAY

Say = Callable[[int, Any, grpc.ServicerContext], Any]
"""What comes of the call of a number, from 0 on; also of each message of a stream."""

HANGS_SECONDS = 30.0


class IllServer(pb_grpc.EntitlementServiceServicer):
    """A server on a port of its own, which remembers what it was asked."""

    def __init__(
        self,
        say: Say,
        *,
        credentials: grpc.ServerCredentials | None = None,
        host: str = "127.0.0.1",
    ) -> None:
        self._say = say
        self._numbers = count()
        self.heard: list[Any] = []
        self.seconds: list[float] = []
        self.going = threading.Event()
        self._server = grpc.server(ThreadPoolExecutor(16))
        pb_grpc.add_EntitlementServiceServicer_to_server(self, self._server)
        port = (
            self._server.add_insecure_port("127.0.0.1:0")
            if credentials is None
            else self._server.add_secure_port("127.0.0.1:0", credentials)
        )
        self.address = f"{host}:{port}"

    def __enter__(self) -> Self:
        """The server, until the end of the block."""
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stops it."""
        self.stop()

    def stop(self) -> None:
        """Lets go of everybody, and takes no calls any more."""
        self.going.set()
        self._server.stop(0).wait()

    def hang(self) -> None:
        """Says nothing until it is stopped."""
        self.going.wait(HANGS_SECONDS)

    def _heard(self, request: Any, context: grpc.ServicerContext) -> Any:
        self.heard.append(request)
        self.seconds.append(context.time_remaining() or 0.0)
        return self._say(next(self._numbers), request, context)

    def CheckEntitlement(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Says what it is told to."""
        return self._heard(request, context)

    def BatchCheckEntitlements(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Says what it is told to."""
        return self._heard(request, context)

    def GetTimeline(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Says what it is told to."""
        return self._heard(request, context)

    def ExplainEntitlement(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Says what it is told to."""
        return self._heard(request, context)

    def ReplayEntitlement(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Says what it is told to."""
        return self._heard(request, context)

    def ListReceiptKeys(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Says what it is told to."""
        return self._heard(request, context)

    def StreamCheckEntitlements(  # noqa: N802
        self, request_iterator: Iterator[Any], context: Any
    ) -> Iterator[Any]:
        """Says what it is told to, message by message."""
        for request in request_iterator:
            yield self._heard(request, context)


def entitled(iin: str, on: date = TODAY, **other: Any) -> entitlement_pb2.Entitlement:
    """An answer as a server that is well tells it."""
    return entitlement_pb2.Entitlement(
        iin=iin,
        on_date=Date(year=on.year, month=on.month, day=on.day),
        **{"status": entitlement_pb2.ENTITLEMENT_STATUS_ENTITLED, **other},
    )


def well(_: int, request: Any, context: grpc.ServicerContext) -> Any:
    """Everybody is entitled."""
    del context
    if isinstance(request, pb.CheckEntitlementRequest):
        return pb.CheckEntitlementResponse(entitlement=entitled(request.iin))
    return answers(request, map(entitled, request.iins))


def answers(request: Any, entitlements: Iterable[entitlement_pb2.Entitlement]) -> Any:
    """The answers to a message of many persons."""
    kind = (
        pb.BatchCheckEntitlementsResponse
        if isinstance(request, pb.BatchCheckEntitlementsRequest)
        else pb.StreamCheckEntitlementsResponse
    )
    return kind(results=[pb.EntitlementResult(entitlement=each) for each in entitlements])


def refuse(
    context: grpc.ServicerContext,
    reason: str = "REGISTER_UNAVAILABLE",
    *,
    code: grpc.StatusCode = grpc.StatusCode.UNAVAILABLE,
    retry_seconds: float | None = None,
) -> NoReturn:
    """Ends a call as the service does."""
    details: list[Any] = [ErrorInfo(reason=f"ERROR_REASON_{reason}", domain="osms.kz")]
    if retry_seconds is not None:
        retry = RetryInfo()
        retry.retry_delay.FromMilliseconds(int(retry_seconds * 1000))
        details.append(retry)
    packed = [Packed() for _ in details]
    for into, detail in zip(packed, details, strict=True):
        into.Pack(detail)
    status = Status(code=code.value[0], message=f"it is {reason}", details=packed)
    context.abort_with_status(rpc_status.to_status(status))
    raise AssertionError


def unavailable(_: int, __: Any, context: grpc.ServicerContext) -> NoReturn:
    """The register is away."""
    refuse(context)
