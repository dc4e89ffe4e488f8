"""The database of the matching: one writer at a time, and readers who see one state."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from osms_common.application.clock import Clock
from osms_common.application.ids import new_id
from osms_common.domain.errors import Busy
from osms_common.domain.revision import Revision, next_revision, number_in_tick, tick_of
from osms_common.persistence.acts import ActTable
from osms_common.persistence.feeds import FeedTable
from osms_common.persistence.reaching import reachable
from osms_common.persistence.requests import RequestTable
from osms_matching.persistence.evidence import EvidenceTables
from osms_matching.persistence.heads import Head
from osms_matching.persistence.messages import MessageTable
from osms_matching.persistence.rejections import RejectionTable
from osms_matching.persistence.runs import RunTables

_IDS_A_TRANSACTION: Final = 1 << 20
_SENDING_LOCK: Final = 0x05318
"""Any number, the same for all who send to the register."""


class PostgresTransaction:
    """One change, at the revision that its commit will have."""

    def __init__(self, connection: sa.Connection, revision: Revision) -> None:
        self.revision = revision
        self.feeds = FeedTable(connection)
        self.evidence = EvidenceTables(connection)
        self.rejections = RejectionTable(connection)
        self.runs = RunTables(connection)
        self.messages = MessageTable(connection)
        self.requests = RequestTable(connection)
        self.acts = ActTable(connection, revision)
        self._ids = number_in_tick(revision) * _IDS_A_TRANSACTION

    def new_id(self) -> UUID:
        """A new id, later in order than all before it."""
        self._ids += 1
        return new_id(tick_of(self.revision), self._ids)


class PostgresReading:
    """Questions to one state."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self.feeds = FeedTable(connection)
        self.evidence = EvidenceTables(connection)
        self.rejections = RejectionTable(connection)
        self.runs = RunTables(connection)
        self.messages = MessageTable(connection)

    def head(self) -> Revision:
        """The last revision of that state."""
        return Head(self._connection).read()


class PostgresMatching:
    """The matching in PostgreSQL."""

    def __init__(self, engine: sa.Engine, clock: Clock) -> None:
        self._engine = engine
        self._snapshot = engine.execution_options(isolation_level="REPEATABLE READ")
        self._clock = clock

    @contextmanager
    def write(self) -> Iterator[PostgresTransaction]:
        """A change: committed when the block ends, undone when it raises."""
        with reachable(), self._engine.begin() as connection:
            head = Head(connection)
            revision = next_revision(head.lock(), self._clock.now())
            yield PostgresTransaction(connection, revision)
            head.advance(revision)

    @contextmanager
    def read(self) -> Iterator[PostgresReading]:
        """Questions that see one state."""
        with reachable(), self._snapshot.begin() as connection:
            yield PostgresReading(connection)

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Nobody else sends to the register meanwhile. Busy: somebody does."""
        with reachable(), self._engine.connect() as connection:
            question = sa.select(sa.func.pg_try_advisory_lock(_SENDING_LOCK))
            if not connection.execute(question).scalar_one():
                raise Busy("senders_max", 1)
            connection.commit()
            try:
                yield
            finally:
                connection.execute(sa.select(sa.func.pg_advisory_unlock(_SENDING_LOCK)))
                connection.commit()
