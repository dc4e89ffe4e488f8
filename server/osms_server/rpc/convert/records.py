"""
The lines of the feeds, from the contract.

A country's worth of lines comes this way, so each is first read as a line without faults; only
one that is not is read again field by field, to say everything that is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeVar

from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money

from osms.entitlement.v1 import category_service_pb2 as category_pb
from osms.entitlement.v1 import fact_pb2, feed_pb2, roster_service_pb2
from osms.entitlement.v1 import payment_service_pb2 as payment_pb
from osms_server.application.categories import CategoryLine
from osms_server.application.payments import PaymentLine
from osms_server.application.rosters import RosterChangeLine
from osms_server.domain.calendar import Month, month
from osms_server.domain.codes import PayerKind
from osms_server.domain.identifiers import parse_identifier
from osms_server.domain.records import (
    Batch,
    CategoryRecord,
    PaymentRecord,
    RefundRecord,
    RosterChangeRecord,
    RosterLine,
    UnreadableRecord,
)
from osms_server.domain.violations import Reason, Violation
from osms_server.rpc.convert.fields import (
    CATEGORIES,
    NANOS_IN_TENGE,
    NANOS_IN_TIYN,
    PURPOSE_CODE_LENGTH,
    SYSTEMS,
    TENGE_MAX,
    TEXT_LENGTH_MAX,
    TIYN_IN_TENGE,
    Fields,
    storable,
)

Line = TypeVar("Line", bound=Message)
Record = TypeVar("Record")


def batch_of(
    first_position: int, lines: Sequence[Line], read: Callable[[Line], Record]
) -> Batch[Record]:
    """A batch; each line can be had again as it was sent."""
    records = [read(line) for line in lines]
    return Batch(first_position, records, lambda index: lines[index].SerializeToString())


def category_line(message: category_pb.CategoryRecord) -> CategoryLine:
    """A message about a category or treaty listing."""
    content = message.WhichOneof("content")
    number = message.message_number
    if content == "assignment" and number > 0:
        assignment = message.assignment
        assigned_on = _day(assignment.assigned_date)
        iin = parse_identifier(assignment.iin)
        category = CATEGORIES.get(assignment.category)
        source = SYSTEMS.get(assignment.source)
        if None not in {iin, category, source, assigned_on}:
            return CategoryRecord(number, iin, category, assigned_on, source)
    if content == "removal":
        return _removal(message)
    if content == "assignment":
        return _faulty_assignment(message)
    return _unreadable(message.unreadable if content == "unreadable" else None)


def _faulty_assignment(message: category_pb.CategoryRecord) -> CategoryRecord:
    assignment = message.assignment
    fields = Fields("assignment.")
    return CategoryRecord(
        message.message_number,
        fields.iin("iin", assignment.iin),
        fields.code("category", assignment.category, CATEGORIES),
        fields.day(assignment, "assigned_date"),
        fields.code("source", assignment.source, SYSTEMS),
        violations=_with_number(message, fields),
    )


def _removal(message: category_pb.CategoryRecord) -> CategoryRecord:
    removal = message.removal
    fields = Fields("removal.")
    return CategoryRecord(
        message.message_number,
        fields.iin("iin", removal.iin),
        fields.code("category", removal.category, CATEGORIES),
        fields.day(removal, "assigned_date"),
        fields.code("source", removal.source, SYSTEMS),
        fields.day(removal, "removed_date"),
        fields.text("reason", removal.reason, required=True),
        _with_number(message, fields),
    )


def _with_number(message: category_pb.CategoryRecord, fields: Fields) -> tuple[Violation, ...]:
    number = Fields()
    number.number("message_number", message.message_number)
    return (*number.violations, *fields.violations)


def _unreadable(line: feed_pb2.UnreadableLine | None) -> UnreadableRecord:
    """A line that is no record; the reasons of the sender's tool are kept where it gave any."""
    if line is None:
        return UnreadableRecord((Violation("content", Reason.REQUIRED),))
    told = tuple(_told(violation) for violation in line.violations)
    return UnreadableRecord(told or (Violation("unreadable", Reason.UNREADABLE),))


def _told(violation: BadRequest.FieldViolation) -> Violation:
    return Violation(
        storable(violation.field[:TEXT_LENGTH_MAX]) or "unreadable",
        Reason.UNREADABLE,
        storable(violation.description[:TEXT_LENGTH_MAX]),
    )


def payment_line(message: payment_pb.PaymentRecord) -> PaymentLine:
    """A payment or a refund."""
    content = message.WhichOneof("content")
    if content == "payment":
        return _payment(message.payment) or _faulty_payment(message.payment)
    if content == "refund":
        return _refund(message.refund)
    return _unreadable(message.unreadable if content == "unreadable" else None)


