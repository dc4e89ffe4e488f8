"""The repair queue."""

from __future__ import annotations

import grpc

from osms.entitlement.v1 import operations_service_pb2 as pb
from osms_common.domain.codes import FeedKind
from osms_common.domain.revision import revision_token
from osms_common.domain.violations import Reason
from osms_common.rpc.feed_streams import outcome_message
from osms_common.rpc.fields import Fields
from osms_common.rpc.identity import current_caller
from osms_common.rpc.interception import language_of
from osms_common.rpc.pages import page_of, page_uuid
from osms_server.application.ports import Transaction
from osms_server.application.repair import (
    close_rejection,
    find_open,
    rejection_history,
    resubmit,
    visible_to,
)
from osms_server.application.rows import RejectionFilter, RejectionState
from osms_server.rpc.convert import operations as convert
from osms_server.rpc.operations.parts import Part


class RepairPart(Part):
    """Lists, shows, counts, corrects and closes rejected lines."""

    def ListRejections(  # noqa: N802
        self, request: pb.ListRejectionsRequest, context: grpc.ServicerContext
    ) -> pb.ListRejectionsResponse:
        """Lists the repair queue."""
        fields = Fields()
        wanted = RejectionFilter(
            fields.optional_enum("feed_kind", request.feed_kind, FeedKind),
            fields.text("sender", request.sender),
            fields.optional_enum("state", request.state, RejectionState),
            fields.text("reason", request.reason),
        )
        page = page_of(request, fields, self._pages)
        before = page_uuid(page, fields)
        fields.check()
        wanted = visible_to(current_caller.get(), wanted)
        with self._register.read() as reading:
            rows = reading.repair.page(wanted, page.size + 1, before)
        language = language_of(context)
        rejections, token = page.fitting(
            rows,
            lambda row: row.rejection_id,
            lambda row: convert.rejection_message(row, language),
        )
        return pb.ListRejectionsResponse(rejections=rejections, next_page_token=token)

    def ResubmitRejection(  # noqa: N802
        self, request: pb.ResubmitRejectionRequest, context: grpc.ServicerContext
    ) -> pb.ResubmitRejectionResponse:
        """Sends a rejected line again, corrected."""
        fields = Fields()
        rejection_id = fields.uuid("rejection_id", request.rejection_id)
        if request.WhichOneof("line") is None:
            fields.fault("line", Reason.REQUIRED)
        caller, language = current_caller.get(), language_of(context)

        def respond(tx: Transaction) -> pb.ResubmitRejectionResponse:
            assert rejection_id is not None
            rejection = find_open(tx, caller, rejection_id)
            line = convert.corrected_line(request, rejection, self._record_bytes_max)
            outcome = resubmit(tx, self._mutations.law.parameters, caller, rejection, line)
            return pb.ResubmitRejectionResponse(
                outcome=outcome_message(outcome, language),
                revision=revision_token(tx.revision),
            )

        return self._mutations.perform(request, fields, respond, pb.ResubmitRejectionResponse())

    def GetRejection(  # noqa: N802
        self, request: pb.GetRejectionRequest, context: grpc.ServicerContext
    ) -> pb.GetRejectionResponse:
        """Shows a rejected line with its history."""
        fields = Fields()
        rejection_id = fields.uuid("rejection_id", request.rejection_id)
        fields.check()
        assert rejection_id is not None
        with self._register.read() as reading:
            history = rejection_history(reading, current_caller.get(), rejection_id)
        return convert.history_message(history, language_of(context))

    def CloseRejection(  # noqa: N802
        self, request: pb.CloseRejectionRequest, context: grpc.ServicerContext
    ) -> pb.CloseRejectionResponse:
        """Closes a rejected line that will not be sent again."""
        fields = Fields()
        rejection_id = fields.uuid("rejection_id", request.rejection_id)
        reason = fields.text("reason", request.reason, required=True)
        caller, language = current_caller.get(), language_of(context)

        def respond(tx: Transaction) -> pb.CloseRejectionResponse:
            assert rejection_id is not None
            row = close_rejection(tx, caller, rejection_id, reason)
            return pb.CloseRejectionResponse(rejection=convert.rejection_message(row, language))

        return self._mutations.perform(request, fields, respond, pb.CloseRejectionResponse())

    def CountRejections(  # noqa: N802
        self, request: pb.CountRejectionsRequest, context: grpc.ServicerContext
    ) -> pb.CountRejectionsResponse:
        """Counts the repair queue by sender, kind of feed, state and reason."""
        del context
        fields = Fields()
        state = fields.optional_enum("state", request.state, RejectionState)
        fields.check()
        wanted = visible_to(current_caller.get(), RejectionFilter(state=state))
        with self._register.read() as reading:
            counts = reading.repair.counts(wanted)
        return pb.CountRejectionsResponse(
            counts=[convert.rejection_count_message(count) for count in counts]
        )
