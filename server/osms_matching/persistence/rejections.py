"""Rejected lines of the feeds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa
from psycopg.types.json import Jsonb

from osms_common.application.verdicts import RejectedLine
from osms_common.domain.deliveries import FeedId
from osms_common.persistence.copying import copy_rows
from osms_common.persistence.violations import violations_json, violations_of
from osms_matching.application.ports import Feed, RejectedRow
from osms_matching.persistence.service_tables import rejected_line


class RejectionTable:
    """Rejected lines, in one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, rows: Iterable[RejectedRow]) -> None:
        """Keeps rejected lines."""
        kept = [
            (
                line.rejection_id,
                int(feed.kind),
                feed.sender,
                line.position,
                revision,
                Jsonb(violations_json(line.violations)),
                line.content,
            )
            for line, feed, revision in rows
        ]
        if kept:
            copy_rows(self._connection, rejected_line, kept)

    def page(self, sender: str, before: UUID | None, size: int) -> Sequence[RejectedRow]:
        """Rejected lines, newest first; of all senders where *sender* is empty."""
        columns = rejected_line.c
        statement = sa.select(rejected_line).order_by(columns.rejection_id.desc()).limit(size)
        if sender:
            statement = statement.where(columns.sender == sender)
        if before is not None:
            statement = statement.where(columns.rejection_id < before)
        return [
            RejectedRow(
                RejectedLine(
                    row.rejection_id,
                    row.position,
                    violations_of(row.violations),
                    bytes(row.content),
                ),
                FeedId(Feed(row.feed_kind), row.sender),
                row.revision,
            )
            for row in self._connection.execute(statement)
        ]
