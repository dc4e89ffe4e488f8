"""Where the feeds go on."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from osms_common.application.feed import FeedRow
from osms_common.domain.deliveries import FeedId
from osms_common.persistence.shared_tables import feed


class FeedTable:
    """Where feeds go on, in one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def get(self, feed_id: FeedId) -> FeedRow:
        """Where a feed goes on; at position 1 before its first record."""
        found = self._connection.execute(
            sa.select(feed.c.next_position, feed.c.session, feed.c.message_number_max).where(
                feed.c.kind == feed_id.kind, feed.c.sender == feed_id.sender
            )
        ).first()
        return FeedRow(feed_id.kind, feed_id.sender, *(found or ()))

    def put(self, row: FeedRow) -> None:
        """Keeps where a feed goes on."""
        statement = pg.insert(feed).values(row._asdict())
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=[feed.c.kind, feed.c.sender],
                set_={
                    "next_position": statement.excluded.next_position,
                    "session": statement.excluded.session,
                    "message_number_max": statement.excluded.message_number_max,
                },
            )
        )
