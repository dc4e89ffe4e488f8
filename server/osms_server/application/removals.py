"""
The guard against mass removals.

A sender's mistake can remove a whole category in a night. Once the removals of a category on one
day would exceed both a share of its holders and a number, the one that would, and all after it
that day, wait for a supervisor.
"""

from __future__ import annotations

from uuid import UUID

from osms_common.domain.codes import Category
from osms_server.application.ports import Transaction
from osms_server.application.rows import (
    HeldBatchRow,
    HeldKind,
    HeldRemovalRow,
    RemovalGuardRow,
)
from osms_server.rules.parameters import Parameters


class RemovalGuard:
    """Counts the removals of each category on the day of a transaction."""

    def __init__(self, tx: Transaction, parameters: Parameters) -> None:
        self._tx = tx
        self._count_max = parameters.removal_count.on(tx.day)
        self._share_max = parameters.removal_share.on(tx.day)
        self._guards: dict[Category, RemovalGuardRow] = {}
        self._held: list[HeldRemovalRow] = []

    def holds(self, removal: HeldRemovalRow) -> bool:
        """Whether the removal must wait; if not, it is counted."""
        guard = self._guard(removal.category)
        count = guard.removed_count + 1
        if count > self._count_max:
            if guard.holder_count is None:
                holders = self._tx.guards.holders_at_start_of(self._tx.day, removal.category)
                guard = guard._replace(holder_count=holders)
            assert guard.holder_count is not None
            if count > self._share_max * guard.holder_count:
                self._guards[removal.category] = guard
                return True
        self._guards[removal.category] = guard._replace(removed_count=count)
        return False

    def hold(self, removal: HeldRemovalRow) -> UUID:
        """Lets the removal wait in the held batch of its category and day."""
        guard = self._guard(removal.category)
        held_batch_id = guard.held_batch_id or self._open_held_batch(removal, guard)
        self._held.append(removal._replace(held_batch_id=held_batch_id))
        return held_batch_id

    def keep(self) -> None:
        """Keeps the counts, and the removals that wait."""
        for guard in self._guards.values():
            self._tx.guards.put(guard)
        if self._held:
            self._tx.approvals.add_removals(self._held)

    def _guard(self, category: Category) -> RemovalGuardRow:
        if category not in self._guards:
            self._guards[category] = self._tx.guards.get(self._tx.day, category)
        return self._guards[category]

    def _open_held_batch(self, removal: HeldRemovalRow, guard: RemovalGuardRow) -> UUID:
        held_batch_id = self._tx.new_id()
        self._guards[removal.category] = guard._replace(held_batch_id=held_batch_id)
        reason = (
            f"more than {self._count_max} and more than {self._share_max:.0%} of"
            f" {guard.holder_count} holders would be removed on {guard.day}"
        )
        self._tx.approvals.add(
            HeldBatchRow(
                held_batch_id,
                HeldKind.CATEGORY_REMOVALS,
                removal.sender,
                self._tx.revision,
                removal.category,
                reason,
                {"day": guard.day.isoformat()},
                0,
            )
        )
        return held_batch_id
