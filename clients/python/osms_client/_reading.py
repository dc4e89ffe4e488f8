"""From protobuf to the values of this package."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money

from osms.entitlement.v1 import (
    access_purpose_pb2,
    entitlement_pb2,
    fact_pb2,
    feed_pb2,
    ground_pb2,
)
from osms.entitlement.v1 import audit_service_pb2 as audit_pb
from osms.entitlement.v1 import entitlement_service_pb2 as entitlement_pb
from osms.entitlement.v1 import operations_service_pb2 as operations_pb
from osms.entitlement.v1 import roster_service_pb2 as roster_pb
from osms.entitlement.v1.date_range_pb2 import DateRange
from osms_client import values
from osms_client.errors import CannotTell, OsmsError, Violation, from_status
from osms_client.logs import LogLink
from osms_client.receipts import ReceiptKey


def day(message: Date) -> date:
    """A calendar day."""
    return date(message.year, message.month, message.day)


def optional_day(message: Any, field: str) -> date | None:
    """A calendar day, or None where it is unset."""
    return day(getattr(message, field)) if message.HasField(field) else None


def instant(message: Timestamp) -> datetime:
    """An instant, in UTC."""
    return message.ToDatetime(tzinfo=UTC)


def optional_instant(message: Any, field: str) -> datetime | None:
    """An instant, or None where it is unset."""
    return instant(getattr(message, field)) if message.HasField(field) else None


def enum_name(enum: Any, number: int, prefix: str) -> str:
    """The name of an enum value without its prefix; UNKNOWN for one of a later version."""
    try:
        return str(enum.Name(number)).removeprefix(prefix)
    except ValueError:
        return "UNKNOWN"


def ground_kind(number: int) -> str | None:
    """The kind of a ground; None where there is none."""
    return enum_name(ground_pb2.GroundKind, number, "GROUND_KIND_") if number else None


def outcome(number: int) -> values.Outcome:
    """What became of a record."""
    name = enum_name(feed_pb2.Outcome, number, "OUTCOME_")
    return values.Outcome(name) if name in set(values.Outcome) else values.Outcome.UNKNOWN


def provisions(messages: Any) -> tuple[values.Provision, ...]:
    """Provisions by code."""
    return tuple(values.Provision(message.code, message.text) for message in messages)


def entitlement(message: entitlement_pb2.Entitlement) -> values.Entitlement:
    """
    The answer about one person on one day.

    CannotTell: it is none, or one of a later version. Only a status that is known says "no".
    """
    name = enum_name(entitlement_pb2.EntitlementStatus, message.status, "ENTITLEMENT_STATUS_")
    if name not in values.STATUSES or not message.HasField("on_date"):
        raise _no_answer(f"an answer with the status {name}")
    return values.Entitlement(
        iin=message.iin,
        on_date=day(message.on_date),
        status=name,
        ground=ground_kind(message.ground_kind),
        financing=enum_name(entitlement_pb2.Financing, message.financing, "FINANCING_"),
        last_date=optional_day(message, "last_date"),
        open_ended=message.open_ended,
        provisions=provisions(message.provisions),
        revision=message.revision,
        revision_time=instant(message.revision_time),
        receipt_id=message.receipt_id,
        text=message.text,
        data_time=optional_instant(message, "data_time"),
        signed_receipt=message.signed_receipt,
    )


def receipt_key(message: Any) -> ReceiptKey:
    """A key that verifies receipts."""
    return ReceiptKey(
        key_id=message.key_id,
        public_key=message.public_key,
        valid_from_time=instant(message.valid_from_time),
        retire_time=optional_instant(message, "retire_time"),
    )


def answer_about(
    iin: str, on: date | None, message: entitlement_pb2.Entitlement
) -> values.Entitlement:
    """The answer to a question. CannotTell: it is about somebody else, or another day."""
    answer = entitlement(message)
    if answer.iin != iin or on not in {None, answer.on_date}:
        raise _no_answer("an answer to another question")
    return answer


def results(
    iins: Sequence[str], on: date | None, message: Any
) -> list[values.Entitlement | OsmsError]:
    """An answer or an error about each, in order. CannotTell: not as many as were asked about."""
    told = message.results
    if len(iins) != len(told):
        raise _no_answer(f"{len(told)} answers about {len(iins)} persons")
    return [_result(iin, on, each) for iin, each in zip(iins, told, strict=True)]


def _result(iin: str, on: date | None, message: Any) -> values.Entitlement | OsmsError:
    if message.WhichOneof("result") == "error":
        return from_status(message.error)
    return answer_about(iin, on, message.entitlement)


def _no_answer(told: str) -> CannotTell:
    return CannotTell(f"the service told {told}", "ANSWER_UNREADABLE")


def ground(message: ground_pb2.Ground) -> values.Ground:
    """A ground with its days."""
    return values.Ground(
        kind=ground_kind(message.kind) or "",
        category=message.category,
        start=day(message.valid.start_date),
        end=optional_day(message.valid, "end_date"),
        provisions=provisions(message.provisions),
        depends_on=tuple(message.depends_on),
        fact_ids=tuple(message.fact_ids),
    )


def timeline(message: Any) -> values.Timeline:
    """Every stretch of days of a person."""
    return values.Timeline(
        iin=message.iin,
        stretches=tuple(
            values.Stretch(
                day(stretch.valid.start_date),
                optional_day(stretch.valid, "end_date"),
                tuple(ground(each) for each in stretch.grounds),
            )
            for stretch in message.stretches
        ),
        revision=message.revision,
        revision_time=instant(message.revision_time),
        receipt_id=message.receipt_id,
    )


def explanation(message: Any) -> values.Explanation:
    """One day of one person with everything it rests on."""
    return values.Explanation(
        entitlement=entitlement(message.entitlement),
        grounds=tuple(ground(each) for each in message.grounds),
        absent_grounds=tuple(
            values.AbsentGround(
                ground_kind(each.kind) or "", each.reason, each.text, dict(each.details)
            )
            for each in message.absent_grounds
        ),
        facts=tuple(fact(each) for each in message.facts),
        remedies=tuple(map(remedy, getattr(message, "remedies", ()))),  # a replay tells none
    )


def remedy(message: entitlement_pb.Remedy) -> values.Remedy:
    """What would give the right."""
    return values.Remedy(
        action=message.action,
        ground=ground_kind(message.ground_kind),
        done_on=day(message.done_date),
        days=days(message.valid) if message.HasField("valid") else None,
        missing_months=tuple(date(each.year, each.month, 1) for each in message.missing_months),
        category=message.category,
        last_day=optional_day(message, "last_date"),
        removal_reason=message.removal_reason,
        systems=tuple(message.systems),
        document_routes=tuple(map(_document_route, message.document_routes)),
        provisions=provisions(message.provisions),
        text=message.text,
    )


def _document_route(message: entitlement_pb.DocumentRoute) -> values.DocumentRoute:
    (provision,) = provisions([message.provision])
    groups = tuple(tuple(group.documents) for group in message.groups)
    return values.DocumentRoute(message.category, groups, provision, message.repeat)


def days(message: DateRange) -> values.Days:
    """Days [start, end), without an end where they are open-ended."""
    return values.Days(day(message.start_date), optional_day(message, "end_date"))


def fact(message: fact_pb2.Fact) -> values.Fact:
    """A fact as it was told."""
    kind = message.WhichOneof("content") or ""
    content = dict(plain(getattr(message, kind))) if kind else {}
    if kind == "roster_mark":
        content["listed"] = message.roster_mark.listed  # told also where a listing ended
    return values.Fact(
        fact_id=message.fact_id,
        kind=kind,
        sender=message.sender,
        record_time=instant(message.record_time),
        revision=message.revision,
        content=content,
        withdrawn_time=optional_instant(message, "withdrawn_time"),
    )


def plain(message: Message) -> Mapping[str, object]:
    """The fields of a message that are set, with dates, months and amounts as text."""
    return {field.name: _plain(value, field.name) for field, value in message.ListFields()}


def _plain(value: object, name: str) -> object:
    if isinstance(value, Date):
        text = f"{value.year:04d}-{value.month:02d}"
        return f"{text}-{value.day:02d}" if value.day or name != "period" else text
    if isinstance(value, Money):
        return f"{value.units}.{abs(value.nanos) // 10_000_000:02d}"
    if isinstance(value, Timestamp):
        return instant(value).isoformat()
    if isinstance(value, Message):
        return plain(value)
    if isinstance(value, (str, int, bool, float)):
        return _enum_text(name, value)
    return [_plain(each, name) for each in value]  # type: ignore[attr-defined]


def _enum_text(name: str, value: object) -> object:
    if name == "payer_kind" and isinstance(value, int):
        return enum_name(fact_pb2.PayerKind, value, "PAYER_KIND_")
    return value


def violations(messages: Any) -> tuple[Violation, ...]:
    """Everything that is wrong."""
    return tuple(
        Violation(each.field, each.reason, each.description or each.reason) for each in messages
    )


def record_outcome(message: feed_pb2.RecordOutcome) -> values.RecordOutcome:
    """What became of a record."""
    return values.RecordOutcome(
        message.position,
        outcome(message.outcome),
        violations(message.violations),
        message.rejection_id,
        message.held_batch_id,
        tuple(message.flags),
    )


def ack(message: feed_pb2.FeedAck) -> values.Ack:
    """An acknowledgement."""
    return values.Ack(
        next_position=message.next_position,
        revision=message.revision,
        record_time=instant(message.record_time),
        accepted=message.accepted_count,
        duplicate=message.duplicate_count,
        rejected=message.rejected_count,
        held=message.held_count,
        repeated=message.repeated_count,
        outcomes=tuple(record_outcome(each) for each in message.outcomes),
        preview=optional_preview(message),
        left_out=message.outcomes_left_out_count,
    )


def optional_preview(message: Any) -> values.Preview | None:
    """How many people would gain or lose days of the right; None where it is unset."""
    if not message.HasField("preview"):
        return None
    return values.Preview(message.preview.gaining_count, message.preview.losing_count)


def snapshot_result(message: roster_pb.PushRosterResponse) -> values.SnapshotResult:
    """What became of a snapshot."""
    return values.SnapshotResult(
        outcome=outcome(message.outcome),
        revision=message.revision,
        arrival_time=instant(message.arrival_time),
        entered=message.entered_count,
        left=message.left_count,
        unchanged=message.unchanged_count,
        held_batch_id=message.held_batch_id,
        rejected_lines=tuple(map(record_outcome, message.rejected_lines)),
        preview=optional_preview(message),
        left_out=message.rejected_lines_left_out_count,
    )


def registration(message: fact_pb2.DocumentRegistration) -> values.Registration:
    """A registration on documents."""
    return values.Registration(
        message.registration_id,
        message.iin,
        message.category,
        day(message.applied_date),
        tuple(message.documents),
        message.registered_by,
        message.repeat_reason,
    )


def rejection(message: operations_pb.Rejection) -> values.Rejection:
    """A rejected line."""
    return values.Rejection(
        rejection_id=message.rejection_id,
        feed=enum_name(feed_pb2.FeedKind, message.feed_kind, "FEED_KIND_"),
        sender=message.sender,
        position=message.position,
        record_time=instant(message.record_time),
        state=enum_name(operations_pb.RejectionState, message.state, "REJECTION_STATE_"),
        violations=violations(message.violations),
        line=_line(message),
    )


def _line(message: Any) -> Mapping[str, object]:
    """The line of a rejection or of what was done with it; empty where there is none."""
    name = message.WhichOneof("line")
    return plain(getattr(message, name)) if name else {}


def rejection_history(message: operations_pb.GetRejectionResponse) -> values.RejectionHistory:
    """A rejected line with everything that was done with it."""
    return values.RejectionHistory(
        rejection(message.rejection), tuple(map(_rejection_event, message.events))
    )


def _rejection_event(message: operations_pb.RejectionEvent) -> values.RejectionEvent:
    return values.RejectionEvent(
        caller=message.caller,
        record_time=instant(message.record_time),
        outcome=outcome(message.outcome) if message.outcome else None,
        violations=violations(message.violations),
        line=_line(message),
        reason=message.reason,
    )


def rejection_count(message: operations_pb.RejectionCount) -> values.RejectionCount:
    """How many lines of a sender were rejected for a reason."""
    return values.RejectionCount(
        sender=message.sender,
        feed=enum_name(feed_pb2.FeedKind, message.feed_kind, "FEED_KIND_"),
        state=enum_name(operations_pb.RejectionState, message.state, "REJECTION_STATE_"),
        reason=message.reason,
        count=message.count,
    )


def held_batch(message: operations_pb.HeldBatch) -> values.HeldBatch:
    """Something that waits for a supervisor, or was decided."""
    return values.HeldBatch(
        held_batch_id=message.held_batch_id,
        kind=enum_name(operations_pb.HeldKind, message.kind, "HELD_KIND_"),
        requested_by=message.requested_by,
        arrival_time=instant(message.arrival_time),
        state=enum_name(operations_pb.HeldState, message.state, "HELD_STATE_"),
        waiting=message.waiting_count,
        subject=message.subject,
        reason=message.reason,
        decided_by=message.decided_by,
        decision_time=optional_instant(message, "decision_time"),
    )


def person_change(message: operations_pb.PersonChange) -> values.PersonChange:
    """How the right of one person would change."""
    return values.PersonChange(
        iin=message.iin,
        first_gained=optional_day(message, "first_gained_date"),
        first_lost=optional_day(message, "first_lost_date"),
        lost_ground=ground_kind(message.lost_ground_kind),
        entitled_after=tuple(
            values.Days(day(each.start_date), optional_day(each, "end_date"))
            for each in message.entitled_after
        ),
    )


def incident(message: operations_pb.Incident) -> values.Incident:
    """A technical failure."""
    return values.Incident(
        incident_code=message.incident_code,
        systems=tuple(message.systems),
        started_on=day(message.started_date),
        ended_on=optional_day(message, "ended_date"),
        declared_by=message.declared_by,
        approved=message.approved,
        record_time=optional_instant(message, "record_time"),
    )


def feed_status(message: operations_pb.FeedStatus) -> values.FeedStatus:
    """What a sender owes, and what arrived."""
    return values.FeedStatus(
        obligation=enum_name(operations_pb.FeedObligation, message.obligation, "FEED_OBLIGATION_"),
        sender=message.sender,
        last_arrival_time=optional_instant(message, "last_arrival_time"),
        due_on=optional_day(message, "due_date"),
        timeliness=enum_name(operations_pb.FeedTimeliness, message.timeliness, "FEED_TIMELINESS_"),
        late_days=message.late_days,
        provision=message.provision,
    )


def access(message: operations_pb.Access) -> values.Access:
    """One answer that was given about a person."""
    return values.Access(
        receipt_id=message.receipt_id,
        record_time=instant(message.record_time),
        caller=message.caller,
        method=message.method,
        on_date=optional_day(message, "on_date"),
        status=enum_name(entitlement_pb2.EntitlementStatus, message.status, "ENTITLEMENT_STATUS_"),
        ground=ground_kind(message.ground_kind),
        revision=message.revision,
        purpose=enum_name(access_purpose_pb2.AccessPurpose, message.purpose, "ACCESS_PURPOSE_"),
        certificate_fingerprint=message.certificate_fingerprint,
    )


def audit_entry(message: audit_pb.AuditEntry) -> values.AuditEntry:
    """One act."""
    return values.AuditEntry(
        writer_id=message.writer_id,
        sequence=message.sequence,
        record_time=instant(message.record_time),
        caller=message.caller,
        certificate_fingerprint=message.certificate_fingerprint,
        method=message.method,
        kind=enum_name(audit_pb.AuditEntryKind, message.kind, "AUDIT_ENTRY_KIND_"),
        outcome=message.outcome,
        subject=message.subject,
        revision=message.revision,
        iins=tuple(message.iins),
        request=json.loads(message.request_json or "{}"),
    )


def caller_certificate(
    fingerprint: str, message: audit_pb.GetCallerCertificateResponse
) -> values.CallerCertificate:
    """A certificate. CannotTell: it is none, or another one than was asked for."""
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        certificate = x509.load_pem_x509_certificate(message.certificate_pem.encode())
        uris = _uris_of(certificate)
    except (ValueError, x509.DuplicateExtension) as error:
        raise _no_answer("a certificate that cannot be read") from error
    if certificate.fingerprint(SHA256()).hex() != fingerprint.lower():
        raise _no_answer("another certificate than that of the fingerprint")
    return values.CallerCertificate(
        fingerprint=fingerprint.lower(),
        pem=message.certificate_pem,
        record_time=instant(message.record_time),
        subject=certificate.subject.rfc4514_string(),
        uri=" ".join(uris),
        serial_number=f"{certificate.serial_number:x}",
        valid_from_time=certificate.not_valid_before_utc,
        valid_until_time=certificate.not_valid_after_utc,
    )


def _uris_of(certificate: Any) -> list[str]:
    from cryptography import x509

    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    uris: list[str] = names.value.get_values_for_type(x509.UniformResourceIdentifier)
    return uris


def log_link(message: audit_pb.LogLink) -> LogLink:
    """Entries of a log that were written at once, and their hash."""
    return LogLink(
        log=enum_name(audit_pb.LogName, message.log, "LOG_NAME_"),
        writer_id=message.writer_id,
        first=message.first_sequence,
        last=message.last_sequence,
        fields=tuple((field.name, field.value) for field in message.fields),
        chain=message.chain,
        chain_before=message.chain_before,
    )
