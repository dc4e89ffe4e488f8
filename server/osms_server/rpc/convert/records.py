"""
The lines of the feeds, from the contract.

A country's worth of lines comes this way, so each is first read as a line without faults; only
one that is not is read again field by field, to say everything that is wrong with it.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Final, TypeVar

from google.type.date_pb2 import Date
from google.type.money_pb2 import Money

from osms.entitlement.v1 import category_service_pb2 as category_pb
from osms.entitlement.v1 import fact_pb2
from osms.entitlement.v1 import payment_service_pb2 as payment_pb
from osms_common.domain.calendar import Month, month
from osms_common.domain.codes import PayerKind
from osms_common.domain.identifiers import parse_identifier
from osms_common.domain.violations import Violation
from osms_common.rpc.batches import unreadable_record
from osms_common.rpc.fields import (
    CATEGORIES,
    MESSAGE_NUMBER_MAX,
    NANOS_IN_TENGE,
    NANOS_IN_TIYN,
    PURPOSE_CODE_LENGTH,
    SYSTEMS,
    TENGE_MAX,
    TEXT_LENGTH_MAX,
    TIYN_IN_TENGE,
    Fields,
)
from osms_server.application.categories import CategoryLine
from osms_server.application.payments import PaymentLine
from osms_server.domain.records import (
    CategoryRecord,
    EpisodeTold,
    PaymentRecord,
    RefundRecord,
)

Record = TypeVar("Record")

_DIFFERENT_KEPT: Final = 1 << 16
"""Parts of lines that are kept, to be shared by the lines that say the same."""


def is_faulty(record: CategoryLine) -> bool:
    """Whether anything is wrong with a line of the category feed by itself."""
    return bool(
        record.violations or (isinstance(record, CategoryRecord) and record.told.violations)
    )


def category_line(message: category_pb.CategoryRecord) -> CategoryLine:
    """A message about a category or treaty listing."""
    content = message.WhichOneof("content")
    number = message.message_number
    if content == "assignment":
        assignment = message.assignment
        day = assignment.assigned_date
        told = _assignment(
            assignment.category, assignment.source, day.year, day.month, day.day
        ) or _faulty_assignment(assignment)
        iin = parse_identifier(assignment.iin)
        if iin is not None and 0 < number <= MESSAGE_NUMBER_MAX:
            return CategoryRecord(number, iin, told)
        return CategoryRecord(number, iin, told, _faults("assignment.", assignment.iin, number))
    if content == "removal":
        removal = message.removal
        iin = parse_identifier(removal.iin)
        faults = _faults("removal.", removal.iin, number)
        return CategoryRecord(number, iin, _removal(removal), faults)
    return unreadable_record(message.unreadable if content == "unreadable" else None)


@lru_cache(_DIFFERENT_KEPT)
def _assignment(category: str, source: str, year: int, month: int, day: int) -> EpisodeTold | None:
    """What an assignment tells, or None where anything is wrong with it."""
    try:
        return EpisodeTold(CATEGORIES[category], date(year, month, day), SYSTEMS[source])
    except (KeyError, ValueError, OverflowError):
        return None


def _faulty_assignment(assignment: fact_pb2.CategoryAssignment) -> EpisodeTold:
    fields = Fields("assignment.")
    return EpisodeTold(
        fields.code("category", assignment.category, CATEGORIES),
        fields.day(assignment, "assigned_date"),
        fields.code("source", assignment.source, SYSTEMS),
        violations=tuple(fields.violations),
    )


def _removal(removal: fact_pb2.CategoryRemoval) -> EpisodeTold:
    fields = Fields("removal.")
    return EpisodeTold(
        fields.code("category", removal.category, CATEGORIES),
        fields.day(removal, "assigned_date"),
        fields.code("source", removal.source, SYSTEMS),
        fields.day(removal, "removed_date"),
        fields.text("reason", removal.reason, required=True),
        tuple(fields.violations),
    )


def _faults(part: str, iin: str, number: int) -> tuple[Violation, ...]:
    """What is wrong with the number of a message and with its person."""
    message, fields = Fields(), Fields(part)
    message.message_number("message_number", number)
    fields.iin("iin", iin)
    return (*message.violations, *fields.violations)


def payment_line(message: payment_pb.PaymentRecord) -> PaymentLine:
    """A payment or a refund."""
    content = message.WhichOneof("content")
    if content == "payment":
        return _payment(message.payment) or _faulty_payment(message.payment)
    if content == "refund":
        return _refund(message.refund)
    return unreadable_record(message.unreadable if content == "unreadable" else None)


def _payment(payment: fact_pb2.Payment) -> PaymentRecord | None:
    """The payment, or None where anything is wrong with it."""
    iin = parse_identifier(payment.iin)
    amount = _tiyn(payment.amount)
    period = _month(payment.period)
    received_on = _day(payment.received_date)
    purpose_code = _purpose_code(payment.purpose_code)
    payer_id = payment.payer_id and _payer_id(payment.payer_id)
    if None in {iin, amount, period, received_on, purpose_code, payer_id}:
        return None
    reference = payment.reference
    payer_name, surname = payment.payer_name, payment.surname
    given_name, patronymic = payment.given_name, payment.patronymic
    kind = payment.payer_kind
    if not reference or reference.isspace() or not 0 <= kind < len(_PAYER_KINDS):
        return None
    if not _are_storable(reference, payer_name, surname, given_name, patronymic):
        return None
    return PaymentRecord(
        reference,
        iin,
        surname,
        given_name,
        patronymic,
        payer_id or None,
        payer_name,
        _PAYER_KINDS[kind],
        period,
        received_on,
        amount,
        purpose_code,
    )


_PAYER_KINDS = tuple(PayerKind)


@lru_cache(_DIFFERENT_KEPT)
def _payer_id(text: str) -> int | None:
    return parse_identifier(text)


def _tiyn(amount: Money) -> int | None:
    units, nanos = amount.units, amount.nanos
    if not 0 <= units < TENGE_MAX or not 0 <= nanos < NANOS_IN_TENGE or nanos % NANOS_IN_TIYN:
        return None
    tiyn = units * TIYN_IN_TENGE + nanos // NANOS_IN_TIYN
    return tiyn if tiyn and amount.currency_code in {"KZT", ""} else None


def _month(period: Date) -> Month | None:
    year, number = period.year, period.month
    if period.day or not 1 <= number <= 12 or not 1 <= year <= 9998:  # noqa: PLR2004 - the calendar's
        return None
    return month(year, number)


def _day(day: Date) -> date | None:
    try:
        return date(day.year, day.month, day.day)
    except (ValueError, OverflowError):
        return None


@lru_cache(_DIFFERENT_KEPT)
def _purpose_code(code: str) -> int | None:
    is_code = len(code) == PURPOSE_CODE_LENGTH and code.isascii() and code.isdigit()
    return int(code) if is_code else None


def _are_storable(*texts: str) -> bool:
    """Whether texts can be kept. Most are short: then it is enough to look at all together."""
    together = "".join(texts)
    return "\x00" not in together and (
        len(together) <= TEXT_LENGTH_MAX or all(len(text) <= TEXT_LENGTH_MAX for text in texts)
    )


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
