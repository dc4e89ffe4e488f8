"""
What every call goes through on the threaded server: may it come in, and how an error is told.

One interceptor for all four shapes of RPC. Whatever its shape, a call is let in before its message
is read: who may not come in makes us read nothing. The handlers behind it raise our errors and
read the caller from `current_caller`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import wraps
from threading import Event
from typing import Any, Final

import grpc
import structlog
from google.protobuf.message import DecodeError
from google.rpc.status_pb2 import Status as RpcStatus
from grpc_status import rpc_status

from osms_common.application.acts import Act, ActKind, ActLog
from osms_common.application.callers import Caller
from osms_common.application.slots import Bytes, Room, Slots, Untaken
from osms_common.domain.errors import Busy, InvalidRequest, OsmsError, Overloaded
from osms_common.domain.violations import Reason, Violation
from osms_common.rpc.admission import Admission, Admitted
from osms_common.rpc.errors import status_of
from osms_common.rpc.feed_streams import one_ahead
from osms_common.rpc.persons import as_kept, persons_in
from osms_common.rpc.rights import Log, is_open
from osms_common.rpc.slow_callers import SlowCallers
from osms_common.texts import Language, parse_language

LANGUAGE_METADATA: Final = "accept-language"
_ANYBODY: Final = ""
"""Who holds a place without having said a name."""

log = structlog.get_logger(__name__)


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

    callers: Slots
    """For all calls, until their callers have taken the answers, so that nobody has them all."""

    open: Slots
    """For calls of open services until they are answered: their floods leave workers, too."""

    questions: tuple[str, ...] = ()
    """How the paths of questions about persons begin: who finds no place there asks elsewhere."""

    waited_for: frozenset[str] = frozenset()
    """Questions that somebody stands waiting for; they need no place."""

    def lacking(self, method: str) -> type[Busy | Overloaded]:
        """What is told when there is no place for a call of *method*."""
        return Overloaded if method.startswith(self.questions) else Busy

    @contextmanager
    def stream(self, holder: str) -> Iterator[None]:
        """A place for a stream of somebody. Busy: there is none."""
        with self.streams.place(holder), self.all.place(Busy):
            yield

    @contextmanager
    def call(self, method: str) -> Iterator[None]:
        """A place for a call that is not a stream. Overloaded, Busy: there is none."""
        if method in self.waited_for:
            yield
            return
        none = self.lacking(method)
        with self.calls.place(none), self.all.place(none):
            yield


@dataclass(frozen=True)
class Patience:
    """How long callers may be slow, and how much of what streams send may be in hand at once."""

    slow: SlowCallers
    in_hand: Bytes
    untaken: Untaken

    idle_seconds: float
    """How long a stream of an open service may send nothing."""

    stopping: Event


class Gate(grpc.ServerInterceptor):
    """Lets in who may come in, and tells errors."""

    def __init__(
        self, admission: Admission, places: Places, patience: Patience, acts: ActLog
    ) -> None:
        self._admission = admission
        self._places = places
        self._patience = patience
        self._acts = acts

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], grpc.RpcMethodHandler[Any, Any] | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """Wraps the handler of one call; open services are open to every trusted certificate."""
        handler = continuation(handler_call_details)
        method = handler_call_details.method
        if handler is None:
            return None
        if not is_open(method):
            return self._guarded(handler, method)
        return self._opened(handler, method)

    def _opened(self, handler: Any, method: str) -> grpc.RpcMethodHandler[Any, Any]:
        """A handler that anybody may call; it, too, takes its messages when it has been let in."""
        asks = "stream" if handler.request_streaming else "unary"
        answers = "stream" if handler.response_streaming else "unary"
        behaviour = getattr(handler, f"{asks}_{answers}")

        @wraps(behaviour)  # a watch of health keeps no worker, by a mark on it
        def opened(requests: Any, context: grpc.ServicerContext, *more: Any) -> Any:
            with self._told(method, context):
                name = self._admission.admit_anybody(context)
                self._hold_until_taken(name, Busy, context)
                with self._places.open.place(name):
                    return behaviour(self.one(handler, requests, context), context, *more)

        def stream(requests: Any, context: grpc.ServicerContext) -> Iterator[Any]:
            with self._told(method, context):
                name = self._admission.admit_anybody(context)
                self._hold_until_taken(name, Busy, context)
                with self._places.stream(_ANYBODY):
                    asked = self._anybodys(handler, requests, context)
                    yield from self.slowly(behaviour(asked, context), context)

        make = getattr(grpc, f"stream_{answers}_rpc_method_handler")
        wrapped: grpc.RpcMethodHandler[Any, Any] = make(
            stream if handler.request_streaming else opened,
            request_deserializer=None,
            response_serializer=handler.response_serializer,
        )
        return wrapped

    def _anybodys(self, handler: Any, requests: Iterator[bytes], context: Any) -> Iterator[Any]:
        """The messages of a stream of an open service."""
        idle = self._patience.idle_seconds
        for content in one_ahead(requests, self._patience.stopping, idle):
            self._admission.admit_anybody(context)
            yield read_message(handler.request_deserializer, content)

    def _guarded(self, handler: Any, method: str) -> grpc.RpcMethodHandler[Any, Any]:
        """A handler that takes its message itself, as bytes, when the call has been let in."""
        asks = "stream" if handler.request_streaming else "unary"
        answers = "stream" if handler.response_streaming else "unary"
        call = _Guarded(self, handler, getattr(handler, f"{asks}_{answers}"), method)
        make = getattr(grpc, f"stream_{answers}_rpc_method_handler")
        wrapped: grpc.RpcMethodHandler[Any, Any] = make(
            call.stream if handler.response_streaming else call.unary,
            request_deserializer=None,
            response_serializer=writer(handler.response_serializer),
        )
        return wrapped

    @contextmanager
    def inside(
        self, handler: Any, method: str, context: grpc.ServicerContext
    ) -> Iterator[Admitted]:
        """Runs a handler as its caller; errors end the call with their status."""
        with self._told(method, context), ExitStack() as stack:
            streams = handler.request_streaming or handler.response_streaming
            admitted = self._admission.admit(method, context, streams=streams)
            caller = admitted.caller.text
            self._hold_until_taken(caller, self._places.lacking(method), context)
            place = self._places.stream(caller) if streams else self._places.call(method)
            stack.enter_context(place)
            yield admitted
            self._patience.slow.watch(context)

    def _hold_until_taken(
        self, caller: str, none: type[Busy | Overloaded], context: grpc.ServicerContext
    ) -> None:
        """Holds a place until the call is over, and not only until we are done with it."""
        leave = self._places.callers.take(caller, none)
        if not context.add_callback(leave):
            leave()

    @contextmanager
    def _told(self, method: str, context: grpc.ServicerContext) -> Iterator[None]:
        """Errors end the call with their status."""
        try:
            yield
        except OsmsError as error:
            self._admission.told(method, error)
            _end(context, status_of(error, method, language_of(context)))
        except grpc.RpcError:
            raise
        except Exception as error:
            if not context.is_active():  # the caller has gone; there is nobody to tell
                raise
            log.exception("a call failed", method=method)
            _end(context, status_of(error, method, language_of(context)))

    def one(self, handler: Any, requests: Iterator[bytes], context: Any) -> Any:
        """The one message of a call. InvalidRequest: there is none."""
        with self._patience.slow.watched(context):
            content = next(requests, None)
        if content is None:
            raise InvalidRequest((Violation("message", Reason.REQUIRED),))
        return read_message(handler.request_deserializer, content)

    def many(
        self, handler: Any, requests: Iterator[bytes], caller: Caller, context: Any
    ) -> Iterator[Any]:
        """The messages of a stream; of all streams only so much is in hand at once."""
        with self._patience.in_hand.share() as share:
            for content in requests:
                self._admission.must_still_be(caller, context)
                share.take(len(content))
                yield read_message(handler.request_deserializer, content)

    def slowly(self, responses: Iterator[Any], context: Any) -> Iterator[Any]:
        """Responses as fast as the caller takes them; one who takes none is cut off."""
        for response in responses:
            with self._patience.slow.watched(context):
                yield response

    def held(self, admitted: Admitted, content: bytes, context: Any) -> bytes:
        """
        An answer, with room for it until its caller has taken it. Overloaded: there is none.

        What was changed is told however many answers wait: whoever is not told does it again.
        """
        if admitted.log is not Log.ACTS:
            leave = self._patience.untaken.take(admitted.caller.text, len(content))
            if not context.add_callback(leave):
                leave()
        return content

    def keep_reading(
        self, admitted: Admitted, method: str, request: Any, response: Any = None
    ) -> None:
        """Logs what is about to be told. RegisterUnavailable: it must not be."""
        if admitted.log is Log.READINGS:
            short = method.rpartition("/")[2]
            iins = persons_in(request, response)
            act = Act(admitted.caller, short, ActKind.READING, request=as_kept(request), iins=iins)
            self._acts.keep(act)


@dataclass(frozen=True)
class _Guarded:
    """One handler behind the gate."""

    gate: Gate
    handler: Any
    behaviour: Any
    method: str

    def unary(self, requests: Iterator[bytes], context: grpc.ServicerContext) -> Any:
        """Answers with one message."""
        with self.gate.inside(self.handler, self.method, context) as admitted:
            if self.handler.request_streaming:
                caller = admitted.caller
                return self.behaviour(
                    self.gate.many(self.handler, requests, caller, context), context
                )
            request = self.gate.one(self.handler, requests, context)
            response = self.behaviour(request, context)
            self.gate.keep_reading(admitted, self.method, request, response)
            content = writer(self.handler.response_serializer)(response)
            return self.gate.held(admitted, content, context)

    def stream(self, requests: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[Any]:
        """Answers with many."""
        with self.gate.inside(self.handler, self.method, context) as admitted:
            if self.handler.request_streaming:
                asked: Any = self.gate.many(self.handler, requests, admitted.caller, context)
                responses = self.behaviour(asked, context)
            else:
                asked = self.gate.one(self.handler, requests, context)
                responses = self.behaviour(asked, context)  # refuses at once what it cannot read
                self.gate.keep_reading(admitted, self.method, asked)
            yield from self.gate.slowly(responses, context)


def writer(write: Callable[[Any], bytes]) -> Callable[[Any], bytes]:
    """Writes a response; what is written already stays as it is."""
    return lambda response: response if type(response) is bytes else write(response)


def read_message(read: Callable[[bytes], Any], content: bytes) -> Any:
    """The request. InvalidRequest: what arrived was none."""
    try:
        return read(content)
    except (DecodeError, ValueError) as error:
        raise InvalidRequest((Violation("message", Reason.UNREADABLE, "protobuf"),)) from error


def _end(context: grpc.ServicerContext, status: RpcStatus) -> None:
    context.abort_with_status(rpc_status.to_status(status))


def language_of(context: Any) -> Language:
    """The language of error texts that the caller asks for; English where it asks for none."""
    told = dict(context.invocation_metadata() or ()).get(LANGUAGE_METADATA, "")
    text = told.decode(errors="replace") if isinstance(told, bytes) else told
    return parse_language(text.split(",")[0]) or Language.ENGLISH
