"""
Rehearsals: a change that is made on a copy and thrown away.

A rehearsal runs the very code that would make the change. Its transaction has temporary tables of
the same names, which PostgreSQL finds first; what the code is about to look at is brought into
them from the real ones. So nothing real is written or locked, however long a sender takes, and
several batches are judged each after those before it.

Only people who are touched are brought, so a rehearsal costs as much as the change itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from osms_common.application.feed import FeedRow
from osms_common.domain.codes import Category, FeedKind, System
from osms_common.domain.deliveries import FeedId, Preview
from osms_common.domain.identifiers import Iin
from osms_common.domain.revision import Revision, next_revision
from osms_common.persistence.copying import raw
from osms_common.persistence.shared_tables import ACT_TABLES, request
from osms_server.application.previewing import OwnFacts, PersonChange, change_of
from osms_server.application.projecting import kinds_of, project
from osms_server.application.rows import (
    HeldBatchRow,
    HeldRemovalRow,
    PersonRow,
    RejectionRow,
    RemovalGuardRow,
    Sent,
    SnapshotRow,
)
from osms_server.domain.facts import PersonFacts
from osms_server.persistence.approvals import ApprovalTables
from osms_server.persistence.facts import FactTables
from osms_server.persistence.feeds import FeedTables, RemovalGuardTable
from osms_server.persistence.people import PeopleTable
from osms_server.persistence.repair import RepairTables
from osms_server.persistence.rosters import RosterTables
from osms_server.persistence.tables import (
    access_log,
    access_writer,
    head,
    incident_closed,
    incident_declared,
    lapse_lifted,
    lapse_recorded,
    metadata,
    schema_of,
)
from osms_server.persistence.transaction import PostgresTransaction
from osms_server.persistence.withdrawals import WithdrawalTables

_OF_PERSONS: Final = (
    "person",
    "category_fact",
    "payment",
    "refund",
    "roster_mark",
    "registration",
    "revocation",
    "withdrawn_fact",
)
_BY_SENDER: Final = ("category_fact", "payment", "refund")
_NOT_COPIED: Final = frozenset(
    table.name
    for table in (
        head,
        access_log,
        access_writer,
        *ACT_TABLES,
        request,
        incident_declared,
        incident_closed,
        lapse_recorded,
        lapse_lifted,
    )
)


class Shadow:
    """The temporary tables of a rehearsal, and what is brought into them from the real ones."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = raw(connection)
        for table in metadata.sorted_tables:
            if table.name not in _NOT_COPIED:
                self._connection.execute(
                    f"create temporary table {table.name} (like {self.real(table.name)}"
                    " including constraints including indexes) on commit drop"
                )

    def real(self, table: str) -> str:
        """The real table behind a temporary one."""
        return f"{schema_of(metadata.tables[table])}.{table}"

    def bring(self, table: str, condition: str, *values: Any) -> None:
        """Brings the rows of the real table for which *condition* holds, unless they are here."""
        self._connection.execute(
            f"insert into {table} select * from {self.real(table)} t where {condition}"
            " on conflict do nothing",
            values,
        )

    def bring_people(self, iins: Sequence[Iin]) -> None:
        """Brings everything about persons."""
        for table in _OF_PERSONS:
            self.bring(table, "t.iin = any(%s)", list(iins))

    def bring_own(self, iins: Sequence[Iin], own: OwnFacts) -> None:
        """Brings the facts of a sender about persons, and no others."""
        bodies = [body.value for body in own.bodies]
        senders = [own.sender, *bodies]
        for table in _BY_SENDER:
            self.bring(table, "t.iin = any(%s) and t.sender = %s", list(iins), own.sender)
        self.bring("roster_mark", "t.iin = any(%s) and t.body = any(%s)", list(iins), bodies)
        self.bring("withdrawn_fact", "t.iin = any(%s) and t.sender = any(%s)", list(iins), senders)

    def query(self, statement: str, *values: Any) -> list[Any]:
        """The rows of a question."""
        rows: list[Any] = self._connection.execute(statement, values).fetchall()
        return rows


