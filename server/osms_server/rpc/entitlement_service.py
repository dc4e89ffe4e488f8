"""The service that answers whether a person is entitled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, cast

import grpc

from osms.entitlement.v1 import entitlement_service_pb2 as pb
from osms.entitlement.v1 import entitlement_service_pb2_grpc as pb_grpc
from osms_common.application.slots import Limit, Room
from osms_common.rpc.feed_streams import StreamLimits, one_ahead
from osms_common.rpc.fields import Fields
from osms_common.rpc.identity import current_caller
from osms_common.texts import Language
from osms_server.application.answers import Answers
from osms_server.application.desk import Question, Reply
from osms_server.application.receipts import ReceiptKey, ReceiptSigner
from osms_server.rpc.convert.answers import (
    explain_message,
    receipt_key_message,
    replay_message,
    timeline_message,
)
from osms_server.rpc.look_ups import (
    answer_many,
    answer_one,
    asked_about_many,
    asked_about_one,
    language_field,
    purpose_field,
    seconds_for,
)


class AtDesk(Protocol):
    """The desk, for those who wait for it in a thread."""

    def ask(self, question: Question, seconds: float) -> Reply:
        """The answer about a patient; errors as the desk says."""

    def ask_list(self, question: Question, seconds: float) -> Reply:
        """The answers about the persons of a list; the same."""


@dataclass(frozen=True)
class LookUpLimits:
    """How many persons a message may ask about, how long answers may take, and lists at once."""

    iins_max: int
    seconds_max: float
    lists: Limit
    """Each keeps a worker until it is signed; whoever asks about a patient finds one, too."""


class EntitlementService(pb_grpc.EntitlementServiceServicer):
    """
    Answers questions about persons and days.

    Responses to look-ups are written here already; the gate's serializer leaves them as they are.
    """

    def __init__(
        self,
        desk: AtDesk,
        answers: Answers,
        receipts: ReceiptSigner,
        streams: StreamLimits,
        limits: LookUpLimits,
    ) -> None:
        self._desk = desk
        self._answers = answers
        self._receipts = receipts
        self._streams = streams
        self._limits = limits
        self._lists = Room(limits.lists)

    def CheckEntitlement(  # noqa: N802
        self, request: pb.CheckEntitlementRequest, context: grpc.ServicerContext
    ) -> pb.CheckEntitlementResponse:
        """Tells whether a person is entitled on a day."""
        asked = asked_about_one(request, current_caller.get())
        reply = self._desk.ask(asked.question, self._seconds(context))
        return cast("pb.CheckEntitlementResponse", answer_one(asked, reply, self._receipts.sign))

    def BatchCheckEntitlements(  # noqa: N802
        self, request: pb.BatchCheckEntitlementsRequest, context: grpc.ServicerContext
    ) -> pb.BatchCheckEntitlementsResponse:
        """Tells it for many persons at once."""
        seconds = self._seconds(context)
        return cast(
            "pb.BatchCheckEntitlementsResponse",
            self._many("BatchCheckEntitlements", request, seconds),
        )

    def StreamCheckEntitlements(  # noqa: N802
        self,
        request_iterator: Iterator[pb.StreamCheckEntitlementsRequest],
        context: grpc.ServicerContext,
    ) -> Iterator[pb.StreamCheckEntitlementsResponse]:
        """Tells it for a whole list, batch by batch."""
        limits = self._streams
        for request in one_ahead(request_iterator, limits.stopping, limits.stream_idle_seconds):
            yield cast(
                "pb.StreamCheckEntitlementsResponse",
                self._many("StreamCheckEntitlements", request, self._seconds(context)),
            )

    def _many(self, method: str, request: Any, seconds: float) -> bytes:
        asked = asked_about_many(request, current_caller.get(), method, self._limits.iins_max)
        with self._lists.place():
            reply = None
            if asked.question.iins:
                reply = self._desk.ask_list(asked.question, seconds)
            return answer_many(asked, reply, self._receipts.sign)

    def _seconds(self, context: grpc.ServicerContext) -> float:
        return seconds_for(context.time_remaining(), self._limits.seconds_max)

    def GetTimeline(  # noqa: N802
        self, request: pb.GetTimelineRequest, context: grpc.ServicerContext
    ) -> pb.GetTimelineResponse:
        """Shows every stretch of days of a person."""
        del context
        fields = Fields()
        iin = fields.iin("iin", request.iin)
        at_least = fields.revision("at_least_revision", request.at_least_revision)
        language = language_field(fields, request.language_code)
        purpose = purpose_field(fields, request.purpose)
        fields.check()
        assert iin is not None
        timeline = self._answers.timeline(
            current_caller.get(), "GetTimeline", iin, purpose=purpose, at_least=at_least
        )
        return timeline_message(timeline, language)

    def ExplainEntitlement(  # noqa: N802
        self, request: pb.ExplainEntitlementRequest, context: grpc.ServicerContext
    ) -> pb.ExplainEntitlementResponse:
        """Explains one day of a person."""
        del context
        fields = Fields()
        iin = fields.iin("iin", request.iin)
        on_date = fields.optional_day(request, "on_date")
        language = language_field(fields, request.language_code)
        purpose = purpose_field(fields, request.purpose)
        fields.check()
        assert iin is not None
        explained = self._answers.explained(
            current_caller.get(), "ExplainEntitlement", iin, purpose=purpose, on_date=on_date
        )
        return explain_message(explained, language or Language.ENGLISH)

    def ReplayEntitlement(  # noqa: N802
        self, request: pb.ReplayEntitlementRequest, context: grpc.ServicerContext
    ) -> pb.ReplayEntitlementResponse:
        """Answers for a day as it was known at an earlier instant."""
        del context
        fields = Fields()
        iin = fields.iin("iin", request.iin)
        on_date = fields.optional_day(request, "on_date")
        known_time = fields.instant(request, "known_time")
        language = language_field(fields, request.language_code)
        purpose = purpose_field(fields, request.purpose)
        fields.check()
        assert iin is not None
        explained = self._answers.explained(
            current_caller.get(),
            "ReplayEntitlement",
            iin,
            purpose=purpose,
            on_date=on_date,
            known_time=known_time,
        )
        return replay_message(explained, language or Language.ENGLISH)

    def ListReceiptKeys(  # noqa: N802
        self, request: pb.ListReceiptKeysRequest, context: grpc.ServicerContext
    ) -> pb.ListReceiptKeysResponse:
        """Lists the public keys that verify signed receipts."""
        del request, context
        return receipt_keys_response(self._receipts.keys())


def receipt_keys_response(keys: Iterable[ReceiptKey]) -> pb.ListReceiptKeysResponse:
    """Public keys as the contract has them."""
    return pb.ListReceiptKeysResponse(keys=map(receipt_key_message, keys))
