"""What is held for approval, and withdrawals, which always are."""

from __future__ import annotations

import grpc

from osms.entitlement.v1 import operations_service_pb2 as pb
from osms_common.domain.codes import FeedKind, Outcome
from osms_common.domain.deliveries import FeedId
from osms_common.domain.identifiers import identifier_text
from osms_common.domain.revision import revision_token
from osms_common.domain.violations import Reason
from osms_common.rpc.fields import Fields
from osms_common.rpc.identity import current_caller
from osms_common.rpc.pages import page_iin, page_of, page_uuid
from osms_server.application import approvals
from osms_server.application.ports import Transaction
from osms_server.application.rows import HeldState
from osms_server.application.withdrawals import Withdrawal, ask_withdrawal
from osms_server.rpc.convert import operations as convert
from osms_server.rpc.look_ups import purpose_field
from osms_server.rpc.operations.parts import Part


class ApprovalPart(Part):
    """Lists, previews, approves and declines what is held."""

    def ListHeldBatches(  # noqa: N802
        self, request: pb.ListHeldBatchesRequest, context: grpc.ServicerContext
    ) -> pb.ListHeldBatchesResponse:
        """Lists what waits for a supervisor's approval, and what was decided."""
        del context
        fields = Fields()
        state = fields.optional_enum("state", request.state, HeldState)
        page = page_of(request, fields, self._pages)
        before = page_uuid(page, fields)
        fields.check()
        with self._register.read() as reading:
            rows = reading.approvals.page(state, page.size + 1, before)
        shown, token = page.cut(rows, lambda row: row.held_batch_id)
        return pb.ListHeldBatchesResponse(
            held_batches=[convert.held_batch_message(row) for row in shown],
            next_page_token=token,
        )

    def ApproveHeldBatch(  # noqa: N802
        self, request: pb.ApproveHeldBatchRequest, context: grpc.ServicerContext
    ) -> pb.ApproveHeldBatchResponse:
        """Approves what is held."""
        del context
        fields = Fields()
        held_batch_id = fields.uuid("held_batch_id", request.held_batch_id)
        caller = current_caller.get()

        def respond(tx: Transaction) -> pb.ApproveHeldBatchResponse:
            assert held_batch_id is not None
            decision = approvals.approve(
                tx,
                self._mutations.law.parameters,
                caller,
                held_batch_id,
                list(request.positions),
            )
            return pb.ApproveHeldBatchResponse(
                held_batch=convert.held_batch_message(decision.row),
                approved_count=decision.decided_count,
                revision=revision_token(tx.revision),
            )

        return self._mutations.perform(request, fields, respond, pb.ApproveHeldBatchResponse())

    def RejectHeldBatch(  # noqa: N802
        self, request: pb.RejectHeldBatchRequest, context: grpc.ServicerContext
    ) -> pb.RejectHeldBatchResponse:
        """Declines what is held."""
        del context
        fields = Fields()
        held_batch_id = fields.uuid("held_batch_id", request.held_batch_id)
        fields.text("reason", request.reason)
        caller = current_caller.get()

        def respond(tx: Transaction) -> pb.RejectHeldBatchResponse:
            assert held_batch_id is not None
            decision = approvals.decline(tx, caller, held_batch_id, list(request.positions))
            return pb.RejectHeldBatchResponse(
                held_batch=convert.held_batch_message(decision.row),
                declined_count=decision.decided_count,
            )

        return self._mutations.perform(request, fields, respond, pb.RejectHeldBatchResponse())

    def PreviewHeldBatch(  # noqa: N802
        self, request: pb.PreviewHeldBatchRequest, context: grpc.ServicerContext
    ) -> pb.PreviewHeldBatchResponse:
        """Shows who would gain or lose days of the right by an approval."""
        del context
        fields = Fields()
        held_batch_id = fields.uuid("held_batch_id", request.held_batch_id)
        purpose = purpose_field(fields, request.purpose)
        page = page_of(request, fields, self._pages)
        after = page_iin(page, fields)
        fields.check()
        assert held_batch_id is not None
        held = approvals.preview(
            self._register,
            self._mutations.law.parameters,
            current_caller.get(),
            held_batch_id,
            list(request.positions),
            (after, page.size + 1),
        )
        shown, token = page.cut(held.changes, lambda change: identifier_text(change.iin))
        iins = [change.iin for change in shown]
        self._answers.log_listing(
            current_caller.get(), "PreviewHeldBatch", purpose, iins, held.revision
        )
        return convert.held_preview_message(held.preview, shown, token)

    def WithdrawRecords(  # noqa: N802
        self, request: pb.WithdrawRecordsRequest, context: grpc.ServicerContext
    ) -> pb.WithdrawRecordsResponse:
        """Asks to withdraw everything that one feed sent between two positions."""
        del context
        fields = Fields()
        kind = fields.enum("feed_kind", request.feed_kind, FeedKind)
        if kind is FeedKind.ROSTER:
            fields.fault("feed_kind", Reason.CODE_UNKNOWN, "ROSTER")
        sender = fields.text("sender", request.sender, required=True)
        first = fields.number("first_position", request.first_position)
        last = fields.number("last_position", request.last_position)
        if last < first:
            fields.fault("last_position", Reason.OUT_OF_ORDER, f"{last} < {first}")
        reason = fields.text("reason", request.reason, required=True)
        caller = current_caller.get()

        def respond(tx: Transaction) -> pb.WithdrawRecordsResponse:
            assert kind is not None
            wanted = Withdrawal(FeedId(kind, sender), first, last, reason)
            asked = ask_withdrawal(tx, caller, wanted)
            return pb.WithdrawRecordsResponse(
                outcome=convert.outcome_value(Outcome.HELD_FOR_APPROVAL),
                held_batch_id=str(asked.held_batch_id),
                fact_count=asked.fact_count,
            )

        return self._mutations.perform(request, fields, respond, pb.WithdrawRecordsResponse())
