"""Contributions and refunds, from the contract."""

from __future__ import annotations

from typing import Any, Final

from osms.matching.v1 import contribution_service_pb2 as contribution_pb
from osms_common.domain.violations import Reason
from osms_common.rpc.batches import unreadable_record
from osms_common.rpc.fields import Fields
from osms_matching.domain.contributions import Contribution, ContributionKind, ContributionRefund
from osms_matching.domain.records import NOT_KEPT, ContributionLine, ContributionTold, RefundTold

KINDS: Final = {
    contribution_pb.CONTRIBUTION_KIND_PENSION_CONTRIBUTION: ContributionKind.PENSION_CONTRIBUTION,
    contribution_pb.CONTRIBUTION_KIND_SOCIAL_DEDUCTION: ContributionKind.SOCIAL_DEDUCTION,
}
NUMBERS: Final = {kind: number for number, kind in KINDS.items()}


def contribution_line(message: contribution_pb.ContributionRecord) -> ContributionLine:
    """A line of the feed of contributions."""
    content = message.WhichOneof("content")
    if content == "contribution":
        return _contribution(message.contribution)
    if content == "refund":
        return _refund(message.refund)
    return unreadable_record(message.unreadable if content == "unreadable" else None)


def _contribution(message: contribution_pb.Contribution) -> ContributionTold:
    fields = Fields("contribution.")
    told = {
        **_line(fields, message),
        "paid_on": fields.day(message, "paid_date"),
        "amount": fields.amount(message, "amount"),
    }
    if fields.violations:
        return ContributionTold(None, tuple(fields.violations))
    return ContributionTold(Contribution(known=NOT_KEPT, **told))


def _refund(message: contribution_pb.ContributionRefund) -> RefundTold:
    fields = Fields("refund.")
    reference = fields.text("refund_reference", message.refund_reference, required=True)
    told = {
        **_line(fields, message),
        "refunded_on": fields.day(message, "refunded_date"),
        "amount": fields.amount(message, "amount"),
    }
    if fields.violations:
        return RefundTold(reference, None, tuple(fields.violations))
    return RefundTold(reference, ContributionRefund(known=NOT_KEPT, **told))


def _line(fields: Fields, message: Any) -> dict[str, Any]:
    """What names the line of a payment."""
    kind = KINDS.get(message.kind)
    if kind is None:
        reason = Reason.CODE_UNKNOWN if message.kind else Reason.REQUIRED
        fields.fault("kind", reason, message.kind or "")
    return {
        "reference": fields.text("reference", message.reference, required=True),
        "person": fields.iin("iin", message.iin),
        "kind": kind,
        "period": fields.month(message, "period"),
    }
