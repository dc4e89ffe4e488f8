"""
Health and reflection on an event loop: open to every trusted certificate, and to no flood.

They are let in before their messages are read, have the limits of all other calls, and are cut
off when they are slow, as on the threaded server.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any, Final

import grpc
import structlog
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_status import rpc_status

from osms_common.application.slots import Slots
from osms_common.domain.errors import OsmsError, Overloaded
from osms_common.rpc.admission import Admission
from osms_common.rpc.errors import status_of
from osms_common.rpc.exchange import Exchange
from osms_common.rpc.health import NOT_OFFERED, list_response
from osms_common.rpc.interception import language_of, read_message
from osms_common.rpc.rights import is_open

log = structlog.get_logger(__name__)

Status = health_pb2.HealthCheckResponse

GONE: Final = grpc.aio.InternalError
"""gRPC could not send an answer: the caller has gone, or was cut off while it did not read."""
_ANYBODY: Final = ""
"""Who holds a stream of an open service: all together have what one caller has."""


@dataclass(frozen=True)
class OpenPlaces:
    """The places for all calls, and for streams, which open services share with all others."""

    callers: Slots
    streams: Slots


class OpenGate(grpc.aio.ServerInterceptor):
    """Lets whoever has a trusted certificate call the open services, health and reflection."""

    def __init__(self, admission: Admission, places: OpenPlaces, exchange: Exchange) -> None:
        self._admission = admission
        self._places = places
        self._exchange = exchange

    async def intercept_service(self, continuation: Any, handler_call_details: Any) -> Any:
        """Wraps the handler of an open service; the others are guarded by themselves."""
        handler = await continuation(handler_call_details)
        method = handler_call_details.method
        if handler is None or not is_open(method):
            return handler

        async def opened(requests: AsyncIterator[bytes], context: Any) -> None:
            try:
                name = self._let_in(handler, context)
                async for answer in self._answers(handler, requests, context):
                    content = handler.response_serializer(answer)
                    await self._exchange.write(context, content, name)
            except Exception as error:  # noqa: BLE001 - told to the caller, and logged
                await end(context, error, method, self._admission)

        return grpc.stream_stream_rpc_method_handler(opened)

    def _let_in(self, handler: Any, context: Any) -> str:
        name = self._admission.admit_anybody(context)
        places = [self._places.callers.take(name, Overloaded)]
        context.add_done_callback(lambda _: [leave() for leave in places])
        if handler.response_streaming:
            places.append(self._places.streams.take(_ANYBODY))
        return name

    async def _answers(
        self, handler: Any, requests: AsyncIterator[bytes], context: Any
    ) -> AsyncIterator[Any]:
        if handler.request_streaming:
            answers = handler.stream_stream(self._many(handler, requests, context), context)
        else:
            request = read_message(handler.request_deserializer, await self._exchange.one(context))
            if not handler.response_streaming:
                yield await handler.unary_unary(request, context)
                return
            answers = handler.unary_stream(request, context)
        async for answer in answers:
            yield answer

    async def _many(
        self, handler: Any, requests: AsyncIterator[bytes], context: Any
    ) -> AsyncIterator[Any]:
        while (content := await self._exchange.next(requests)) is not None:
            self._admission.admit_anybody(context)
            yield read_message(handler.request_deserializer, content)


async def end(context: Any, error: Exception, path: str, admission: Admission) -> None:
    """Ends a call with the status of an error; one whose caller has gone, as he ended it."""
    if isinstance(error, grpc.aio.AbortError):
        raise error
    if isinstance(error, GONE):
        log.info("a caller has gone", method=path)
        raise asyncio.CancelledError from error
    if not isinstance(error, OsmsError):
        log.error("a call failed", method=path, exc_info=True)  # noqa: LOG014 - it is called in one
    admission.told(path, error)
    told = rpc_status.to_status(status_of(error, path, language_of(context)))
    await context.abort(told.code, told.details, told.trailing_metadata)


class HealthFront(health_pb2_grpc.HealthServicer):
    """The health of services, all of which serve until the process is about to stop."""

    def __init__(self, names: Iterable[str]) -> None:
        self._status = dict.fromkeys(names, Status.SERVING)
        self._stopping = asyncio.Event()

    def enter_graceful_shutdown(self) -> None:
        """Tells everybody that nothing is served any more, and waits for nobody to hear it."""
        self._status = dict.fromkeys(self._status, Status.NOT_SERVING)
        self._stopping.set()

    async def Check(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Tells the health of one service."""
        status = self._status.get(request.service)
        if status is None:
            await context.abort(grpc.StatusCode.NOT_FOUND, NOT_OFFERED)
        return Status(status=status)

    async def List(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Tells the health of all services."""
        del request, context
        return list_response(self._status)

    async def Watch(self, request: Any, context: Any) -> AsyncIterator[Any]:  # noqa: N802
        """Tells it now and when it changes, for as long as the caller likes."""
        del context
        name = request.service
        yield Status(status=self._status.get(name, Status.SERVICE_UNKNOWN))
        await self._stopping.wait()
        if name in self._status:
            yield Status(status=self._status[name])
        await asyncio.Event().wait()
