"""
The repair queue: a rejected line is corrected and sent again, or closed with a reason.

The corrected line is judged like any other, under the sender it came from. Taken, it closes the
rejection; rejected again, it stays in the queue with all attempts in its history.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from osms_common.application.callers import Caller, Scope
from osms_common.domain.codes import FeedKind, Outcome, Role
from osms_common.domain.deliveries import (
    Batch,
    FeedId,
    RecordOutcome,
)
from osms_common.domain.errors import NotAllowed, NotFound, WrongState
from osms_server.application.categories import CategoryReceiver
from osms_server.application.feed import Receiver
from osms_server.application.payments import PaymentReceiver
from osms_server.application.ports import Reading, Transaction
from osms_server.application.rosters import RosterChangeReceiver
from osms_server.application.rows import (
    AttemptRow,
    ClosingRow,
    RejectionFilter,
    RejectionRow,
    RejectionState,
)
from osms_server.application.verdicts import Verdicts
from osms_server.rules.parameters import Parameters

_ACCEPTED = Outcome.ACCEPTED


def receiver_for(kind: FeedKind, parameters: Parameters) -> Receiver[Any]:
    """Who judges the lines of a kind of feed; a line of a snapshot is sent again as a change."""
    receivers: Mapping[FeedKind, type[Receiver[Any]]] = {
        FeedKind.CATEGORY: CategoryReceiver,
        FeedKind.PAYMENT: PaymentReceiver,
        FeedKind.ROSTER: RosterChangeReceiver,
        FeedKind.ROSTER_CHANGE: RosterChangeReceiver,
    }
    receiver: Any = receivers[kind]
    return receiver(parameters)  # type: ignore[no-any-return]


def find_open(tx: Transaction, caller: Caller, rejection_id: UUID) -> RejectionRow:
    """
    A rejection that waits for a correction by *caller*.

    NotFound: there is none that is the caller's. WrongState: it was taken already.
    """
    row = _visible(tx.repair.get(rejection_id), caller, rejection_id)
    if row.state is not RejectionState.OPEN:
        raise WrongState("rejection", str(rejection_id), row.state.name.lower())
    return row


def visible_to(caller: Caller, wanted: RejectionFilter) -> RejectionFilter:
    """
    Those of the wanted lines that *caller* may see: all of them, or only its own.

    NotAllowed: another sender's are wanted.
    """
    if caller.scope is Scope.ALL:
        return wanted
    if caller.role is Role.SOURCE:
        return wanted._replace(source=caller.name)
    if wanted.sender not in {"", caller.name}:
        raise NotAllowed("list another sender's rejections", "the Fund")
    return wanted._replace(sender=caller.name)


def _visible(row: RejectionRow | None, caller: Caller, rejection_id: UUID) -> RejectionRow:
    """A line that the caller may see; of others it is not told that they are there."""
    if row is None or not _is_visible(row, caller):
        raise NotFound("rejection", str(rejection_id))
    return row


def _is_visible(row: RejectionRow, caller: Caller) -> bool:
    if caller.role is Role.SOURCE:
        return row.source == caller.name
    return caller.scope is Scope.ALL or row.sender == caller.name


def resubmit(
    tx: Transaction,
    parameters: Parameters,
    caller: Caller,
    rejection: RejectionRow,
    line: tuple[Any, bytes],
) -> RecordOutcome:
    """Judges a corrected line, which comes with its content as it was sent."""
    record, content = line
    feed = FeedId(rejection.kind, rejection.sender)
    # A line of a snapshot has no position in a feed that it could be withdrawn by.
    position = 0 if rejection.kind is FeedKind.ROSTER else rejection.position
    batch = Batch(position, [record], lambda _: content)
    verdicts = Verdicts(tx, feed, batch)
    receiver = receiver_for(rejection.kind, parameters)
    row = tx.feeds.get(feed)
    received = receiver.receive(tx, row, batch, verdicts)
    if received.number_max > row.message_number_max:
        tx.feeds.put(row._replace(message_number_max=received.number_max))
    outcome = next(iter(verdicts.outcomes), RecordOutcome(position, _ACCEPTED))
    outcome = outcome._replace(position=rejection.position)
    tx.repair.add_attempt(
        AttemptRow(
            rejection.rejection_id,
            caller.text,
            tx.revision,
            outcome.outcome,
            outcome.violations,
            content,
        )
    )
    if outcome.outcome is not Outcome.REJECTED:
        tx.repair.put_state(rejection.rejection_id, RejectionState.RESUBMITTED)
        return outcome
    return outcome._replace(rejection_id=str(rejection.rejection_id))


def close_rejection(
    tx: Transaction, caller: Caller, rejection_id: UUID, reason: str
) -> RejectionRow:
    """Closes a rejection that will not be sent again; raises as `find_open`."""
    row = find_open(tx, caller, rejection_id)
    tx.repair.close(rejection_id, caller.text, reason, tx.revision)
    tx.repair.put_state(rejection_id, RejectionState.CLOSED)
    return row._replace(state=RejectionState.CLOSED)


class RejectionHistory(NamedTuple):
    """A rejection, every attempt to correct it in order, and how it was closed if it was."""

    row: RejectionRow
    attempts: tuple[AttemptRow, ...]
    closing: ClosingRow | None


def rejection_history(reading: Reading, caller: Caller, rejection_id: UUID) -> RejectionHistory:
    """What was done with a rejection. NotFound: there is none that is the caller's."""
    row = _visible(reading.repair.get(rejection_id), caller, rejection_id)
    attempts = tuple(reading.repair.attempts(rejection_id))
    return RejectionHistory(row, attempts, reading.repair.closing(rejection_id))
