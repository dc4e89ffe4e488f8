"""Rejections, held batches, incidents, feeds and accesses, for the contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from osms.entitlement.v1 import access_purpose_pb2, entitlement_pb2, feed_pb2, ground_pb2
from osms.entitlement.v1 import category_service_pb2 as category_pb
from osms.entitlement.v1 import operations_service_pb2 as pb
from osms.entitlement.v1 import payment_service_pb2 as payment_pb
from osms.entitlement.v1 import roster_service_pb2 as roster_pb
from osms_common.domain.codes import FeedKind, Outcome
from osms_common.domain.deliveries import Preview
from osms_common.domain.errors import InvalidRequest
from osms_common.domain.identifiers import identifier_text
from osms_common.domain.revision import Revision, instant_of, revision_token
from osms_common.domain.violations import Reason, Violation
from osms_common.rpc.batches import too_large
from osms_common.rpc.errors import field_violations
from osms_common.rpc.feed_streams import preview_message
from osms_common.rpc.fields import range_message, to_date, to_timestamp
from osms_common.texts import Language
from osms_server.application.overlays import DeclaredIncident
from osms_server.application.ports import OverlayFacts
from osms_server.application.previewing import PersonChange
from osms_server.application.repair import RejectionHistory
from osms_server.application.rows import (
    AccessRow,
    AttemptRow,
    HeldBatchRow,
    RejectionCount,
    RejectionRow,
)
from osms_server.application.timeliness import FeedStatus
from osms_server.domain.facts import IncidentDeclared
from osms_server.rpc.convert.records import category_line, payment_line
from osms_server.rpc.convert.rosters import roster_change_line, without_texts
from osms_server.rules.timeliness import PROVISIONS

_LINES: Mapping[FeedKind, tuple[str, type[Any]]] = {
    FeedKind.CATEGORY: ("category_record", category_pb.CategoryRecord),
    FeedKind.PAYMENT: ("payment_record", payment_pb.PaymentRecord),
    FeedKind.ROSTER: ("roster_line", roster_pb.RosterLine),
    FeedKind.ROSTER_CHANGE: ("roster_change_record", roster_pb.RosterChangeRecord),
}

_ROSTER_CHANGE: Final = "roster_change_record"

# A line of a snapshot is sent again as a change of staff: the snapshot is what it was.
_CORRECTED: Mapping[FeedKind, tuple[str, Callable[[Any], Any]]] = {
    FeedKind.CATEGORY: ("category_record", category_line),
    FeedKind.PAYMENT: ("payment_record", payment_line),
    FeedKind.ROSTER: (_ROSTER_CHANGE, roster_change_line),
    FeedKind.ROSTER_CHANGE: (_ROSTER_CHANGE, roster_change_line),
}


def outcome_value(outcome: Outcome) -> feed_pb2.Outcome.ValueType:
    """An outcome for the contract."""
    return feed_pb2.Outcome.ValueType(outcome)


def rejection_message(row: RejectionRow, language: Language) -> pb.Rejection:
    """A rejected line as it was sent, and what is wrong with it."""
    name, kind = _LINES[row.kind]
    return pb.Rejection(
        rejection_id=str(row.rejection_id),
        feed_kind=feed_pb2.FeedKind.ValueType(row.kind),
        sender=row.sender,
        position=row.position,
        record_time=to_timestamp(instant_of(row.revision)),
        violations=field_violations(row.violations, language),
        state=pb.RejectionState.ValueType(row.state),
        **{name: kind.FromString(row.content)},
    )


def history_message(history: RejectionHistory, language: Language) -> pb.GetRejectionResponse:
    """A rejected line with everything that was done with it, in order."""
    events = [
        _attempt_message(attempt, history.row.kind, language) for attempt in history.attempts
    ]
    if history.closing is not None:
        events.append(
            pb.RejectionEvent(
                caller=history.closing.closed_by,
                record_time=to_timestamp(instant_of(history.closing.revision)),
                reason=history.closing.reason,
            )
        )
    return pb.GetRejectionResponse(
        rejection=rejection_message(history.row, language), events=events
    )


def _attempt_message(attempt: AttemptRow, kind: FeedKind, language: Language) -> pb.RejectionEvent:
    sent_as = FeedKind.ROSTER_CHANGE if kind is FeedKind.ROSTER else kind
    name, message = _LINES[sent_as]
    return pb.RejectionEvent(
        caller=attempt.attempted_by,
        record_time=to_timestamp(instant_of(attempt.revision)),
        outcome=outcome_value(attempt.outcome),
        violations=field_violations(attempt.violations, language),
        **{name: message.FromString(attempt.content)},
    )


def rejection_count_message(count: RejectionCount) -> pb.RejectionCount:
    """How many lines of a sender were rejected for a reason."""
    return pb.RejectionCount(
        sender=count.sender,
        feed_kind=feed_pb2.FeedKind.ValueType(count.kind),
        state=pb.RejectionState.ValueType(count.state),
        reason=count.reason,
        count=count.lines,
    )


def held_preview_message(
    preview: Preview | None, changes: Sequence[PersonChange], next_page_token: str
) -> pb.PreviewHeldBatchResponse:
    """What an approval would change."""
    if preview is None:
        return pb.PreviewHeldBatchResponse(concerns_everybody=True)
    return pb.PreviewHeldBatchResponse(
        preview=preview_message(preview),
        changes=[_change_message(change) for change in changes],
        next_page_token=next_page_token,
    )


def _change_message(change: PersonChange) -> pb.PersonChange:
    message = pb.PersonChange(
        iin=identifier_text(change.iin),
        lost_ground_kind=ground_pb2.GroundKind.ValueType(change.lost_kind or 0),
        entitled_after=[range_message(*days) for days in change.entitled_after],
    )
    if change.first_gained is not None:
        message.first_gained_date.CopyFrom(to_date(change.first_gained))
    if change.first_lost is not None:
        message.first_lost_date.CopyFrom(to_date(change.first_lost))
    return message


def corrected_line(
    request: pb.ResubmitRejectionRequest, rejection: RejectionRow, bytes_max: int
) -> tuple[Any, bytes]:
    """
    The corrected line, with its content.

    InvalidRequest: it is of another kind of feed, or has more than *bytes_max*.
    """
    name, read = _CORRECTED[rejection.kind]
    if request.WhichOneof("line") != name:
        raise InvalidRequest((Violation("line", Reason.OUT_OF_ORDER, name),))
    line = getattr(request, name)
    if violations := too_large(name, line.ByteSize(), bytes_max):
        raise InvalidRequest(violations)
    kept = without_texts(line) if name == _ROSTER_CHANGE else line
    return read(line), kept.SerializeToString()


def held_batch_message(row: HeldBatchRow) -> pb.HeldBatch:
    """Something that waits for approval, or was decided."""
    message = pb.HeldBatch(
        held_batch_id=str(row.held_batch_id),
        kind=pb.HeldKind.ValueType(row.kind),
        requested_by=row.requested_by,
        arrival_time=to_timestamp(instant_of(row.arrived)),
        state=pb.HeldState.ValueType(row.state),
        waiting_count=row.waiting_count,
        subject=row.subject,
        reason=row.reason,
        decided_by=row.decided_by or "",
    )
    if row.decided is not None:
        message.decision_time.CopyFrom(to_timestamp(instant_of(row.decided)))
    return message


def declared_message(declared: DeclaredIncident, revision: Revision) -> pb.DeclareIncidentResponse:
    """A technical failure as it was declared."""
    held = declared.held_batch_id is not None
    incident = _incident(declared.fact, declared.declared_by, approved=not held)
    outcome = Outcome.HELD_FOR_APPROVAL if held else Outcome.ACCEPTED
    return pb.DeclareIncidentResponse(
        incident=incident,
        outcome=outcome_value(outcome),
        held_batch_id=str(declared.held_batch_id or ""),
        revision=revision_token(revision),
    )


def known_incidents(overlays: OverlayFacts) -> list[pb.Incident]:
    """The technical failures that are known, in the order in which they became known."""
    known, declarers = overlays.known(), overlays.incident_declarers()
    ended = {fact.incident_code: fact.ended_on for fact in known.closed}
    incidents = []
    for fact in known.declared:
        incident = _incident(fact, declarers[fact.incident_code], approved=True)
        if fact.incident_code in ended:
            incident.ended_date.CopyFrom(to_date(ended[fact.incident_code]))
        incidents.append(incident)
    return incidents


def _incident(fact: IncidentDeclared, declared_by: str, *, approved: bool) -> pb.Incident:
    incident = pb.Incident(
        incident_code=fact.incident_code,
        systems=sorted(fact.systems),
        started_date=to_date(fact.started_on),
        declared_by=declared_by,
        approved=approved,
    )
    if approved:
        incident.record_time.CopyFrom(to_timestamp(instant_of(fact.known)))
    return incident


def feed_status_message(status: FeedStatus) -> pb.FeedStatus:
    """What a sender owes, and what arrived."""
    message = pb.FeedStatus(
        obligation=pb.FeedObligation.ValueType(status.obligation),
        sender=status.sender,
        timeliness=pb.FeedTimeliness.ValueType(status.due.timeliness),
        late_days=status.due.late_days,
        provision=PROVISIONS[status.obligation],
    )
    if status.last_arrival is not None:
        message.last_arrival_time.CopyFrom(to_timestamp(instant_of(status.last_arrival)))
    if status.due.due_on is not None:
        message.due_date.CopyFrom(to_date(status.due.due_on))
    return message


def access_message(row: AccessRow) -> pb.Access:
    """One answer that was given about a person."""
    message = pb.Access(
        receipt_id=str(row.receipt_id),
        record_time=to_timestamp(row.record_time),
        caller=row.caller,
        method=row.method,
        status=entitlement_pb2.EntitlementStatus.ValueType(row.status or 0),
        ground_kind=ground_pb2.GroundKind.ValueType(row.ground_kind or 0),
        revision=revision_token(row.revision),
        purpose=access_purpose_pb2.AccessPurpose.ValueType(row.purpose),
        certificate_fingerprint=row.certificate,
    )
    if row.on_date is not None:
        message.on_date.CopyFrom(to_date(row.on_date))
    return message
