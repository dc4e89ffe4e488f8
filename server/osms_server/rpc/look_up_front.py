"""
The front of a process that only looks up: the service of answers on an event loop.

One loop reads, asks at the desk and answers, without a thread for each caller. What the Fund asks
about one person (a timeline, an explanation, a replay) takes the whole register, which whoever
only looks up may not read: it is refused here, and served by the whole server. Who calls, may
they, and how an error is told: as everywhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, Final

import grpc
import structlog
from google.protobuf.message_factory import GetMessageClass

from osms.entitlement.v1 import entitlement_service_pb2 as pb
from osms_common.application.callers import Caller
from osms_common.application.slots import Slots, Untaken
from osms_common.domain.errors import (
    NotServedHere,
    Overloaded,
)
from osms_common.rpc.admission import Admission
from osms_common.rpc.exchange import Exchange
from osms_common.rpc.identity import current_caller
from osms_common.rpc.interception import read_message, writer
from osms_common.rpc.open_front import OpenPlaces, end
from osms_server.application.desk import Desk
from osms_server.application.receipts import ReceiptSigner
from osms_server.rpc.entitlement_service import LookUpLimits, receipt_keys_response
from osms_server.rpc.look_ups import (
    answer_many,
    answer_one,
    asked_about_many,
    asked_about_one,
    seconds_for,
)

_SERVICE: Final = pb.DESCRIPTOR.services_by_name["EntitlementService"]
_AHEAD: Final = 2
"""Of one stream so many lists are worked on while the answers to those before are sent."""
_THREADS: Final = 8
"""So many lists at once are signed, or keys read from their folder, while the loop goes on."""

log = structlog.get_logger(__name__)

Handler = Callable[[Any, Any], Awaitable[Any]]


@dataclass(frozen=True)
class FrontLimits:
    """How many streams and calls there may be, and how much may wait for callers to take it."""

    streams: Slots
    callers: Slots
    """For all calls, until their callers have taken the answers."""
    untaken: Untaken


class LookUpFront:
    """Answers look-ups on the loop that runs."""

    def __init__(
        self,
        desk: Desk,
        receipts: ReceiptSigner,
        admission: Admission,
        front: FrontLimits,
        limits: LookUpLimits,
        exchange: Exchange,
    ) -> None:
        self._desk = desk
        self._receipts = receipts
        self.admission = admission
        self._front = front
        self._limits = limits
        self._sign = receipts.sign
        self._exchange = exchange
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="signing")

    @property
    def places(self) -> OpenPlaces:
        """The places that open services share."""
        return OpenPlaces(self._front.callers, self._front.streams)

    def handlers(self) -> grpc.GenericRpcHandler:
        """The service, for a server of grpc.aio."""
        own: dict[str, Handler] = {
            "CheckEntitlement": self._check,
            "BatchCheckEntitlements": self._batch,
            "ListReceiptKeys": self._keys,
        }
        handlers: dict[str, Any] = {}
        for method in _SERVICE.methods:
            path = f"/{_SERVICE.full_name}/{method.name}"
            if method.client_streaming:
                handlers[method.name] = self._streamed(path)
            else:
                behaviour = own.get(method.name, _not_served)
                handlers[method.name] = self._guarded(path, method, behaviour)
        return grpc.method_handlers_generic_handler(_SERVICE.full_name, handlers)

    async def _check(self, request: Any, context: Any) -> bytes:
        asked = asked_about_one(request, current_caller.get())
        reply = await self._desk.ask(asked.question, self._seconds(context))
        return answer_one(asked, reply, self._sign)

    async def _batch(self, request: Any, context: Any) -> bytes:
        caller, seconds = current_caller.get(), self._seconds(context)
        return await self._many("BatchCheckEntitlements", request, caller, seconds)

    async def _many(self, method: str, request: Any, caller: Caller, seconds: float) -> bytes:
        asked = asked_about_many(request, caller, method, self._limits.iins_max)
        reply = None
        if asked.question.iins:
            reply = await self._desk.ask_list(asked.question, seconds)
        if asked.with_receipt:  # a thousand signatures take a while
            signed: bytes = await self._threaded(answer_many, asked, reply, self._sign)
            return signed
        return answer_many(asked, reply, self._sign)

    async def _keys(self, _: Any, __: Any) -> Any:
        return receipt_keys_response(await self._threaded(self._receipts.keys))

    async def _threaded(self, does: Callable[..., Any], *arguments: Any) -> Any:
        run = copy_context().run
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, run, does, *arguments)

    def _guarded(self, path: str, method: Any, behaviour: Handler) -> Any:
        read = GetMessageClass(method.input_type).FromString
        write = GetMessageClass(method.output_type).SerializeToString

        # As a stream of one message: the call is let in before that is read.
        async def unary(_: object, context: Any) -> Any:
            try:
                caller, held = self._let_in(path, context, streams=False)
                request = read_message(read, await self._exchange.one(context))
                answer = writer(write)(await behaviour(request, context))
                held.append(self._front.untaken.take(caller.text, len(answer)))
            except Exception as error:  # noqa: BLE001 - told to the caller, and logged
                await end(context, error, path, self.admission)
            else:
                return answer

        return grpc.stream_unary_rpc_method_handler(unary)

    def _streamed(self, path: str) -> Any:
        read = pb.StreamCheckEntitlementsRequest.FromString

        # No generator: where the caller goes, it is ended here and now, and gives all back.
        async def stream(requests: AsyncIterator[bytes], context: Any) -> None:
            try:
                caller, held = self._let_in(path, context, streams=True)
                held.append(self._front.streams.take(caller.text))
                await self._listed(requests, read, caller, context)
            except Exception as error:  # noqa: BLE001 - told to the caller, and logged
                await end(context, error, path, self.admission)

        return grpc.stream_stream_rpc_method_handler(stream)

    async def _listed(
        self,
        requests: AsyncIterator[bytes],
        read: Callable[[bytes], Any],
        caller: Caller,
        context: Any,
    ) -> None:
        """Answers in order; the next lists are read and asked about while one is sent."""
        under_way: asyncio.Queue[asyncio.Task[bytes] | None] = asyncio.Queue()
        room = asyncio.Semaphore(1 + _AHEAD)

        async def take() -> None:
            try:
                while (content := await self._exchange.next(requests)) is not None:
                    self.admission.must_still_be(caller, context)
                    await room.acquire()
                    request, seconds = read_message(read, content), self._seconds(context)
                    doing = self._many("StreamCheckEntitlements", request, caller, seconds)
                    under_way.put_nowait(asyncio.create_task(doing))
                under_way.put_nowait(None)
            except Exception as error:  # noqa: BLE001 - told in its turn, after what came before
                under_way.put_nowait(asyncio.create_task(_raising(error)))

        taking = asyncio.create_task(take())
        try:
            while (doing := await under_way.get()) is not None:
                await self._exchange.write(context, await doing, caller.text)
                room.release()
        finally:
            await _ended(taking)
            while not under_way.empty():
                if (left := under_way.get_nowait()) is not None:
                    await _ended(left)

    def _let_in(
        self, path: str, context: Any, *, streams: bool
    ) -> tuple[Caller, list[Callable[[], None]]]:
        """
        Lets a call in: who calls, and what gives back each place that it holds once it is over.

        Raises as `Admission.admit`. Overloaded: its caller has too many.
        """
        caller = self.admission.admit(path, context, streams=streams).caller
        held = [self._front.callers.take(caller.text, Overloaded)]
        context.add_done_callback(lambda _: [give_back() for give_back in held])
        return caller, held

    def _seconds(self, context: Any) -> float:
        return seconds_for(context.time_remaining(), self._limits.seconds_max)


async def _not_served(_: Any, __: Any) -> Any:
    raise NotServedHere


async def _ended(task: asyncio.Task[Any]) -> None:
    """Ends a task whose outcome nobody asks for any more."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _raising(error: Exception) -> bytes:
    raise error