class RehearsalTransaction(PostgresTransaction):
    """A transaction on the copy; it counts who would gain or lose the right."""

    def __init__(
        self,
        connection: sa.Connection,
        revisions: tuple[Revision, Revision],
        day: date,
        own: OwnFacts | None,
    ) -> None:
        """
        *revisions* are the last of the register, and the one that the change would have; *own*
        tells of whom only the facts of a sender are seen.
        """
        self.previous, revision = revisions
        super().__init__(connection, revision)
        self.day = day
        self._connection = connection
        self._shadow = Shadow(connection)
        self._people = (
            _OwnPeople(connection, self._shadow, day, (own, self.previous))
            if own
            else _People(connection, self._shadow, day)
        )
        self.people = self._people
        self.facts = _Facts(connection, self._shadow)
        self.feeds = _Feeds(connection, self._shadow)
        self.guards = _Guards(connection, self._shadow)
        self.rosters = _Rosters(connection, self._shadow)
        self.approvals = _Approvals(connection, self._shadow)
        self.repair = _Repair(connection, self._shadow)
        self.withdrawals = _Withdrawals(connection, self._shadow, revision)

    def advance(self, now: datetime) -> None:
        """Makes what follows a later revision than what was before."""
        self.revision = next_revision(self.revision, now)

    def preview(self) -> Preview:
        """How many people would gain or lose days of the right by all that was rehearsed."""
        return self._people.preview

    def changes(self, after: Iin, size: int) -> list[PersonChange]:
        """The people after *after* whose right would change, by IIN, *size* at the most."""
        found: list[PersonChange] = []
        for change in self._all_changes(after):
            if change.first_gained or change.first_lost:
                found.append(change)
            if len(found) == size:
                break
        return found

    def _all_changes(self, after: Iin) -> Iterator[PersonChange]:
        rows = self._shadow.query(
            "select t.iin, coalesce(r.timeline, ''), t.timeline"
            f" from person t left join {self._shadow.real('person')} r using (iin)"
            " where t.iin > %s and t.timeline is distinct from r.timeline order by t.iin",
            after,
        )
        for iin, before, now in rows:
            yield change_of(iin, before, now, self.day)


class _People(PeopleTable):
    """Projections that are brought when they are asked for, and compared when they are kept."""

    def __init__(self, connection: sa.Connection, shadow: Shadow, today: date) -> None:
        super().__init__(connection)
        self._shadow = shadow
        self._today = today
        self.preview = Preview()

    def rows(self, iins: Sequence[Iin]) -> Mapping[Iin, PersonRow]:
        self._shadow.bring_people(iins)
        return super().rows(iins)

    def put(self, new: Sequence[PersonRow], changed: Sequence[PersonRow]) -> None:
        iins = [row.iin for row in (*new, *changed)]
        real = self._before(iins)
        until_now = self._timelines("person", iins)
        gaining, losing = self.preview
        for row in (*new, *changed):
            before = real.get(row.iin, "")
            gains, loses = self._effect(row.iin, before, row.timeline)
            gained, lost = self._effect(row.iin, before, until_now.get(row.iin, before))
            gaining += gains - gained
            losing += loses - lost
        self.preview = Preview(gaining, losing)
        super().put(new, changed)

    def _before(self, iins: Sequence[Iin]) -> Mapping[Iin, str]:
        """The timelines before anything was rehearsed."""
        return self._timelines(self._shadow.real("person"), iins)

    def _effect(self, iin: Iin, before: str, after: str) -> tuple[bool, bool]:
        if before == after:
            return False, False
        change = change_of(iin, before, after, self._today)
        return change.first_gained is not None, change.first_lost is not None

    def _timelines(self, table: str, iins: Sequence[Iin]) -> dict[Iin, str]:
        rows = self._shadow.query(
            f"select iin, timeline from {table} where iin = any(%s)",
            list(iins),
        )
        return {row[0]: row[1] for row in rows}


class _OwnPeople(_People):
    """The same by the facts of one sender alone: projections are made of those, not brought."""

    def __init__(
        self,
        connection: sa.Connection,
        shadow: Shadow,
        today: date,
        own: tuple[OwnFacts, Revision],
    ) -> None:
        """*own* are the facts that are seen, and the revision as of which projections are made."""
        super().__init__(connection, shadow, today)
        self._own, self._previous = own
        self._facts = FactTables(connection)
        self._projected: dict[Iin, str] = {}

    def rows(self, iins: Sequence[Iin]) -> Mapping[Iin, PersonRow]:
        unseen = [iin for iin in iins if iin not in self._projected]
        self._projected |= dict.fromkeys(unseen, "")
        self._shadow.bring_own(unseen, self._own)
        made = [self._made(iin, facts) for iin, facts in self._facts.of_people(unseen).items()]
        self._projected |= {row.iin: row.timeline for row in made}
        PeopleTable.put(self, made, [])
        return PeopleTable.rows(self, iins)

    def _made(self, iin: Iin, facts: PersonFacts) -> PersonRow:
        timeline, ledger = project(facts, self._own.parameters, known=self._previous)
        first = min(facts.revisions())
        return PersonRow(iin, first, self._previous, kinds_of(facts), timeline, ledger)

    def _before(self, iins: Sequence[Iin]) -> Mapping[Iin, str]:
        return {iin: self._projected.get(iin, "") for iin in iins}


