"""What waits for a supervisor."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from osms_common.domain.codes import Category, System
from osms_common.persistence.copying import copy_rows
from osms_server.application.rows import (
    HeldBatchRow,
    HeldKind,
    HeldRemovalRow,
    HeldState,
    Sent,
)
from osms_server.persistence.tables import held_batch, held_removal


def _held_batch_row(row: Any) -> HeldBatchRow:
    return HeldBatchRow(
        row.held_batch_id,
        HeldKind(row.kind),
        row.requested_by,
        row.arrived,
        row.subject,
        row.reason,
        row.content,
        row.waiting_count,
        HeldState(row.state),
        row.decided_by,
        row.decided,
    )


class ApprovalTables:
    """Held batches, in one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, row: HeldBatchRow) -> None:
        """Keeps what waits."""
        self._connection.execute(sa.insert(held_batch).values(row._asdict()))

    def get(self, held_batch_id: UUID) -> HeldBatchRow | None:
        """What waits, or was decided, by its id."""
        found = self._connection.execute(
            sa.select(held_batch).where(held_batch.c.held_batch_id == held_batch_id)
        ).first()
        return _held_batch_row(found) if found else None

    def put(self, row: HeldBatchRow) -> None:
        """Keeps what became of it."""
        self._connection.execute(
            sa.update(held_batch)
            .where(held_batch.c.held_batch_id == row.held_batch_id)
            .values(
                waiting_count=row.waiting_count,
                state=row.state,
                decided_by=row.decided_by,
                decided=row.decided,
            )
        )

    def waiting_for(self, kind: HeldKind, subject: str) -> Sequence[HeldBatchRow]:
        """Held batches about something that wait."""
        found = self._connection.execute(
            sa.select(held_batch).where(
                held_batch.c.kind == kind,
                held_batch.c.subject == subject,
                held_batch.c.waiting_count > 0,
            )
        )
        return [_held_batch_row(row) for row in found]

    def page(
        self, state: HeldState | None, size: int, before: UUID | None
    ) -> Sequence[HeldBatchRow]:
        """Held batches, newest first."""
        statement = sa.select(held_batch).order_by(held_batch.c.held_batch_id.desc()).limit(size)
        if state is not None:
            statement = statement.where(held_batch.c.state == state)
        if before is not None:
            statement = statement.where(held_batch.c.held_batch_id < before)
        return [_held_batch_row(row) for row in self._connection.execute(statement)]

    def add_removals(self, rows: Sequence[HeldRemovalRow]) -> None:
        """Keeps removals that wait in their held batches, and counts them there."""
        copy_rows(self._connection, held_removal, [(*row, None) for row in rows])
        for held_batch_id, count in Counter(row.held_batch_id for row in rows).items():
            self._connection.execute(
                sa.update(held_batch)
                .where(held_batch.c.held_batch_id == held_batch_id)
                .values(waiting_count=held_batch.c.waiting_count + count, state=HeldState.WAITING)
            )

    def waiting_removals(
        self, held_batch_id: UUID, positions: Sequence[int]
    ) -> list[HeldRemovalRow]:
        """Removals that wait, in order of position; all of them if no positions are given."""
        statement = (
            sa.select(held_removal)
            .where(held_removal.c.held_batch_id == held_batch_id)
            .where(held_removal.c.decision.is_(None))
            .order_by(held_removal.c.position)
        )
        if positions:
            statement = statement.where(_is_one_of(positions))
        return [
            HeldRemovalRow(
                row.held_batch_id,
                row.position,
                row.iin,
                Category(row.category),
                row.assigned_on,
                row.removed_on,
                System(row.source),
                row.reason,
                row.message_number,
                row.sender,
                row.arrived,
            )
            for row in self._connection.execute(statement)
        ]

    def waiting_of(self, sent: Sent) -> Mapping[UUID, list[int]]:
        """The positions of the removals that a feed sent and that wait, by held batch."""
        waiting: defaultdict[UUID, list[int]] = defaultdict(list)
        for row in self._connection.execute(
            sa.select(held_removal.c.held_batch_id, held_removal.c.position)
            .where(waits_of(sent))
            .order_by(held_removal.c.position)
        ):
            waiting[row.held_batch_id].append(row.position)
        return waiting

    def unknown_positions(self, held_batch_id: UUID, positions: Sequence[int]) -> list[int]:
        """Those of *positions* at which the held batch never had a removal, in order."""
        found = self._connection.execute(
            sa.select(held_removal.c.position)
            .where(held_removal.c.held_batch_id == held_batch_id)
            .where(_is_one_of(positions))
        )
        return sorted({*positions} - {row.position for row in found})

    def decide_removals(
        self, held_batch_id: UUID, positions: Sequence[int], decision: HeldState
    ) -> None:
        """Keeps what became of removals."""
        self._connection.execute(
            sa.update(held_removal)
            .where(held_removal.c.held_batch_id == held_batch_id)
            .where(_is_one_of(positions))
            .values(decision=decision)
        )


def waits_of(sent: Sent) -> sa.ColumnElement[bool]:
    """Whether a removal is one that a feed sent, and waits."""
    return sa.and_(
        held_removal.c.sender == sent.feed.sender,
        held_removal.c.position.between(sent.first, sent.last),
        held_removal.c.arrived <= sent.until,
        held_removal.c.decision.is_(None),
    )


_BIGINTS = sa.ARRAY(sa.BigInteger)


def _is_one_of(positions: Sequence[int]) -> sa.ColumnElement[bool]:
    """As one array: there may be more of them than a statement may have parameters."""
    return held_removal.c.position == sa.any_(sa.cast(list(positions), _BIGINTS))
