"""The names of facts, unique for a person, and which facts a ground rests on."""

from __future__ import annotations

from urllib.parse import quote

from osms_common.domain.calendar import first_day, last_day, month_of, month_text
from osms_common.domain.codes import PayerKind
from osms_common.domain.revision import day_of, revision_token
from osms_server.application.rows import (
    CategoryFactRow,
    FactRow,
    PaymentRow,
    RefundRow,
    RegistrationRow,
    RevocationRow,
    RosterMarkRow,
)
from osms_server.rules.explain import Basis, PaidMonthsBasis
from osms_server.rules.standing import Episode, Listing, Registration


def fact_id(row: FactRow) -> str:
    """The id of a fact; it says what the fact is about."""
    match row:
        case CategoryFactRow():
            return f"category/{row.category}/{row.assigned_on}/{row.ordinal}"
        case PaymentRow():
            return f"payment/{_payment_name(row)}"
        case RefundRow():
            return f"refund/{_payment_name(row)}/{quote(row.refund_reference, safe='')}"
        case RosterMarkRow():
            return f"roster/{row.body}/{revision_token(row.arrived)}/{row.ordinal}"
        case RegistrationRow():
            return f"registration/{row.registration_id}"
        case RevocationRow():
            return f"revocation/{row.registration_id}"


def _payment_name(row: PaymentRow | RefundRow) -> str:
    period = month_text(month_of(row.period))
    return f"{period}/{row.purpose_code}/{quote(row.reference, safe='')}"


def rests_on(basis: Basis, row: FactRow) -> bool:
    """Whether a ground with *basis* rests on a fact."""
    match basis:
        case Episode():
            return isinstance(row, CategoryFactRow) and (row.category, row.assigned_on) == (
                basis.category,
                basis.start,
            )
        case Listing():
            return (
                isinstance(row, RosterMarkRow)
                and row.body is basis.body
                and basis.start <= day_of(row.arrived) <= basis.end
            )
        case Registration():
            return isinstance(row, RegistrationRow | RevocationRow) and (
                str(row.registration_id) == basis.registration_id
            )
        case PaidMonthsBasis():
            return _satisfies(basis, row)


def _satisfies(basis: PaidMonthsBasis, row: FactRow) -> bool:
    """Whether a fact may have satisfied, or left unsatisfied, one of the months of a payer."""
    if isinstance(row, PaymentRow | RefundRow):
        if not basis.first <= month_of(row.period) <= basis.last:
            return False
        return (
            not basis.independent
            or isinstance(row, RefundRow)
            or row.payer_kind == PayerKind.INDEPENDENT
        )
    if basis.independent or isinstance(row, RegistrationRow | RevocationRow):
        return False
    begins = row.assigned_on if isinstance(row, CategoryFactRow) else day_of(row.arrived)
    ends = row.removed_on if isinstance(row, CategoryFactRow) else None
    return begins <= last_day(basis.last) and (ends is None or ends > first_day(basis.first))
