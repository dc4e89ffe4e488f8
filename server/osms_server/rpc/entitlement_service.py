"""The service that answers whether a person is entitled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import grpc

from osms.entitlement.v1 import entitlement_service_pb2 as pb
from osms.entitlement.v1 import entitlement_service_pb2_grpc as pb_grpc
from osms.entitlement.v1.entitlement_pb2 import Entitlement
from osms_server.application.answers import Answer, Answers
from osms_server.application.receipts import ReceiptSigner
from osms_server.domain.errors import InvalidRequest, LimitExceeded, OsmsError
from osms_server.domain.identifiers import Iin
from osms_server.domain.revision import NOTHING_KNOWN, Revision
from osms_server.domain.violations import Reason
from osms_server.rpc.convert.answers import (
    entitlement_message,
    explain_message,
    receipt_key_message,
    replay_message,
    timeline_message,
)
from osms_server.rpc.convert.fields import Fields
from osms_server.rpc.errors import status_of
from osms_server.rpc.feed_streams import StreamLimits, one_ahead
from osms_server.rpc.identity import current_caller
from osms_server.rules.texts import Language, parse_language


class EntitlementService(pb_grpc.EntitlementServiceServicer):
    """Answers questions about persons and days."""

    def __init__(
        self, answers: Answers, receipts: ReceiptSigner, limits: StreamLimits, iins_max: int
    ) -> None:
        self._answers = answers
        self._receipts = receipts
        self._limits = limits
        self._iins_max = iins_max

    def CheckEntitlement(  # noqa: N802
        self, request: pb.CheckEntitlementRequest, context: grpc.ServicerContext
    ) -> pb.CheckEntitlementResponse:
        """Tells whether a person is entitled on a day."""
        del context
        fields = Fields()
        iin = fields.iin("iin", request.iin)
        on_date = fields.optional_day(request, "on_date")
        at_least = fields.revision("at_least_revision", request.at_least_revision)
        language = language_field(fields, request.language_code)
        fields.check()
        assert iin is not None
        (answer,) = self._check("CheckEntitlement", [iin], on_date, at_least)
        message = entitlement_message(answer, language)
        if request.with_receipt:
            self._sign(message, answer)
        return pb.CheckEntitlementResponse(entitlement=message)

    def BatchCheckEntitlements(  # noqa: N802
        self, request: pb.BatchCheckEntitlementsRequest, context: grpc.ServicerContext
    ) -> pb.BatchCheckEntitlementsResponse:
        """Tells it for many persons at once."""
        del context
        fields = Fields()
        at_least = fields.revision("at_least_revision", request.at_least_revision)
        return pb.BatchCheckEntitlementsResponse(
            results=self._results("BatchCheckEntitlements", request, fields, at_least)
        )

    def StreamCheckEntitlements(  # noqa: N802
        self,
        request_iterator: Iterator[pb.StreamCheckEntitlementsRequest],
        context: grpc.ServicerContext,
    ) -> Iterator[pb.StreamCheckEntitlementsResponse]:
        """Tells it for a whole list, batch by batch."""
        del context
        limits = self._limits
        for request in one_ahead(request_iterator, limits.stopping, limits.stream_idle_seconds):
            yield pb.StreamCheckEntitlementsResponse(
                results=self._results("StreamCheckEntitlements", request, Fields(), NOTHING_KNOWN)
            )

    def GetTimeline(  # noqa: N802
        self, request: pb.GetTimelineRequest, context: grpc.ServicerContext
    ) -> pb.GetTimelineResponse:
        """Shows every stretch of days of a person."""
        del context
        fields = Fields()
        iin = fields.iin("iin", request.iin)
        at_least = fields.revision("at_least_revision", request.at_least_revision)
        language = language_field(fields, request.language_code)
        fields.check()
        assert iin is not None
        caller = current_caller.get()
        timeline = self._answers.timeline(caller, "GetTimeline", iin, at_least=at_least)
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
        fields.check()
        assert iin is not None
        caller = current_caller.get()
        explained = self._answers.explained(caller, "ExplainEntitlement", iin, on_date=on_date)
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
        fields.check()
        assert iin is not None
        explained = self._answers.explained(
            current_caller.get(),
            "ReplayEntitlement",
            iin,
            on_date=on_date,
            known_time=known_time,
        )
        return replay_message(explained, language or Language.ENGLISH)

    def ListReceiptKeys(  # noqa: N802
        self, request: pb.ListReceiptKeysRequest, context: grpc.ServicerContext
    ) -> pb.ListReceiptKeysResponse:
        """Lists the public keys that verify signed receipts."""
        del request, context
        return pb.ListReceiptKeysResponse(keys=map(receipt_key_message, self._receipts.keys()))

    def _sign(self, message: Entitlement, answer: Answer) -> None:
        """Adds the signed receipt of an answer to its message."""
        message.signed_receipt = self._receipts.sign(answer, current_caller.get())

    def _check(
        self, method: str, iins: Sequence[Iin], on_date: date | None, at_least: Revision
    ) -> list[Answer]:
        caller = current_caller.get()
        return self._answers.check(caller, method, iins, on_date=on_date, at_least=at_least)

    def _results(
        self, method: str, request: Any, fields: Fields, at_least: Revision
    ) -> Iterator[pb.EntitlementResult]:
        """One result for every IIN of the request, in order; a wrong IIN has its own error."""
        on_date = fields.optional_day(request, "on_date")
        language = language_field(fields, request.language_code)
        if not request.iins:
            fields.fault("iins", Reason.REQUIRED)
        if len(request.iins) > self._iins_max:
            raise LimitExceeded("iins_max", self._iins_max, len(request.iins))
        fields.check()
        read = [_iin_or_error(text) for text in request.iins]
        valid = [iin for iin in read if isinstance(iin, int)]
        answers = iter(self._check(method, valid, on_date, at_least) if valid else ())
        for iin in read:
            if isinstance(iin, int):
                answer = next(answers)
                message = entitlement_message(answer, language)
                if request.with_receipt:
                    self._sign(message, answer)
                yield pb.EntitlementResult(entitlement=message)
            else:
                told = status_of(iin, method, language or Language.ENGLISH)
                yield pb.EntitlementResult(error=told)


def _iin_or_error(text: str) -> Iin | OsmsError:
    fields = Fields()
    iin = fields.iin("iin", text)
    return InvalidRequest(tuple(fields.violations)) if iin is None else iin


def language_field(fields: Fields, code: str) -> Language | None:
    """The language of texts; None where none was asked for."""
    language = parse_language(code) if code else None
    if code and language is None:
        fields.fault("language_code", Reason.CODE_UNKNOWN, code)
    return language
