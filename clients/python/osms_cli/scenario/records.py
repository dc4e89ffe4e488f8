"""Events of the feeds as records; what no record can hold is sent as an unreadable line."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from osms_client import (
    CategoryAssigned,
    CategoryMessage,
    CategoryRemoved,
    Payment,
    PaymentRefunded,
    RosterChange,
    RosterLine,
    Unreadable,
    Violation,
)
from osms_client.records import PaymentMessage, RosterChangeMessage

Payload = Mapping[str, Any]

TREATY = "F01"
_AMOUNT = re.compile(r"-?[0-9]{1,15}\.[0-9]{2,9}").fullmatch


def category_message(kind: str, payload: Payload) -> CategoryMessage:
    """A message of the category feed."""
    try:
        if kind in {"category_assigned", "treaty_listed"}:
            return CategoryAssigned(
                _number(payload),
                _text(payload, "iin"),
                _category(kind, payload),
                _day(payload, "assigned_on"),
                _text(payload, "source"),
            )
        removed_on = payload.get("removed_on")
        return CategoryRemoved(
            _number(payload),
            _text(payload, "iin"),
            _category(kind, payload),
            _day(payload, "assigned_on"),
            None if removed_on in {None, ""} else _day(payload, "removed_on"),
            _text(payload, "source"),
            _text(payload, "reason"),
        )
    except _Unreadable as error:
        return error.line(payload)


def _category(kind: str, payload: Payload) -> str:
    return TREATY if kind.startswith("treaty") else _text(payload, "category")


def payment_message(kind: str, payload: Payload) -> PaymentMessage:
    """A line of the payment feed."""
    try:
        return _payment(payload) if kind == "payment" else _refund(payload)
    except _Unreadable as error:
        return error.line(payload)


def _payment(payload: Payload) -> Payment:
    return Payment(
        reference=_text(payload, "reference"),
        iin=_text(payload, "iin"),
        period=_month(payload),
        received_on=_day(payload, "received_on"),
        amount=_amount(payload),
        purpose_code=_text(payload, "knp"),
        surname=_text(payload, "surname"),
        given_name=_text(payload, "given_name"),
        patronymic=_text(payload, "patronymic"),
        payer_id=_text(payload, "payer_id"),
        payer_name=_text(payload, "payer_name"),
        payer_kind=_one_of(payload, "payer_kind", ("", "INDEPENDENT", "EMPLOYER")),
    )


def _refund(payload: Payload) -> PaymentRefunded:
    return PaymentRefunded(
        refund_reference=_text(payload, "refund_reference"),
        reference=_text(payload, "reference"),
        iin=_text(payload, "iin"),
        period=_month(payload),
        purpose_code=_text(payload, "knp"),
        amount=_amount(payload),
        refunded_on=_day(payload, "refunded_on"),
    )


def roster_change_message(_: str, payload: Payload) -> RosterChangeMessage:
    """A line of a body's feed of changes."""
    try:
        return RosterChange(
            _one_of(payload, "op", ("ADD", "REMOVE")),
            _text(payload, "iin"),
            _day(payload, "changed_on"),
            bool(payload.get("reservist")),
            _text(payload, "body"),
        )
    except _Unreadable as error:
        return error.line(payload)


def roster_line(line: Payload) -> RosterLine:
    """A line of a snapshot."""
    return RosterLine(_text(line, "iin"), bool(line.get("reservist")))


class _Unreadable(Exception):
    """A field that no record can hold."""

    def __init__(self, field: str, value: object) -> None:
        super().__init__(field)
        self._violation = Violation(field, "UNREADABLE", f"cannot read {value!r}")

    def line(self, payload: Payload) -> Unreadable:
        """The line as it stands."""
        return Unreadable(json.dumps(payload, ensure_ascii=False), (self._violation,))


def _text(payload: Payload, field: str) -> str:
    value = payload.get(field)
    return "" if value is None else str(value)


def _one_of(payload: Payload, field: str, known: tuple[str, ...]) -> str:
    value = _text(payload, field)
    if value not in known:
        raise _Unreadable(field, value)
    return value


def _number(payload: Payload) -> int:
    value = payload.get("seq")
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 63:
        return value
    raise _Unreadable("seq", value)


def _day(payload: Payload, field: str) -> date:
    value = payload.get(field)
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise _Unreadable(field, value) from error


def _month(payload: Payload) -> date:
    value = str(payload.get("period"))
    try:
        return date.fromisoformat(f"{value}-01")
    except ValueError as error:
        raise _Unreadable("period", value) from error


def _amount(payload: Payload) -> Decimal:
    """Tenge with two decimals; the service says what is wrong with one that has more."""
    value = payload.get("amount")
    if not _AMOUNT(str(value)):
        raise _Unreadable("amount", value)
    return Decimal(str(value))
