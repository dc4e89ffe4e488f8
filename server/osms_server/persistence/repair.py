"""The repair queue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from psycopg.types.json import Jsonb
from sqlalchemy.dialects import postgresql as pg

from osms_common.domain.codes import FeedKind, Outcome, System
from osms_common.domain.deliveries import FeedId
from osms_common.domain.revision import Revision
from osms_common.persistence.copying import copy_rows
from osms_common.persistence.violations import violations_json, violations_of
from osms_server.application.rows import (
    AttemptRow,
    ClosingRow,
    RejectionCount,
    RejectionFilter,
    RejectionRow,
    RejectionState,
)
from osms_server.persistence.tables import rejection, rejection_attempt, rejection_closed


def _rejection_row(row: Any) -> RejectionRow:
    return RejectionRow(
        row.rejection_id,
        FeedKind(row.feed_kind),
        row.sender,
        row.position,
        row.revision,
        violations_of(row.violations),
        row.content,
        RejectionState(row.state),
        row.source,
    )


class RepairTables:
    """Rejected lines, in one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, rows: Sequence[RejectionRow]) -> None:
        """Keeps rejected lines."""
        copy_rows(
            self._connection,
            rejection,
            [row._replace(violations=Jsonb(violations_json(row.violations))) for row in rows],  # type: ignore[arg-type]
        )

    def get(self, rejection_id: UUID) -> RejectionRow | None:
        """A rejected line, by its id."""
        found = self._connection.execute(
            sa.select(rejection).where(rejection.c.rejection_id == rejection_id)
        ).first()
        return _rejection_row(found) if found else None

    def of_snapshot(self, body: System, arrived: Revision) -> Sequence[RejectionRow]:
        """The rejected lines of a snapshot, in order."""
        found = self._connection.execute(
            sa.select(rejection)
            .where(
                rejection.c.sender == body.value,
                rejection.c.feed_kind == FeedKind.ROSTER,
                rejection.c.revision == arrived,
            )
            .order_by(rejection.c.position)
        )
        return [_rejection_row(row) for row in found]

    def put_state(self, rejection_id: UUID, state: RejectionState) -> None:
        """Keeps what became of a rejected line."""
        self._connection.execute(
            sa.update(rejection)
            .where(rejection.c.rejection_id == rejection_id)
            .values(state=state)
        )

    def add_attempt(self, row: AttemptRow) -> None:
        """Keeps that a corrected line was sent again."""
        attempts = (
            sa.select(sa.func.count() + 1)
            .where(rejection_attempt.c.rejection_id == row.rejection_id)
            .scalar_subquery()
        )
        self._connection.execute(
            sa.insert(rejection_attempt).values(
                **{**row._asdict(), "violations": violations_json(row.violations)},
                ordinal=attempts,
            )
        )

    def attempts(self, rejection_id: UUID) -> Sequence[AttemptRow]:
        """The attempts to correct a line, in order."""
        found = self._connection.execute(
            sa.select(rejection_attempt)
            .where(rejection_attempt.c.rejection_id == rejection_id)
            .order_by(rejection_attempt.c.ordinal)
        )
        return [
            AttemptRow(
                row.rejection_id,
                row.attempted_by,
                row.revision,
                Outcome(row.outcome),
                violations_of(row.violations),
                row.content,
            )
            for row in found
        ]

    def correctors(self, feed: FeedId, positions: Sequence[int]) -> Sequence[str]:
        """Who has sent corrected lines for lines of a feed at some of *positions*."""
        places = sa.any_(sa.cast(list(positions), sa.ARRAY(sa.BigInteger)))
        found = self._connection.execute(
            sa.select(rejection_attempt.c.attempted_by)
            .join(rejection, rejection.c.rejection_id == rejection_attempt.c.rejection_id)
            .where(
                rejection.c.sender == feed.sender,
                rejection.c.feed_kind == feed.kind,
                rejection.c.position == places,
            )
            .distinct()
        )
        return [row.attempted_by for row in found]

    def close(self, rejection_id: UUID, closed_by: str, reason: str, revision: Revision) -> None:
        """Keeps why a line will not be sent again."""
        row = ClosingRow(rejection_id, closed_by, reason, revision)
        self._connection.execute(sa.insert(rejection_closed).values(row._asdict()))

    def closing(self, rejection_id: UUID) -> ClosingRow | None:
        """Why a line will not be sent again, if it is so."""
        found = self._connection.execute(
            sa.select(rejection_closed).where(rejection_closed.c.rejection_id == rejection_id)
        ).first()
        return ClosingRow(*found) if found else None

    def counts(self, wanted: RejectionFilter) -> Sequence[RejectionCount]:
        """How many lines of those wanted were rejected, by sender, kind, state and reason."""
        # A line counts once under each of its reasons.
        every = sa.cast("$[*].reason", pg.JSONPATH)
        reasons = sa.func.jsonb_path_query(rejection.c.violations, every)
        lines = sa.select(
            rejection.c.rejection_id,
            rejection.c.sender,
            rejection.c.feed_kind,
            rejection.c.state,
            sa.type_coerce(reasons, pg.JSONB).label("reason"),
        ).distinct()
        for condition in _conditions(wanted):
            lines = lines.where(condition)
        by = lines.subquery()
        keys = (by.c.sender, by.c.feed_kind, by.c.state, by.c.reason)
        found = self._connection.execute(
            sa.select(*keys, sa.func.count()).group_by(*keys).order_by(*keys)
        )
        return [
            RejectionCount(row[0], FeedKind(row[1]), RejectionState(row[2]), row[3], row[4])
            for row in found
        ]

    def page(
        self, wanted: RejectionFilter, size: int, before: UUID | None
    ) -> Sequence[RejectionRow]:
        """Rejected lines, newest first."""
        statement = sa.select(rejection).order_by(rejection.c.rejection_id.desc()).limit(size)
        for condition in _conditions(wanted):
            statement = statement.where(condition)
        if before is not None:
            statement = statement.where(rejection.c.rejection_id < before)
        return [_rejection_row(row) for row in self._connection.execute(statement)]


def _conditions(wanted: RejectionFilter) -> Iterator[sa.ColumnElement[bool]]:
    if wanted.kind is not None:
        yield rejection.c.feed_kind == wanted.kind
    if wanted.sender:
        yield rejection.c.sender == wanted.sender
    if wanted.source:
        yield rejection.c.source == wanted.source
    if wanted.state is not None:
        yield rejection.c.state == wanted.state
    if wanted.reason:
        yield rejection.c.violations.contains([{"reason": wanted.reason}])
