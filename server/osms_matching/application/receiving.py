"""
Judges the lines of the feeds of reports and contributions, each against all before it.

A record told again takes the place of what was told before, unless it says the same: then it is a
duplicate. A line of a payment comes once; the same again is a duplicate, and with other content a
conflict, as in the register.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from osms_common.application.feed import FeedRow, fresh_of
from osms_common.application.verdicts import Verdicts
from osms_common.domain.amounts import amount_text
from osms_common.domain.calendar import almaty_day
from osms_common.domain.codes import System
from osms_common.domain.deliveries import Batch, FeedAck, FeedId, Record, UnreadableRecord
from osms_common.domain.revision import Revision, instant_of
from osms_common.domain.violations import Reason, Violation
from osms_matching.application.ports import Evidence, RejectedRow, Transaction
from osms_matching.domain.contributions import Contribution, ContributionRefund
from osms_matching.domain.records import (
    ContributionLine,
    ContributionTold,
    RecordKey,
    ReportLine,
    ReportTold,
    WithdrawalTold,
)
from osms_matching.domain.reports import Known, Report
from osms_matching.rules.acceptance import (
    Limits,
    contribution_violations,
    refund_violations,
    report_violations,
)
from osms_matching.rules.work import Line, line_of


class Receiver(Protocol[Record]):
    """Judges and keeps the batches of one kind of feed."""

    def receive(
        self,
        evidence: Evidence,
        revision: Revision,
        sender: System,
        batch: Batch[Record],
        verdicts: Verdicts,
    ) -> None:
        """Judges a batch, and keeps what of it is in order, known since *revision*."""


def store_batch(
    tx: Transaction, row: FeedRow, batch: Batch[Record], receiver: Receiver[Record]
) -> FeedAck:
    """Judges and keeps what a feed has not had of a batch. PositionGap: there is a gap before."""
    found = fresh_of(row, batch)
    verdicts = Verdicts(tx.new_id, found.batch)
    if found.is_nothing_new:
        counts = verdicts.counts._replace(repeated=found.repeated)
        return FeedAck(row.next_position, tx.revision, counts, ())
    receiver.receive(tx.evidence, tx.revision, System(row.sender), found.batch, verdicts)
    feed = FeedId(row.kind, row.sender)
    tx.rejections.add(RejectedRow(line, feed, tx.revision) for line in verdicts.rejected)
    tx.feeds.put(row._replace(next_position=found.batch.next_position))
    counts = verdicts.counts._replace(repeated=found.repeated)
    return FeedAck(found.batch.next_position, tx.revision, counts, verdicts.outcomes)


def _limits_at(revision: Revision) -> Limits:
    return Limits(almaty_day(instant_of(revision)))


class ReportReceiver:
    """Receives the batches of a feed of reports."""

    def receive(
        self,
        evidence: Evidence,
        revision: Revision,
        sender: System,
        batch: Batch[ReportLine],
        verdicts: Verdicts,
    ) -> None:
        """Judges and keeps a batch; of several lines about a record, the last one stands."""
        judge = _ReportJudge(evidence, revision, sender, batch.records)
        for position, line in enumerate(batch.records, batch.first_position):
            judge.judge(position, line, verdicts)
        judge.keep()


class _ReportJudge:
    """Judges one line after the other, each against all before it."""

    def __init__(
        self,
        evidence: Evidence,
        revision: Revision,
        sender: System,
        lines: Sequence[ReportLine],
    ) -> None:
        self._evidence = evidence
        self._sender = sender
        self._limits, self._known = _limits_at(revision), Known(revision)
        keys = {key for line in lines if (key := _key(line, sender)) is not None}
        self._before = evidence.current(keys)
        self._standing: dict[RecordKey, Report | None] = dict(self._before)

    def judge(self, position: int, line: ReportLine, verdicts: Verdicts) -> None:
        """Accepts, acknowledges as duplicate, or rejects one line."""
        key, violations = _key(line, self._sender), _violations(line, self._sender, self._limits)
        if violations or key is None:
            verdicts.reject(position, violations)
        elif isinstance(line, ReportTold):
            assert line.report is not None
            self._judge_report(position, key, line.report, verdicts)
        elif self._standing.get(key) is None:
            unknown = Violation("withdrawal.record_id", Reason.RECORD_UNKNOWN, key.record_id)
            verdicts.reject(position, (unknown,))
        else:
            self._standing[key] = None
            verdicts.accept(position)

    def _judge_report(
        self, position: int, key: RecordKey, report: Report, verdicts: Verdicts
    ) -> None:
        told, stands = replace(report, known=self._known), self._standing.get(key)
        if stands is not None and replace(stands, known=self._known) == told:
            verdicts.duplicate(position)
            return
        self._standing[key] = told
        verdicts.accept(position)

    def keep(self) -> None:
        """Keeps what stands now and did not before, and what stands no more."""
        before = self._before
        changed = {key: now for key, now in self._standing.items() if now != before.get(key)}
        withdrawn = [key for key, report in changed.items() if report is None]
        self._evidence.withdraw(withdrawn, self._known)
        told = [(key, report) for key, report in changed.items() if report is not None]
        self._evidence.tell(told)


def _key(line: ReportLine, sender: System) -> RecordKey | None:
    if isinstance(line, UnreadableRecord) or line.kind is None or line.violations:
        return None  # what cannot be read is looked for nowhere
    return RecordKey(sender, line.kind, line.record_id)


def _violations(line: ReportLine, sender: System, limits: Limits) -> tuple[Violation, ...]:
    if isinstance(line, UnreadableRecord) or line.kind is None:
        return line.violations
    if isinstance(line, WithdrawalTold):
        return line.violations
    by_law = report_violations(line.kind, line.report, sender, limits)
    return (
        *line.violations,
        *(each._replace(field=f"{line.path}{each.field}".rstrip(".")) for each in by_law),
    )


class ContributionReceiver:
    """Receives the batches of the feed of contributions."""

    def receive(
        self,
        evidence: Evidence,
        revision: Revision,
        sender: System,
        batch: Batch[ContributionLine],
        verdicts: Verdicts,
    ) -> None:
        """Judges and keeps a batch."""
        del sender  # only one system has this feed
        judge = _ContributionJudge(evidence, revision, batch.records)
        for position, line in enumerate(batch.records, batch.first_position):
            judge.judge(position, line, verdicts)
        judge.keep()


class _ContributionJudge:
    """Judges one line after the other, each against all before it."""

    def __init__(
        self, evidence: Evidence, revision: Revision, lines: Sequence[ContributionLine]
    ) -> None:
        self._evidence = evidence
        self._limits, self._known = _limits_at(revision), Known(revision)
        told = {line_of(each) for line in lines if (each := _told(line)) is not None}
        refunded = {
            line_of(each) for line in lines if isinstance(each := _told(line), ContributionRefund)
        }
        self._lines: dict[Line, Contribution] = dict(evidence.lines(told))
        self._refunds: dict[Line, dict[str, ContributionRefund]] = {
            line: dict(refunds) for line, refunds in evidence.refunds(refunded).items()
        }
        self._new_lines: list[Contribution] = []
        self._new_refunds: list[tuple[str, ContributionRefund]] = []

    def judge(self, position: int, line: ContributionLine, verdicts: Verdicts) -> None:
        """Accepts, acknowledges as duplicate, or rejects one line."""
        told = _told(line)
        if line.violations or told is None:
            verdicts.reject(position, line.violations)
        elif isinstance(told, Contribution):
            self._judge_contribution(position, told, verdicts)
        else:
            assert not isinstance(line, (ContributionTold, UnreadableRecord))
            self._judge_refund(position, line.refund_reference, told, verdicts)

    def _judge_contribution(self, position: int, told: Contribution, verdicts: Verdicts) -> None:
        violations = contribution_violations(told, self._limits)
        if violations:
            verdicts.reject(position, violations)
            return
        told = replace(told, known=self._known)
        line = line_of(told)
        stands = self._lines.get(line)
        if stands is None:
            self._lines[line] = told
            self._new_lines.append(told)
            verdicts.accept(position)
        elif replace(stands, known=self._known) == told:
            verdicts.duplicate(position)
        else:
            conflict = Violation("contribution", Reason.PAYMENT_CONFLICT, told.reference)
            verdicts.reject(position, (conflict,))

    def _judge_refund(
        self, position: int, reference: str, told: ContributionRefund, verdicts: Verdicts
    ) -> None:
        told = replace(told, known=self._known)
        line = line_of(told)
        of_line = self._refunds.setdefault(line, {})
        stands = of_line.get(reference)
        if stands is not None and replace(stands, known=self._known) == told:
            verdicts.duplicate(position)
            return
        violations = refund_violations(told, self._limits) or self._refund_violations(
            reference, told
        )
        if violations:
            verdicts.reject(position, violations)
            return
        of_line[reference] = told
        self._new_refunds.append((reference, told))
        verdicts.accept(position)

    def _refund_violations(
        self, reference: str, told: ContributionRefund
    ) -> tuple[Violation, ...]:
        """What is wrong with a refund, by what is known of its line."""
        line = line_of(told)
        of_line = self._refunds[line]
        if reference in of_line:
            return (Violation("refund", Reason.REFUND_CONFLICT, reference),)
        paid = self._lines.get(line)
        if paid is None:
            return (Violation("refund.reference", Reason.PAYMENT_UNKNOWN, told.reference),)
        found: list[Violation] = []
        if told.refunded_on < paid.paid_on:
            value = f"{told.refunded_on} < {paid.paid_on}"
            found.append(Violation("refund.refunded_date", Reason.REFUND_TOO_EARLY, value))
        left = max(paid.amount - sum(each.amount for each in of_line.values()), 0)
        if told.amount > left:
            value = f"{amount_text(told.amount)} > {amount_text(left)}"
            found.append(Violation("refund.amount", Reason.REFUND_TOO_LARGE, value))
        return tuple(found)

    def keep(self) -> None:
        """Keeps what was accepted."""
        self._evidence.add_contributions(self._new_lines)
        self._evidence.add_refunds(self._new_refunds)


def _told(line: ContributionLine) -> Contribution | ContributionRefund | None:
    if isinstance(line, UnreadableRecord):
        return None
    return line.contribution if isinstance(line, ContributionTold) else line.refund
