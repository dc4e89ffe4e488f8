"""
What every call goes through: who calls, may they, and how an error is told.

One interceptor for all four shapes of RPC. The handlers behind it raise our errors and read the
caller from `current_caller`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Final, Protocol

import grpc
import structlog
from google.protobuf.message import DecodeError
from google.rpc.status_pb2 import Status as RpcStatus
from grpc_status import rpc_status

from osms_server.application.callers import Caller
from osms_server.application.slots import Room, Slots
from osms_server.domain.errors import Busy, InvalidRequest, OsmsError, Overloaded
from osms_server.domain.violations import Reason, Violation
from osms_server.rpc.authorisation import authorise, is_open
from osms_server.rpc.errors import status_of
from osms_server.rpc.identity import current_caller
from osms_server.rules.texts import Language, parse_language

LANGUAGE_METADATA: Final = "accept-language"
_ANYBODY: Final = ""
"""Who holds a place without having said a name."""

_QUESTIONS: Final = "/osms.entitlement.v1.EntitlementService/"
_ABOUT_A_PATIENT: Final = f"{_QUESTIONS}CheckEntitlement"

log = structlog.get_logger(__name__)


class Identity(Protocol):
    """Tells who calls."""

    def caller(self, context: grpc.ServicerContext) -> Caller:
        """The caller. CallerUnknown: nobody who is known."""


@dataclass(frozen=True)
class Places:
    """
    The places for all that may keep a worker for long, so that who asks about a patient finds one.

    A stream does so for as long as the caller likes, a list until it is signed, and any other call
    for as long as PostgreSQL hangs. Who asks about a patient waits at the desk, and has an end.
    """

    streams: Slots
    calls: Room
    all: Room
    """For both together."""

    @contextmanager
    def stream(self, holder: str) -> Iterator[None]:
        """A place for a stream of somebody. Busy: there is none."""
        with self.streams.place(holder), self.all.place(Busy):
            yield

    @contextmanager
    def call(self, method: str) -> Iterator[None]:
        """A place for a call that is not a stream. Overloaded, Busy: there is none."""
        none = Overloaded if method.startswith(_QUESTIONS) else Busy
        with self.calls.place(none), self.all.place(none):
            yield


class Gate(grpc.ServerInterceptor):
    """Lets in who may come in, and tells errors."""

    def __init__(self, identity: Identity, places: Places) -> None:
        self._identity = identity
        self._places = places

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], grpc.RpcMethodHandler[Any, Any] | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """Wraps the handler of one call; open services are left as they are."""
        handler = continuation(handler_call_details)
        method = handler_call_details.method
        if handler is None:
            return None
        if not is_open(method):
            return self._guarded(handler, method)
        return self._with_place(handler, method) if handler.request_streaming else handler

    def _with_place(self, handler: Any, method: str) -> grpc.RpcMethodHandler[Any, Any]:
        """A stream of an open service: whoever calls, all have together what one caller has."""

        def stream(requests: Any, context: grpc.ServicerContext) -> Iterator[Any]:
            with _told(method, context), self._places.stream(_ANYBODY):
                yield from handler.stream_stream(requests, context)

        wrapped: grpc.RpcMethodHandler[Any, Any] = grpc.stream_stream_rpc_method_handler(
            stream,
            request_deserializer=handler.request_deserializer,
            response_serializer=handler.response_serializer,
        )
        return wrapped

    def _guarded(self, handler: Any, method: str) -> grpc.RpcMethodHandler[Any, Any]:
        asks = "stream" if handler.request_streaming else "unary"
        answers = "stream" if handler.response_streaming else "unary"
        behaviour = getattr(handler, f"{asks}_{answers}")

        arrived = _stream_of if handler.request_streaming else _one

        def unary(request: Any, context: grpc.ServicerContext) -> Any:
            with self._inside(handler, method, context):
                return behaviour(arrived(request), context)

        def stream(request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
            with self._inside(handler, method, context):
                yield from behaviour(arrived(request), context)

        make = getattr(grpc, f"{asks}_{answers}_rpc_method_handler")
        wrapped: grpc.RpcMethodHandler[Any, Any] = make(
            stream if handler.response_streaming else unary,
            request_deserializer=_reader(handler.request_deserializer),
            response_serializer=writer(handler.response_serializer),
        )
        return wrapped

    @contextmanager
    def _inside(self, handler: Any, method: str, context: grpc.ServicerContext) -> Iterator[None]:
        """Runs a handler as its caller; errors end the call with their status."""
        with _told(method, context), ExitStack() as stack:
            caller = self._identity.caller(context)
            authorise(caller, method)
            current_caller.set(caller)
            if handler.request_streaming:
                stack.enter_context(self._places.stream(caller.text))
            elif method != _ABOUT_A_PATIENT:
                stack.enter_context(self._places.call(method))
            yield


class _NoMessage:
    """What arrived was no message of the contract."""


def writer(write: Callable[[Any], bytes]) -> Callable[[Any], bytes]:
    """Writes a response; what is written already stays as it is."""
    return lambda response: response if type(response) is bytes else write(response)


def _reader(read: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    """Reads a request; what fails here would be told as our failure, so it is told later."""

    def reader(content: bytes) -> Any:
        try:
            return read(content)
        except (DecodeError, ValueError):
            return _NoMessage()

    return reader


def _one(request: Any) -> Any:
    """The request. InvalidRequest: what arrived was none."""
    if isinstance(request, _NoMessage):
        raise InvalidRequest((Violation("message", Reason.UNREADABLE, "protobuf"),))
    return request


def _stream_of(requests: Iterator[Any]) -> Iterator[Any]:
    return map(_one, requests)


@contextmanager
def _told(method: str, context: grpc.ServicerContext) -> Iterator[None]:
    """Errors end the call with their status."""
    try:
        yield
    except OsmsError as error:
        _end(context, status_of(error, method, _language(context)))
    except grpc.RpcError:
        raise
    except Exception as error:
        if not context.is_active():  # the caller has gone; there is nobody to tell
            raise
        log.exception("a call failed", method=method)
        _end(context, status_of(error, method, _language(context)))


def _end(context: grpc.ServicerContext, status: RpcStatus) -> None:
    context.abort_with_status(rpc_status.to_status(status))


def language_of(context: grpc.ServicerContext) -> Language:
    """The language of error texts that the caller asks for; English where it asks for none."""
    return _language(context)


def _language(context: grpc.ServicerContext) -> Language:
    told = dict(context.invocation_metadata() or ()).get(LANGUAGE_METADATA, "")
    text = told.decode() if isinstance(told, bytes) else told
    return parse_language(text.split(",")[0]) or Language.ENGLISH