class _Facts(FactTables):
    def __init__(self, connection: sa.Connection, shadow: Shadow) -> None:
        super().__init__(connection)
        self._shadow = shadow

    def used_message_numbers(self, sender: str, numbers: Sequence[int]) -> Mapping[int, int]:
        condition = "t.sender = %s and t.message_number = any(%s)"
        self._shadow.bring("category_message", condition, sender, list(numbers))
        return super().used_message_numbers(sender, numbers)


class _Feeds(FeedTables):
    def __init__(self, connection: sa.Connection, shadow: Shadow) -> None:
        super().__init__(connection)
        self._shadow = shadow

    def get(self, feed_id: FeedId) -> FeedRow:
        condition = "t.kind = %s and t.sender = %s"
        self._shadow.bring("feed", condition, feed_id.kind.value, feed_id.sender)
        return super().get(feed_id)


class _Guards(RemovalGuardTable):
    def __init__(self, connection: sa.Connection, shadow: Shadow) -> None:
        super().__init__(connection, shadow.real)
        self._shadow = shadow

    def get(self, day: date, category: Category) -> RemovalGuardRow:
        self._shadow.bring("removal_guard", "t.day = %s and t.category = %s", day, category.value)
        return super().get(day, category)


class _Rosters(RosterTables):
    def __init__(self, connection: sa.Connection, shadow: Shadow) -> None:
        super().__init__(connection)
        self._shadow = shadow
        self._brought: set[System] = set()

    def difference(self, bodies: Sequence[System]) -> tuple[int, int, int]:
        for body in bodies:
            if body not in self._brought:
                self._brought.add(body)
                self._shadow.bring("roster_member", "t.body = %s", body.value)
        return super().difference(bodies)

    def snapshot(self, snapshot_id: UUID) -> SnapshotRow | None:
        self._shadow.bring("roster_snapshot", "true")
        return super().snapshot(snapshot_id)

    def snapshot_iins(self, snapshot_id: UUID) -> list[Iin]:
        self._shadow.bring("roster_snapshot_lines", "t.snapshot_id = %s", snapshot_id)
        return super().snapshot_iins(snapshot_id)

    def known_arrivals(self, body: System) -> list[Revision]:
        self._shadow.bring("roster_snapshot", "true")
        return super().known_arrivals(body)

    def ever_listed(self, body: System) -> list[Iin]:
        self._shadow.bring("roster_mark", "t.body = %s", body.value)
        return super().ever_listed(body)


class _Approvals(ApprovalTables):
    def __init__(self, connection: sa.Connection, shadow: Shadow) -> None:
        super().__init__(connection)
        self._shadow = shadow

    def get(self, held_batch_id: UUID) -> HeldBatchRow | None:
        self._shadow.bring("held_batch", "t.held_batch_id = %s", held_batch_id)
        return super().get(held_batch_id)

    def waiting_removals(
        self, held_batch_id: UUID, positions: Sequence[int]
    ) -> list[HeldRemovalRow]:
        self._bring_removals(held_batch_id)
        return super().waiting_removals(held_batch_id, positions)

    def unknown_positions(self, held_batch_id: UUID, positions: Sequence[int]) -> list[int]:
        self._bring_removals(held_batch_id)
        return super().unknown_positions(held_batch_id, positions)

    def _bring_removals(self, held_batch_id: UUID) -> None:
        self._shadow.bring("held_removal", "t.held_batch_id = %s", held_batch_id)


class _Repair(RepairTables):
    def __init__(self, connection: sa.Connection, shadow: Shadow) -> None:
        super().__init__(connection)
        self._shadow = shadow

    def of_snapshot(self, body: System, arrived: Revision) -> Sequence[RejectionRow]:
        condition = "t.sender = %s and t.feed_kind = %s and t.revision = %s"
        self._shadow.bring("rejection", condition, body.value, FeedKind.ROSTER.value, arrived)
        return super().of_snapshot(body, arrived)


class _Withdrawals(WithdrawalTables):
    """Withdrawals of facts that were brought with the persons whom they are about."""

    def __init__(self, connection: sa.Connection, shadow: Shadow, revision: Revision) -> None:
        super().__init__(connection, revision)
        self._shadow = shadow

    def people(self, sent: Sent) -> list[Iin]:
        sender = sent.feed.sender
        for table in ("category_fact", "payment", "refund", "roster_mark", "held_removal"):
            condition = "t.sender = %s and t.position between %s and %s"
            self._shadow.bring(table, condition, sender, sent.first, sent.last)
        self._shadow.bring("withdrawn_fact", "t.sender = %s", sender)
        people = super().people(sent)
        self._shadow.bring_people(people)
        return people
