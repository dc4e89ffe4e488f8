"""Events as the lines that senders send, and how they are connected to the service."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Final, Self

import grpc
from google.protobuf.message import Message
from grpc_status import rpc_status

from osms_cli.scenario.records import category_message, payment_message, roster_change_message
from osms_client import Ack, NamedCaller, OsmsError, _reading, _writing
from osms_client.errors import from_rpc_error
from tests.oracle.script import Event
from tests.rpc.sending import CATEGORIES, CHANGES, PAYMENTS, FeedShape
from tests.rpc.streams import OpenStream
from tests.simulation.story import Kind
from tests.simulation.what_was_acknowledged import require

SHAPES: Final = {Kind.CATEGORIES: CATEGORIES, Kind.PAYMENTS: PAYMENTS, Kind.ROSTER: CHANGES}

_WENT_DOWN: Final = frozenset({"REGISTER_UNAVAILABLE", "SHUTTING_DOWN"})
"""What the service may say where a process was killed."""


def record_of(kind: Kind, event: Event) -> Message:
    """The line of a feed that tells an event."""
    told, payload = str(event["type"]), event["payload"]
    match kind:
        case Kind.CATEGORIES:
            return _writing.category_record(category_message(told, payload))
        case Kind.PAYMENTS:
            return _writing.payment_record(payment_message(told, payload))
        case _:
            return _writing.roster_change_record(roster_change_message(told, payload))


def refusal(error: grpc.RpcError) -> OsmsError | None:
    """What the service says against a batch; None where the line is broken."""
    call: Any = error
    told = from_rpc_error(error)
    if rpc_status.from_call(call) is None:
        late = call.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        require(not late, "the service does not answer", str(told))
        return None
    require(told.reason != "INTERNAL", "the service failed", str(told), told.details)
    return None if told.reason in _WENT_DOWN else told


class Line:
    """One connection of a sender to its feed, on a channel of its own."""

    def __init__(self, address: str, name: str, shape: FeedShape) -> None:
        options = [("grpc.enable_retries", 0)]
        self._channel = NamedCaller(name).channel(address, options)
        self._stream = OpenStream(shape.method(self._channel))
        self._shape = shape

    def __enter__(self) -> Self:
        """The line, until the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Cuts the line, with what is on its way."""
        self._stream.cut()
        self._channel.close()

    def open(self) -> int:
        """Opens the feed; the position from which it goes on."""
        self._stream.send(self._shape.opening())
        return int(self._stream.receive().ready.next_position)

    def send(self, first: int, records: list[Any]) -> None:
        """Sends a batch."""
        self._stream.send(self._shape.records_of(first, records))

    def ack(self) -> Ack:
        """The next acknowledgement."""
        return _reading.ack(self._stream.receive().ack)
