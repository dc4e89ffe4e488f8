"""
Judges payment lines and refunds.

A payment is told by its reference, IIN, purpose code and period; a refund by its own reference and
those of the payment. The same again is a duplicate and counts once; the same identity with other
content is a conflict. Every line that is in order is kept, also one that never counts towards the
right.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from typing import NamedTuple

from osms_common.application.feed import FeedRow
from osms_common.domain.amounts import amount_text
from osms_common.domain.calendar import Month, first_day
from osms_common.domain.codes import Obligation
from osms_common.domain.deliveries import Batch, UnreadableRecord
from osms_common.domain.identifiers import Iin
from osms_common.domain.revision import NEVER
from osms_common.domain.violations import Reason, Violation
from osms_server.application.drafts import Drafts, PersonDraft
from osms_server.application.feed import Received
from osms_server.application.ports import Transaction
from osms_server.application.rows import (
    FactKind,
    PaymentRow,
    RefundRow,
)
from osms_server.application.verdicts import Verdicts
from osms_server.domain.ledger import has_month
from osms_server.domain.records import PaymentRecord, RefundRecord
from osms_server.rules.acceptance import limits_on, payment_violations, refund_violations
from osms_server.rules.parameters import Parameters
from osms_server.rules.standing import counts

PaymentLine = PaymentRecord | RefundRecord | UnreadableRecord


class PaymentKey(NamedTuple):
    """What tells a payment line from every other."""

    iin: Iin
    period: date
    purpose_code: int
    reference: str


class PaymentReceiver:
    """Receives the batches of a payment feed."""

    empty_delivers = frozenset({Obligation.PAYMENT})

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters

    def receive(
        self, tx: Transaction, feed: FeedRow, batch: Batch[PaymentLine], verdicts: Verdicts
    ) -> Received:
        """Judges and keeps a batch."""
        drafts = Drafts(tx, self._parameters)
        drafts.gather(
            record.iin
            for record in batch.records
            if not isinstance(record, UnreadableRecord) and record.iin is not None
        )
        judge = PaymentJudge(tx, feed.sender, drafts, self._parameters)
        judge.read_lines(batch)
        for position, record in enumerate(batch.records, batch.first_position):
            judge.judge(position, record, verdicts)
        drafts.keep()
        taken = verdicts.counts.accepted > 0
        return Received(frozenset({Obligation.PAYMENT} if taken else ()))


class PaymentJudge:
    """Judges one line after the other, each against all before it."""

    def __init__(
        self, tx: Transaction, sender: str, drafts: Drafts, parameters: Parameters
    ) -> None:
        self._tx = tx
        self._sender = sender
        self._drafts = drafts
        self._parameters = parameters
        self._limits = limits_on(tx.day, parameters)
        self._payments: dict[PaymentKey, PaymentRow] = {}
        self._refunds: defaultdict[PaymentKey, dict[str, RefundRow]] = defaultdict(dict)
        self._ordinals: Counter[tuple[object, ...]] = Counter()

    def read_lines(self, batch: Batch[PaymentLine]) -> None:
        """Reads the lines of those persons of the batch whose lines may be there already."""
        iins = sorted(
            {
                record.iin
                for record in batch.records
                if not isinstance(record, UnreadableRecord)
                and record.iin is not None
                and self._may_be_known(self._drafts.of(record.iin), record)
            }
        )
        if not iins:
            return
        for payments in self._tx.facts.payments(iins).values():
            for row, withdrawn in payments:
                self._ordinals[payment_key(row)] += 1
                if withdrawn == NEVER:
                    self._payments[payment_key(row)] = row
        for refunds in self._tx.facts.refunds(iins).values():
            for refund, withdrawn in refunds:
                self._ordinals[refund_key(refund)] += 1
                if withdrawn == NEVER:
                    self._refunds[payment_key(refund)][refund.refund_reference] = refund

    def _may_be_known(self, draft: PersonDraft, record: PaymentRecord | RefundRecord) -> bool:
        """
        Whether a line must be looked for; the ledger of the person tells where it cannot be there.

        A month that is not in the ledger of a person without refunds has no line that counts.
        """
        if draft.row is None:
            return False
        kinds = draft.row.fact_kinds
        if not kinds & (FactKind.PAYMENT | FactKind.WITHDRAWN):
            return False
        if isinstance(record, RefundRecord) or kinds & (FactKind.REFUND | FactKind.WITHDRAWN):
            return True
        if record.period is None or record.purpose_code is None:
            return False
        return has_month(draft.row.ledger, record.period) or not counts(
            record.purpose_code, record.period, self._parameters
        )

    def judge(self, position: int, record: PaymentLine, verdicts: Verdicts) -> None:
        """Accepts, acknowledges as duplicate, or rejects one line."""
        if isinstance(record, UnreadableRecord):
            verdicts.reject(position, record.violations)
        elif isinstance(record, PaymentRecord):
            violations = payment_violations(record, self._limits)
            if violations:
                verdicts.reject(position, violations)
            else:
                self._judge_payment(position, record, verdicts)
        else:
            violations = refund_violations(record, self._limits)
            if violations:
                verdicts.reject(position, violations)
            else:
                self._judge_refund(position, record, verdicts)

    def _judge_payment(self, position: int, record: PaymentRecord, verdicts: Verdicts) -> None:
        iin, period, code = _complete(record.iin, record.period, record.purpose_code)
        key = PaymentKey(iin, period, code, record.reference)
        row = self._payment_row(position, record, key)
        known = self._payments.get(key)
        if known is None:
            self._payments[key] = row
            self._drafts.add_payment(row)
            verdicts.accept(position)
        elif known.content == row.content:
            verdicts.duplicate(position)
        else:
            conflict = Violation("payment", Reason.PAYMENT_CONFLICT, record.reference)
            verdicts.reject(position, (conflict,))

    def _judge_refund(self, position: int, record: RefundRecord, verdicts: Verdicts) -> None:
        row = self._refund_row(position, record)
        key = payment_key(row)
        known = self._refunds[key].get(row.refund_reference)
        if known is not None and known.content == row.content:
            verdicts.duplicate(position)
            return
        violations = self._refund_violations(row, key, is_conflict=known is not None)
        if violations:
            verdicts.reject(position, violations)
            return
        self._refunds[key][row.refund_reference] = row
        self._drafts.add_refund(row)
        verdicts.accept(position)

    def _refund_violations(
        self, row: RefundRow, key: PaymentKey, *, is_conflict: bool
    ) -> tuple[Violation, ...]:
        """What is wrong with a refund, by what is known of its payment."""
        if is_conflict:
            return (Violation("refund", Reason.REFUND_CONFLICT, row.refund_reference),)
        payment = self._payments.get(key)
        if payment is None:
            return (Violation("refund.reference", Reason.PAYMENT_UNKNOWN, row.reference),)
        found: list[Violation] = []
        if row.refunded_on < payment.received_on:
            value = f"{row.refunded_on} < {payment.received_on}"
            found.append(Violation("refund.refunded_date", Reason.REFUND_TOO_EARLY, value))
        given_back = sum(refund.amount for refund in self._refunds[key].values())
        left = max(payment.amount - given_back, 0)
        if row.amount > left:
            value = f"{amount_text(row.amount)} > {amount_text(left)}"
            found.append(Violation("refund.amount", Reason.REFUND_TOO_LARGE, value))
        return tuple(found)

    def _payment_row(self, position: int, record: PaymentRecord, key: PaymentKey) -> PaymentRow:
        assert record.received_on is not None
        assert record.amount is not None
        return PaymentRow(
            *key,
            self._ordinals.get(key, 0),
            record.received_on,
            record.amount,
            record.payer_kind,
            record.payer_id,
            record.payer_name,
            record.surname,
            record.given_name,
            record.patronymic,
            self._sender,
            position,
            self._tx.revision,
        )

    def _refund_row(self, position: int, record: RefundRecord) -> RefundRow:
        assert record.refunded_on is not None
        assert record.amount is not None
        iin, period, code = _complete(record.iin, record.period, record.purpose_code)
        payment = PaymentKey(iin, period, code, record.reference)
        return RefundRow(
            iin,
            period,
            code,
            record.reference,
            record.refund_reference,
            self._ordinals.get((*payment, record.refund_reference), 0),
            record.refunded_on,
            record.amount,
            self._sender,
            position,
            self._tx.revision,
        )


def payment_key(row: PaymentRow | RefundRow) -> PaymentKey:
    """The identity of a payment line, also where a refund names it."""
    return PaymentKey(row.iin, row.period, row.purpose_code, row.reference)


def refund_key(row: RefundRow) -> tuple[object, ...]:
    """The identity of a refund line."""
    return (*payment_key(row), row.refund_reference)


def _complete(
    iin: Iin | None, period: Month | None, purpose_code: int | None
) -> tuple[Iin, date, int]:
    """The fields of a record without violations, which are all there."""
    assert iin is not None
    assert period is not None
    assert purpose_code is not None
    return iin, first_day(period), purpose_code
