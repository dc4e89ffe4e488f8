"""Facts as they are kept, for the contract."""

from __future__ import annotations

from functools import singledispatch

from osms.entitlement.v1 import fact_pb2
from osms_common.domain.identifiers import identifier_text
from osms_common.domain.revision import NEVER, instant_of, revision_token
from osms_common.rpc.fields import to_date, to_money, to_month, to_timestamp
from osms_server.application.fact_ids import fact_id
from osms_server.application.rows import (
    CategoryFactRow,
    PaymentRow,
    RefundRow,
    RegistrationRow,
    RevocationRow,
    RosterMarkRow,
    SourcedFact,
)


def fact_message(sourced: SourcedFact) -> fact_pb2.Fact:
    """A fact as it was told, and who told it."""
    message = _content(sourced.fact)
    message.fact_id = fact_id(sourced.fact)
    message.record_time.CopyFrom(to_timestamp(instant_of(sourced.fact.revision)))
    message.revision = revision_token(sourced.fact.revision)
    message.sender = sourced.sender
    if sourced.withdrawn != NEVER:
        message.withdrawn_time.CopyFrom(to_timestamp(instant_of(sourced.withdrawn)))
    return message


@singledispatch
def _content(row: object) -> fact_pb2.Fact:
    raise TypeError(row)


@_content.register
def _(row: CategoryFactRow) -> fact_pb2.Fact:
    if row.removed_on is None:
        return fact_pb2.Fact(
            category_assignment=fact_pb2.CategoryAssignment(
                iin=identifier_text(row.iin),
                category=row.category,
                assigned_date=to_date(row.assigned_on),
                source=row.source,
            )
        )
    return fact_pb2.Fact(
        category_removal=fact_pb2.CategoryRemoval(
            iin=identifier_text(row.iin),
            category=row.category,
            assigned_date=to_date(row.assigned_on),
            removed_date=to_date(row.removed_on),
            source=row.source,
            reason=row.reason or "",
        )
    )


@_content.register
def _(row: PaymentRow) -> fact_pb2.Fact:
    return fact_pb2.Fact(
        payment=fact_pb2.Payment(
            reference=row.reference,
            iin=identifier_text(row.iin),
            surname=row.surname,
            given_name=row.given_name,
            patronymic=row.patronymic,
            payer_id="" if row.payer_id is None else identifier_text(row.payer_id),
            payer_name=row.payer_name,
            payer_kind=fact_pb2.PayerKind.ValueType(row.payer_kind),
            period=to_month(row.period),
            received_date=to_date(row.received_on),
            amount=to_money(row.amount),
            purpose_code=f"{row.purpose_code:03d}",
        )
    )


@_content.register
def _(row: RefundRow) -> fact_pb2.Fact:
    return fact_pb2.Fact(
        payment_refund=fact_pb2.PaymentRefund(
            refund_reference=row.refund_reference,
            reference=row.reference,
            iin=identifier_text(row.iin),
            period=to_month(row.period),
            purpose_code=f"{row.purpose_code:03d}",
            amount=to_money(row.amount),
            refunded_date=to_date(row.refunded_on),
        )
    )


@_content.register
def _(row: RosterMarkRow) -> fact_pb2.Fact:
    mark = fact_pb2.RosterMark(
        body=row.body, listed=row.listed, arrival_time=to_timestamp(instant_of(row.arrived))
    )
    if row.changed_on is not None:
        mark.changed_date.CopyFrom(to_date(row.changed_on))
    return fact_pb2.Fact(roster_mark=mark)


@_content.register
def _(row: RegistrationRow) -> fact_pb2.Fact:
    return fact_pb2.Fact(document_registration=registration_message(row))


@_content.register
def _(row: RevocationRow) -> fact_pb2.Fact:
    return fact_pb2.Fact(
        registration_revocation=fact_pb2.RegistrationRevocation(
            registration_id=str(row.registration_id),
            revoked_by=row.revoked_by,
            reason=row.reason,
        )
    )


def registration_message(row: RegistrationRow) -> fact_pb2.DocumentRegistration:
    """A registration on documents."""
    return fact_pb2.DocumentRegistration(
        registration_id=str(row.registration_id),
        iin=identifier_text(row.iin),
        category=row.category,
        applied_date=to_date(row.applied_on),
        documents=row.documents,
        registered_by=row.registered_by,
        repeat_reason=row.repeat_reason,
    )
