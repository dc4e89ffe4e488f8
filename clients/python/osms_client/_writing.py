"""From the values of this package to protobuf."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc.error_details_pb2 import BadRequest
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money

from osms.entitlement.v1 import access_purpose_pb2, fact_pb2, feed_pb2
from osms.entitlement.v1 import category_service_pb2 as category_pb
from osms.entitlement.v1 import payment_service_pb2 as payment_pb
from osms.entitlement.v1 import roster_service_pb2 as roster_pb
from osms_client import values
from osms_client.records import (
    CategoryAssigned,
    CategoryMessage,
    Payment,
    PaymentMessage,
    PaymentRefunded,
    RosterChange,
    RosterChangeMessage,
    RosterLine,
    Unreadable,
)

_NANOS_IN_ONE = 1_000_000_000
_PAYER_KINDS = {
    "": fact_pb2.PAYER_KIND_UNSPECIFIED,
    "INDEPENDENT": fact_pb2.PAYER_KIND_INDEPENDENT,
    "EMPLOYER": fact_pb2.PAYER_KIND_EMPLOYER,
}
_OPERATIONS = {
    "ADD": roster_pb.ROSTER_OPERATION_ADD,
    "REMOVE": roster_pb.ROSTER_OPERATION_REMOVE,
}


@lru_cache(maxsize=8192)
def day(value: date) -> Date:
    """A calendar day; the message is shared and must not be changed."""
    return Date(year=value.year, month=value.month, day=value.day)


@lru_cache(maxsize=1024)
def month(value: date) -> Date:
    """The month of a day; the message is shared and must not be changed."""
    return Date(year=value.year, month=value.month)


def instant(value: datetime) -> Timestamp:
    """An instant; a time without a zone is refused."""
    if value.tzinfo is None:
        message = f"{value.isoformat()} has no time zone; give an aware datetime"
        raise ValueError(message)
    timestamp = Timestamp()
    timestamp.FromDatetime(value)
    return timestamp


def purpose(name: str) -> access_purpose_pb2.AccessPurpose.ValueType:
    """What is asked for, by its name in any case. ValueError: there is no such purpose."""
    try:
        return access_purpose_pb2.AccessPurpose.Value(
            f"ACCESS_PURPOSE_{name.upper() or 'UNSPECIFIED'}"
        )
    except ValueError as error:
        message = f"{name!r} is not one of {', '.join(values.PURPOSES)}"
        raise ValueError(message) from error


def money(amount: Decimal) -> Money:
    """An amount in tenge, with all its decimals."""
    units = int(amount)
    nanos = int((amount - units) * _NANOS_IN_ONE)
    return Money(currency_code="KZT", units=units, nanos=nanos)


def category_record(message: CategoryMessage) -> category_pb.CategoryRecord:
    """A message about a category or treaty listing."""
    if isinstance(message, CategoryAssigned):
        return category_pb.CategoryRecord(
            message_number=message.number,
            assignment=fact_pb2.CategoryAssignment(
                iin=message.iin,
                category=message.category,
                assigned_date=day(message.assigned_on),
                source=message.source,
            ),
        )
    if isinstance(message, Unreadable):
        return category_pb.CategoryRecord(unreadable=unreadable(message))
    return category_pb.CategoryRecord(
        message_number=message.number,
        removal=fact_pb2.CategoryRemoval(
            iin=message.iin,
            category=message.category,
            assigned_date=day(message.assigned_on),
            removed_date=None if message.removed_on is None else day(message.removed_on),
            source=message.source,
            reason=message.reason,
        ),
    )


def payment_record(message: PaymentMessage) -> payment_pb.PaymentRecord:
    """A payment or a refund."""
    if isinstance(message, Payment):
        return payment_pb.PaymentRecord(payment=_payment(message))
    if isinstance(message, Unreadable):
        return payment_pb.PaymentRecord(unreadable=unreadable(message))
    return payment_pb.PaymentRecord(refund=_refund(message))


def _payment(message: Payment) -> fact_pb2.Payment:
    return fact_pb2.Payment(
        reference=message.reference,
        iin=message.iin,
        surname=message.surname,
        given_name=message.given_name,
        patronymic=message.patronymic,
        payer_id=message.payer_id,
        payer_name=message.payer_name,
        payer_kind=_PAYER_KINDS[message.payer_kind],
        period=month(message.period),
        received_date=day(message.received_on),
        amount=money(message.amount),
        purpose_code=message.purpose_code,
    )


def _refund(message: PaymentRefunded) -> fact_pb2.PaymentRefund:
    return fact_pb2.PaymentRefund(
        refund_reference=message.refund_reference,
        reference=message.reference,
        iin=message.iin,
        period=month(message.period),
        purpose_code=message.purpose_code,
        amount=money(message.amount),
        refunded_date=day(message.refunded_on),
    )


def roster_line(line: RosterLine) -> roster_pb.RosterLine:
    """A line of a snapshot."""
    return roster_pb.RosterLine(iin=line.iin, reservist=line.reservist)


def roster_change_record(message: RosterChangeMessage) -> roster_pb.RosterChangeRecord:
    """A change of staff."""
    if isinstance(message, RosterChange):
        return roster_pb.RosterChangeRecord(
            change=roster_pb.RosterChange(
                operation=_OPERATIONS[message.operation],
                iin=message.iin,
                changed_date=day(message.changed_on),
                reservist=message.reservist,
                body=message.body,
            )
        )
    return roster_pb.RosterChangeRecord(unreadable=_without_texts(message))


def _without_texts(line: Unreadable) -> feed_pb2.UnreadableLine:
    """Which fields of a roster's line are wrong, and nothing of what is in it (p. 5)."""
    return feed_pb2.UnreadableLine(
        violations=[
            BadRequest.FieldViolation(field=violation.field, reason=violation.reason)
            for violation in line.violations
        ]
    )


def unreadable(line: Unreadable) -> feed_pb2.UnreadableLine:
    """A line that is no record."""
    return feed_pb2.UnreadableLine(
        content=line.content,
        violations=[
            BadRequest.FieldViolation(
                field=violation.field, reason=violation.reason, description=violation.description
            )
            for violation in line.violations
        ],
    )