def _payment(payment: fact_pb2.Payment) -> PaymentRecord | None:
    """The payment, or None where anything is wrong with it."""
    iin = parse_identifier(payment.iin)
    amount = _tiyn(payment.amount)
    period = _month(payment.period)
    received_on = _day(payment.received_date)
    payer_id = parse_identifier(payment.payer_id) if payment.payer_id else None
    if iin is None or amount is None or period is None or received_on is None:
        return None
    if (payment.payer_id and payer_id is None) or not _is_plain(payment):
        return None
    return PaymentRecord(
        payment.reference,
        iin,
        payment.surname,
        payment.given_name,
        payment.patronymic,
        payer_id,
        payment.payer_name,
        _PAYER_KINDS[payment.payer_kind],
        period,
        received_on,
        amount,
        int(payment.purpose_code),
    )


_PAYER_KINDS = tuple(PayerKind)


def _tiyn(amount: Money) -> int | None:
    units, nanos = amount.units, amount.nanos
    if not 0 <= units < TENGE_MAX or not 0 <= nanos < NANOS_IN_TENGE or nanos % NANOS_IN_TIYN:
        return None
    tiyn = units * TIYN_IN_TENGE + nanos // NANOS_IN_TIYN
    return tiyn if tiyn and amount.currency_code in {"KZT", ""} else None


def _month(period: Date) -> Month | None:
    if period.day or not 1 <= period.month <= 12 or not 1 <= period.year <= 9998:  # noqa: PLR2004 - the calendar's
        return None
    return month(period.year, period.month)


def _day(day: Date) -> date | None:
    try:
        return date(day.year, day.month, day.day)
    except ValueError:
        return None


def _is_plain(payment: fact_pb2.Payment) -> bool:
    """Whether the texts and codes of a payment are in order."""
    code = payment.purpose_code
    return (
        len(code) == PURPOSE_CODE_LENGTH
        and code.isascii()
        and code.isdigit()
        and 0 <= payment.payer_kind < len(_PAYER_KINDS)
        and bool(payment.reference.strip())
        and _is_storable(payment.reference)
        and _is_storable(payment.payer_name)
        and _is_storable(payment.surname)
        and _is_storable(payment.given_name)
        and _is_storable(payment.patronymic)
    )


def _is_storable(text: str) -> bool:
    return len(text) <= TEXT_LENGTH_MAX and "\x00" not in text


def _faulty_payment(payment: fact_pb2.Payment) -> PaymentRecord:
    fields = Fields("payment.")
    kind = fields.optional_enum("payer_kind", payment.payer_kind, PayerKind)
    return PaymentRecord(
        fields.text("reference", payment.reference, required=True),
        fields.iin("iin", payment.iin),
        fields.text("surname", payment.surname),
        fields.text("given_name", payment.given_name),
        fields.text("patronymic", payment.patronymic),
        fields.payer_id("payer_id", payment.payer_id),
        fields.text("payer_name", payment.payer_name),
        kind or PayerKind.UNKNOWN,
        fields.month(payment, "period"),
        fields.day(payment, "received_date"),
        fields.amount(payment, "amount"),
        fields.purpose_code("purpose_code", payment.purpose_code),
        tuple(fields.violations),
    )


def _refund(refund: fact_pb2.PaymentRefund) -> RefundRecord:
    fields = Fields("refund.")
    return RefundRecord(
        fields.text("refund_reference", refund.refund_reference, required=True),
        fields.text("reference", refund.reference, required=True),
        fields.iin("iin", refund.iin),
        fields.month(refund, "period"),
        fields.purpose_code("purpose_code", refund.purpose_code),
        fields.amount(refund, "amount"),
        fields.day(refund, "refunded_date"),
        tuple(fields.violations),
    )


def roster_line(message: roster_service_pb2.RosterLine) -> RosterLine:
    """A line of a snapshot."""
    iin = parse_identifier(message.iin)
    if iin is not None and not message.reservist:
        return RosterLine(iin)
    fields = Fields()
    fields.iin("iin", message.iin)
    return RosterLine(
        iin, (*fields.violations, *_reservist("reservist", reservist=message.reservist))
    )


def _reservist(field: str, *, reservist: bool) -> tuple[Violation, ...]:
    return (Violation(field, Reason.RESERVIST, "", "p62"),) if reservist else ()


def roster_change_line(message: roster_service_pb2.RosterChangeRecord) -> RosterChangeLine:
    """A change of staff."""
    content = message.WhichOneof("content")
    if content != "change":
        return _unreadable(message.unreadable if content == "unreadable" else None)
    change = message.change
    fields = Fields("change.")
    operation = change.operation
    if operation == roster_service_pb2.ROSTER_OPERATION_UNSPECIFIED:
        fields.fault("operation", Reason.REQUIRED)
    elif operation not in {
        roster_service_pb2.ROSTER_OPERATION_ADD,
        roster_service_pb2.ROSTER_OPERATION_REMOVE,
    }:
        fields.fault("operation", Reason.CODE_UNKNOWN, operation)
    record = RosterChangeRecord(
        operation == roster_service_pb2.ROSTER_OPERATION_ADD,
        fields.iin("iin", change.iin),
        fields.day(change, "changed_date"),
        fields.code("body", change.body, SYSTEMS) if change.body else None,
    )
    faults = (*fields.violations, *_reservist("change.reservist", reservist=change.reservist))
    return record._replace(violations=faults)
