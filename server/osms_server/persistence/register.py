"""
The register: one writer at a time, any number of readers.

A writer takes the one row of `head` and keeps it until its commit. What it reads is then true
until it has written; revisions rise in the order of commits; and a reader that has seen a revision
has seen everything up to it. The batches of the feeds are large, so nothing is lost by taking
turns (docs/adr/0004).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa

from osms_common.application.clock import Clock
from osms_common.application.slots import Limit, Slots
from osms_common.domain.calendar import almaty_day
from osms_common.domain.errors import DayTurned, RegisterUnavailable
from osms_common.domain.revision import Revision, day_of, next_revision
from osms_common.persistence.emptying import names_of_filled
from osms_common.persistence.reaching import reachable
from osms_common.persistence.shared_tables import ACT_TABLES
from osms_server.application.ports import Head
from osms_server.application.previewing import OwnFacts
from osms_server.persistence.access import AccessTable
from osms_server.persistence.approvals import ApprovalTables
from osms_server.persistence.export import LogReading
from osms_server.persistence.facts import FactTables
from osms_server.persistence.feeds import FeedTables
from osms_server.persistence.overlays import OverlayTables
from osms_server.persistence.people import PeopleTable
from osms_server.persistence.rehearsal import RehearsalTransaction
from osms_server.persistence.repair import RepairTables
from osms_server.persistence.rosters import RosterTables
from osms_server.persistence.tables import (
    access_log,
    access_writer,
    head,
    metadata,
)
from osms_server.persistence.transaction import PostgresTransaction

_APPEND_ONLY = (*(table.name for table in ACT_TABLES), access_log.name, access_writer.name)
"""Of these a trigger lets nothing be deleted."""
_FILLED = names_of_filled(table for table in metadata.sorted_tables if table is not head)


class PostgresReading:
    """Questions to one state of the register."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self.people = PeopleTable(connection)
        self.facts = FactTables(connection)
        self.feeds = FeedTables(connection)
        self.rosters = RosterTables(connection)
        self.overlays = OverlayTables(connection)
        self.approvals = ApprovalTables(connection)
        self.repair = RepairTables(connection)
        self.access = AccessTable(connection)
        self.acts = LogReading(connection)

    def head(self) -> Head:
        """The last revision of that state."""
        found = self._connection.execute(sa.select(head.c.revision, head.c.overlay_revision))
        return Head(*found.one())


@dataclass(frozen=True)
class RegisterLimits:
    """
    How much may be under way at once, and how long a writer waits for its turn.

    Of the writers that wait no more than *writers_max* have a connection, so that readers and the
    log of answers always find one.
    """

    rehearsals_max: int = 2
    rehearsals_per_caller_max: int = 1
    previews_max: int = 2
    writers_max: int = 8
    writer_wait_seconds: float = 60.0


class PostgresRegister:
    """
    The register in PostgreSQL: *engine* for transactions, and *rehearsals* for what is only tried;
    nothing can be tried where there is none. *owner* is of the owner of the tables, who may empty
    them; where there is none, *engine* is.
    """

    def __init__(
        self,
        engine: sa.Engine,
        clock: Clock,
        *,
        rehearsals: sa.Engine | None = None,
        owner: sa.Engine | None = None,
        limits: RegisterLimits = RegisterLimits(),
    ) -> None:
        self._engine = engine
        self._rehearsing = rehearsals
        self._owner = engine if owner is None else owner
        self._rehearsals = Slots(
            Limit("rehearsals_max", limits.rehearsals_max),
            Limit("rehearsals_per_caller_max", limits.rehearsals_per_caller_max),
        )
        previews = Limit("previews_max", limits.previews_max)
        self._previews = Slots(previews, previews)
        self._writers = threading.BoundedSemaphore(limits.writers_max)
        self._writer_wait_seconds = limits.writer_wait_seconds
        self._snapshot = engine.execution_options(isolation_level="REPEATABLE READ")
        self._clock = clock

    @contextmanager
    def write(self) -> Iterator[PostgresTransaction]:
        """A change: committed when the block ends, undone when it raises."""
        with self._room_to_write(), reachable(), self._engine.begin() as connection:
            previous = connection.execute(
                sa.select(head.c.revision).with_for_update()
            ).scalar_one()
            revision = next_revision(Revision(previous), self._clock.now())
            yield PostgresTransaction(connection, revision)
            if almaty_day(self._clock.now()) > day_of(revision):
                # What is committed on the next day must not count as known on this one: on the
                # next day people may have been told otherwise.
                raise DayTurned
            connection.execute(sa.update(head).values(revision=revision))

    @contextmanager
    def _room_to_write(self) -> Iterator[None]:
        """RegisterUnavailable: too many writers wait for their turn, and none gets it."""
        if not self._writers.acquire(timeout=self._writer_wait_seconds):
            raise RegisterUnavailable
        try:
            yield
        finally:
            self._writers.release()

    @contextmanager
    def rehearse(self, own: OwnFacts) -> Iterator[RehearsalTransaction]:
        """
        A push that is thrown away when the block ends; nothing real is written or locked.

        Of persons only the sender's facts are seen. Busy: too many are under way, or one of the
        sender.
        """
        with self._rehearsals.place(own.sender), self._thrown_away(own) as rehearsal:
            yield rehearsal

    @contextmanager
    def rehearse_approval(self) -> Iterator[RehearsalTransaction]:
        """The same for an approval. Busy: too many are under way."""
        with self._previews.place(""), self._thrown_away() as rehearsal:
            yield rehearsal

    @contextmanager
    def _thrown_away(self, own: OwnFacts | None = None) -> Iterator[RehearsalTransaction]:
        assert self._rehearsing is not None
        snapshot = self._rehearsing.execution_options(isolation_level="REPEATABLE READ")
        with reachable(), snapshot.connect() as connection:
            previous = Revision(connection.execute(sa.select(head.c.revision)).scalar_one())
            now = self._clock.now()
            revision = next_revision(previous, now)
            revisions = (previous, revision)
            yield RehearsalTransaction(connection, revisions, almaty_day(now), own)
            connection.rollback()

    @contextmanager
    def read(self) -> Iterator[PostgresReading]:
        """Questions that see one state."""
        with reachable(), self._snapshot.begin() as connection:
            yield PostgresReading(connection)

    def clear(self) -> None:
        """Empties the register; only for a sandbox."""
        with reachable(), self._owner.begin() as connection:
            connection.execute(sa.select(head).with_for_update())  # after those who write now
            filled = set(connection.execute(_FILLED).scalars())
            for name in filled.difference(_APPEND_ONLY):
                connection.execute(sa.text(f"delete from {name}"))
            if logs := filled.intersection(_APPEND_ONLY):
                connection.execute(sa.text("set local osms.emptying = 'sandbox'"))
                connection.execute(sa.text(f"truncate {', '.join(logs)}"))
            connection.execute(sa.update(head).values(revision=0, overlay_revision=0))
