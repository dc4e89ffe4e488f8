"""
Withdraws everything that one feed sent between two positions.

Nothing is deleted. The facts stay, known until the withdrawal and no more from it on; so what was
told on a day stays told, and every answer repairs itself as after any other loss. A withdrawal
takes two supervisors; what comes after it was asked for, to whichever position, is no part of it.
What was withdrawn can be sent again, corrected, under the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from osms_common.application.callers import Caller
from osms_common.domain.codes import FeedKind, System
from osms_common.domain.deliveries import FeedId
from osms_common.domain.errors import InvalidRequest, NotFound
from osms_common.domain.identifiers import Iin
from osms_common.domain.violations import Reason, Violation
from osms_server.application.drafts import Drafts
from osms_server.application.portions import portions
from osms_server.application.ports import Transaction
from osms_server.application.rosters import keep_snapshots_said
from osms_server.application.rows import (
    HeldBatchRow,
    HeldKind,
    HeldState,
    Sent,
    WithdrawalRow,
)
from osms_server.domain.facts import RosterMark
from osms_server.rules.parameters import Parameters


class Withdrawal(NamedTuple):
    """What is to be withdrawn: the records of a feed from one position to another, included."""

    feed: FeedId
    first_position: int
    last_position: int
    reason: str


class AskedWithdrawal(NamedTuple):
    """The held batch in which a withdrawal waits, and how many facts it is about."""

    held_batch_id: UUID
    fact_count: int


def ask_withdrawal(tx: Transaction, caller: Caller, wanted: Withdrawal) -> AskedWithdrawal:
    """
    Asks to withdraw; it waits for another supervisor.

    NotAllowed: the caller is no supervisor. InvalidRequest: the feed has not come that far.
    NotFound: nothing that stands came from there.
    """
    caller.must_be_supervisor("withdraw what a feed sent")
    feed, first, last, _ = wanted
    if last >= tx.feeds.get(feed).next_position:
        raise InvalidRequest((Violation("last_position", Reason.POSITION_UNKNOWN, str(last)),))
    place = f"{first}-{last}"
    count = tx.withdrawals.count(Sent(feed, first, last, tx.revision))
    if not count:
        raise NotFound("fact", f"{feed.sender} {place}")
    held_batch_id = tx.new_id()
    tx.approvals.add(
        HeldBatchRow(
            held_batch_id,
            HeldKind.WITHDRAWAL,
            caller.name,
            tx.revision,
            f"{feed.sender} {feed.kind.name} {place}",
            "a withdrawal takes two supervisors",
            {
                "feed_kind": feed.kind.value,
                "sender": feed.sender,
                "first_position": first,
                "last_position": last,
                "reason": wanted.reason,
            },
            1,
        )
    )
    return AskedWithdrawal(held_batch_id, count)


def approve_withdrawal(
    tx: Transaction, row: HeldBatchRow, parameters: Parameters, approved_by: str
) -> None:
    """Withdraws now what a held batch asks for; what of it still waits is declined."""
    content = row.content
    feed = FeedId(FeedKind(content["feed_kind"]), content["sender"])
    first, last = content["first_position"], content["last_position"]
    sent = Sent(feed, first, last, until=row.arrived)
    people = tx.withdrawals.people(sent)
    tx.withdrawals.add(
        WithdrawalRow(
            row.held_batch_id,
            FeedKind(feed.kind),
            feed.sender,
            first,
            last,
            row.requested_by,
            content["reason"],
            tx.revision,
        )
    )
    if feed.kind is FeedKind.ROSTER_CHANGE:
        _withdraw_changes(tx, parameters, sent, people)
    else:
        tx.withdrawals.mark(sent)
        _decide_again(tx, parameters, people)
    if feed.kind is FeedKind.CATEGORY:
        _decline_waiting(tx, sent, approved_by)


def _decide_again(tx: Transaction, parameters: Parameters, people: Iterable[Iin]) -> None:
    for portion in portions(people):
        drafts = Drafts(tx, parameters)
        drafts.gather(portion)
        for iin in portion:
            drafts.decide_again(iin)
        drafts.keep()


def _decline_waiting(tx: Transaction, sent: Sent, declined_by: str) -> None:
    """Declines what was sent and still waits; it is not known and never will be."""
    for held_batch_id, positions in tx.approvals.waiting_of(sent).items():
        tx.approvals.decide_removals(held_batch_id, positions, HeldState.DECLINED)
        held = tx.approvals.get(held_batch_id)
        assert held is not None
        left = held.waiting_count - len(positions)
        tx.approvals.put(
            held._replace(
                waiting_count=left,
                state=HeldState.WAITING if left else HeldState.DECLINED,
                decided_by=declined_by,
                decided=tx.revision,
            )
        )


def _withdraw_changes(
    tx: Transaction, parameters: Parameters, sent: Sent, people: Sequence[Iin]
) -> None:
    """Withdraws changes of staff; what the snapshots after them said stays as they said it."""
    body = System(sent.feed.sender)
    before: dict[Iin, list[RosterMark]] = {}
    for portion in portions(people):
        marks = tx.facts.roster_marks(portion)
        before |= {
            iin: [kept.row.as_fact() for kept in marks.get(iin, ()) if kept.stands]
            for iin in portion
        }
    tx.withdrawals.mark(sent)
    for portion in portions(people):
        drafts = Drafts(tx, parameters)
        drafts.gather(portion)
        for iin in portion:
            drafts.decide_again(iin)
        keep_snapshots_said(tx, drafts, body, {iin: before[iin] for iin in portion})
