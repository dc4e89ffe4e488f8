"""Files of payments and refunds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from osms_cli.feeding import fields
from osms_cli.feeding.layout import Layout
from osms_client import Payment, PaymentRefunded
from osms_client.records import PaymentMessage

_PAYER_KINDS: Final = frozenset({"", "INDEPENDENT", "EMPLOYER"})


def _payer_kind(text: str) -> str:
    if text not in _PAYER_KINDS:
        message = f"{text!r} is not INDEPENDENT, EMPLOYER or empty"
        raise ValueError(message)
    return text


def _read(line: Sequence[str]) -> PaymentMessage:
    (
        kind,
        reference,
        iin,
        surname,
        given_name,
        patronymic,
        payer_id,
        payer_name,
        payer_kind,
        period,
        received_on,
        amount,
        knp,
        refund_reference,
        refunded_on,
    ) = line
    if kind == "PAYMENT" and not (refund_reference or refunded_on):
        return Payment(
            reference,
            iin,
            fields.period(period),
            fields.day(received_on),
            fields.amount(amount),
            knp,
            surname,
            given_name,
            patronymic,
            payer_id,
            payer_name,
            _payer_kind(payer_kind),
        )
    if kind == "REFUND":
        return PaymentRefunded(
            refund_reference,
            reference,
            iin,
            fields.period(period),
            knp,
            fields.amount(amount),
            fields.day(refunded_on),
        )
    raise ValueError(kind)


PAYMENTS: Final = Layout[PaymentMessage](
    name="payments",
    columns=(
        "kind",
        "reference",
        "iin",
        "surname",
        "given_name",
        "patronymic",
        "payer_id",
        "payer_name",
        "payer_kind",
        "period",
        "received_on",
        "amount",
        "knp",
        "refund_reference",
        "refunded_on",
    ),
    required=frozenset({"kind", "reference", "iin", "period", "received_on", "amount", "knp"}),
    read=_read,
    readers={
        "PAYMENT": {
            "payer_kind": _payer_kind,
            "period": fields.period,
            "received_on": fields.day,
            "amount": fields.amount,
            "refund_reference": fields.absent,
            "refunded_on": fields.absent,
        },
        "REFUND": {
            "period": fields.period,
            "amount": fields.amount,
            "refunded_on": fields.day,
        },
    },
    kind_column="kind",
)
