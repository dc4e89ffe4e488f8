"""
Two pairs of eyes: what is held, and what becomes of it.

What waits changes nothing and is not known. Approved, it becomes known then, with its own dates;
declined, it never does. Nobody approves what he asked for himself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, assert_never
from uuid import UUID

from osms_common.application.callers import Caller
from osms_common.domain.codes import FeedKind
from osms_common.domain.deliveries import FeedId, Preview
from osms_common.domain.errors import InvalidRequest, NotAllowed, NotFound, WrongState
from osms_common.domain.identifiers import Iin
from osms_common.domain.revision import Revision
from osms_common.domain.violations import Reason, Violation
from osms_server.application.categories import approve_removals
from osms_server.application.consumers import approve_registration
from osms_server.application.overlays import approve_incident, approve_lapse
from osms_server.application.ports import Register, Transaction
from osms_server.application.previewing import PersonChange
from osms_server.application.rosters import approve_snapshot
from osms_server.application.rows import HeldBatchRow, HeldKind, HeldState
from osms_server.application.withdrawals import approve_withdrawal
from osms_server.rules.parameters import Parameters


class Decision(NamedTuple):
    """A held batch after a decision, and how many records were decided."""

    row: HeldBatchRow
    decided_count: int


def approve(
    tx: Transaction,
    parameters: Parameters,
    caller: Caller,
    held_batch_id: UUID,
    positions: Sequence[int],
) -> Decision:
    """
    Approves what waits in a held batch: all of it, or the removals at *positions*.

    NotAllowed: the caller is no supervisor, or asked for it. NotFound, WrongState: there is no
    such batch, or nothing in it waits. InvalidRequest: it has nothing at some of the positions.
    """
    caller.must_be_supervisor("approve what is held")
    row = find_waiting(tx, held_batch_id)
    if _has_asked_for(tx, caller, row, positions):
        raise NotAllowed("approve what one asked for", "another supervisor of the Fund")
    count = _make_known(tx, parameters, row, positions, caller.name)
    return _decide(tx, row, caller, HeldState.APPROVED, count)


def _has_asked_for(
    tx: Transaction, caller: Caller, row: HeldBatchRow, positions: Sequence[int]
) -> bool:
    """
    Whether the caller has asked for something of what is to be approved.

    A person has one name, in whatever role. Of removals, those are the caller's that the caller
    has corrected in the repair queue: then they are what the caller wrote, and not the sender.
    """
    if row.requested_by.casefold() == caller.name.casefold():
        return True
    if row.kind is not HeldKind.CATEGORY_REMOVALS:
        return False
    removals = tx.approvals.waiting_removals(row.held_batch_id, positions)
    correctors = tx.repair.correctors(
        FeedId(FeedKind.CATEGORY, row.requested_by), [removal.position for removal in removals]
    )
    names = {text.partition("/")[2].casefold() for text in correctors}
    return caller.name.casefold() in names


def _make_known(
    tx: Transaction,
    parameters: Parameters,
    row: HeldBatchRow,
    positions: Sequence[int],
    approved_by: str,
) -> int:
    """Makes what waits in a held batch known now; returns how many records it was."""
    _refuse_unknown(tx, row, positions)
    match row.kind:
        case HeldKind.CATEGORY_REMOVALS:
            return _make_removals_known(tx, parameters, row, positions)
        case HeldKind.ROSTER_SNAPSHOT:
            approve_snapshot(tx, UUID(row.content["snapshot_id"]), parameters)
        case HeldKind.FUND_INCIDENT:
            approve_incident(tx, row)
        case HeldKind.BUDGET_LAPSE:
            approve_lapse(tx, row)
        case HeldKind.WITHDRAWAL:
            approve_withdrawal(tx, row, parameters, approved_by)
        case HeldKind.REPEATED_REGISTRATION:
            approve_registration(tx, row, parameters)
        case _:
            assert_never(row.kind)
    return 1


class HeldPreview(NamedTuple):
    """What an approval would change; None where it would change the answers of everybody."""

    preview: Preview | None
    revision: Revision
    """Revision of the register that an approval would change."""

    changes: tuple[PersonChange, ...] = ()


_ABOUT_EVERYBODY: Final = frozenset({HeldKind.FUND_INCIDENT, HeldKind.BUDGET_LAPSE})


def preview(
    register: Register,
    parameters: Parameters,
    caller: Caller,
    held_batch_id: UUID,
    positions: Sequence[int],
    page: tuple[Iin, int],
) -> HeldPreview:
    """
    Whom an approval by the caller now would give or take days of the right; nothing is changed.

    The *page* is the IIN after which people are listed, and how many at the most. NotFound,
    WrongState: there is no such batch, or nothing in it waits. InvalidRequest: it has nothing at
    some of the positions.
    """
    with register.rehearse_approval() as rehearsal:
        row = find_waiting(rehearsal, held_batch_id)
        if row.kind in _ABOUT_EVERYBODY:
            _refuse_unknown(rehearsal, row, positions)
            return HeldPreview(None, rehearsal.previous)
        _make_known(rehearsal, parameters, row, positions, caller.name)
        return HeldPreview(
            rehearsal.preview(), rehearsal.previous, tuple(rehearsal.changes(*page))
        )


def decline(
    tx: Transaction, caller: Caller, held_batch_id: UUID, positions: Sequence[int]
) -> Decision:
    """
    Declines what waits in a held batch: all of it, or the removals at *positions*.

    NotAllowed: the caller is no supervisor. NotFound, WrongState: there is no such batch, or
    nothing in it waits. InvalidRequest: it has nothing at some of the positions.
    """
    caller.must_be_supervisor("decline what is held")
    row = find_waiting(tx, held_batch_id)
    _refuse_unknown(tx, row, positions)
    if row.kind is not HeldKind.CATEGORY_REMOVALS:
        return _decide(tx, row, caller, HeldState.DECLINED, 1)
    removals = tx.approvals.waiting_removals(held_batch_id, positions)
    declined = [removal.position for removal in removals]
    tx.approvals.decide_removals(held_batch_id, declined, HeldState.DECLINED)
    return _decide(tx, row, caller, HeldState.DECLINED, len(declined))


def find_waiting(tx: Transaction, held_batch_id: UUID) -> HeldBatchRow:
    """A held batch of which something waits. NotFound, WrongState: there is none."""
    row = tx.approvals.get(held_batch_id)
    if row is None:
        raise NotFound("held batch", str(held_batch_id))
    if not row.waiting_count:
        raise WrongState("held batch", str(held_batch_id), row.state.name.lower())
    return row


def _refuse_unknown(tx: Transaction, row: HeldBatchRow, positions: Sequence[int]) -> None:
    """InvalidRequest: a position at which the batch has no removal; only removals have any."""
    if not positions:
        return
    unknown = tx.approvals.unknown_positions(row.held_batch_id, positions)
    if unknown:
        raise InvalidRequest(
            tuple(Violation("positions", Reason.POSITION_UNKNOWN, str(at)) for at in unknown)
        )


def _make_removals_known(
    tx: Transaction, parameters: Parameters, row: HeldBatchRow, positions: Sequence[int]
) -> int:
    removals = tx.approvals.waiting_removals(row.held_batch_id, positions)
    approve_removals(tx, removals, parameters)
    approved = [removal.position for removal in removals]
    tx.approvals.decide_removals(row.held_batch_id, approved, HeldState.APPROVED)
    return len(approved)


def _decide(
    tx: Transaction, row: HeldBatchRow, caller: Caller, state: HeldState, count: int
) -> Decision:
    if not count:
        raise WrongState("held batch", str(row.held_batch_id), "not waiting at these positions")
    left = row.waiting_count - count
    decided = row._replace(
        waiting_count=left,
        state=HeldState.WAITING if left else state,
        decided_by=caller.name,
        decided=tx.revision,
    )
    tx.approvals.put(decided)
    return Decision(decided, count)
