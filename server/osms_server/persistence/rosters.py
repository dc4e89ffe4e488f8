"""Whom the bodies list, and the snapshots they sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from osms_common.domain.codes import FeedKind, System
from osms_common.domain.identifiers import Iin
from osms_common.domain.revision import Revision
from osms_common.persistence.copying import raw
from osms_server.application.rows import SnapshotRow
from osms_server.persistence.tables import (
    roster_mark,
    roster_member,
    roster_snapshot,
    roster_snapshot_lines,
)

_PORTION: Final = 10_000
_LINES_A_CHUNK: Final = 10_000

_STAGE = """
create temporary table if not exists roster_staged (iin bigint primary key) on commit drop
"""
_ENTERING = """
select iin from roster_staged
where not exists (select from roster_member m where m.body = %s and m.iin = roster_staged.iin)
order by iin
"""
_LEAVING = """
select iin from roster_member
where body = %s and not exists (select from roster_staged s where s.iin = roster_member.iin)
order by iin
"""
_DIFFERENCE = """
with listed as (select distinct iin from roster_member where body = any(%s))
select count(*) filter (where l.iin is null), count(*) filter (where s.iin is null),
       count(*) filter (where l.iin is not null and s.iin is not null)
from roster_staged s full join listed l using (iin)
"""

_MEMBERS_BY_MARKS = f"""
select body, iin from (
    select distinct on (iin, body) iin, body, listed
    from roster_mark f
    where not exists (
        select from withdrawn_fact w
        where w.iin = f.iin and w.feed_kind = {FeedKind.ROSTER_CHANGE:d} and w.sender = f.sender
          and w.position = f.position)
    order by iin, body, arrived desc, ordinal desc) last_mark
where listed
"""
_MEMBERS_REBUILT = sa.text(f"insert into roster_member (body, iin) {_MEMBERS_BY_MARKS}")
_MEMBERS_DIFFER = sa.text(
    f"select count(*) from ({_MEMBERS_BY_MARKS}) m full join roster_member r using (body, iin)"
    " where m.body is null or r.body is null"
)


class RosterTables:
    """Rosters, in one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def stage(self, iins: Iterable[Iin]) -> None:
        """Lays the persons of a snapshot beside the register, in place of those before."""
        raw_connection = raw(self._connection)
        raw_connection.execute(_STAGE)
        raw_connection.execute("truncate roster_staged")
        with raw_connection.cursor() as cursor, cursor.copy("copy roster_staged from stdin") as to:
            for iin in iins:
                to.write_row((iin,))
        raw_connection.execute("analyze roster_staged")

    def difference(self, bodies: Sequence[System]) -> tuple[int, int, int]:
        """How many persons the staged list would enter, leave out, and leave as they are."""
        codes = [body.value for body in bodies]
        entered, left, unchanged = raw(self._connection).execute(_DIFFERENCE, (codes,)).fetchone()
        return entered, left, unchanged

    def entering(self, body: System) -> Iterator[list[Iin]]:
        """Staged persons whom *body* does not list, in portions."""
        return self._portions(_ENTERING, body)

    def leaving(self, body: System) -> Iterator[list[Iin]]:
        """Persons whom *body* lists and who are not staged, in portions."""
        return self._portions(_LEAVING, body)

    def _portions(self, statement: str, body: System) -> Iterator[list[Iin]]:
        # A cursor of the server keeps seeing the members as they were when it was opened, while
        # the portions that came out of it are kept.
        with raw(self._connection).cursor(name="roster_portion") as cursor:
            cursor.execute(statement, (body.value,))
            while rows := cursor.fetchmany(_PORTION):
                yield [row[0] for row in rows]

    def put_members(self, body: System, joining: Sequence[Iin], leaving: Sequence[Iin]) -> None:
        """Keeps whom a body lists."""
        if joining:
            raw(self._connection).execute(
                "insert into roster_member (body, iin) select %s, unnest(%s::bigint[])"
                " on conflict do nothing",
                (body.value, list(joining)),
            )
        if leaving:
            raw(self._connection).execute(
                "delete from roster_member where body = %s and iin = any(%s)",
                (body.value, list(leaving)),
            )

    def members_differ(self) -> int:
        """How many entries of the members are missing or superfluous, by the marks."""
        found: int = self._connection.execute(_MEMBERS_DIFFER).scalar_one()
        return found

    def rebuild_members(self) -> None:
        """Makes the members anew from the marks."""
        self._connection.execute(sa.delete(roster_member))
        self._connection.execute(_MEMBERS_REBUILT)

    def add_snapshot(self, row: SnapshotRow) -> None:
        """Keeps the staged list under its id."""
        values = {**row._asdict(), "body": row.body.value}
        self._connection.execute(sa.insert(roster_snapshot).values(values))
        raw(self._connection).execute(
            f"insert into {roster_snapshot_lines.name} (snapshot_id, chunk, iins)"
            " select %s, (number - 1) / %s, array_agg(iin order by iin)"
            " from (select iin, row_number() over (order by iin) as number from roster_staged) n"
            " group by 2",
            (row.snapshot_id, _LINES_A_CHUNK),
        )

    def snapshot(self, snapshot_id: UUID) -> SnapshotRow | None:
        """A snapshot that arrived, by its id."""
        found = self._connection.execute(
            sa.select(roster_snapshot).where(roster_snapshot.c.snapshot_id == snapshot_id)
        ).first()
        return SnapshotRow(found[0], System(found[1]), *found[2:]) if found else None

    def forget_refused(self, snapshot_id: UUID) -> None:
        """Frees the id of a snapshot that was refused; its bad lines stay in the queue."""
        self._connection.execute(
            sa.delete(roster_snapshot).where(
                roster_snapshot.c.snapshot_id == snapshot_id, roster_snapshot.c.line_count == 0
            )
        )

    def put_known(self, snapshot_id: UUID, revision: Revision) -> None:
        """Keeps that a held snapshot is known since *revision*."""
        self._connection.execute(
            sa.update(roster_snapshot)
            .where(roster_snapshot.c.snapshot_id == snapshot_id)
            .values(revision=revision)
        )

    def snapshot_iins(self, snapshot_id: UUID) -> list[Iin]:
        """The persons of a snapshot."""
        return self._column(
            sa.select(sa.func.unnest(roster_snapshot_lines.c.iins)).where(
                roster_snapshot_lines.c.snapshot_id == snapshot_id
            )
        )

    def ever_listed(self, body: System) -> list[Iin]:
        """Everybody whom a body has listed at any time."""
        return self._column(
            sa.select(roster_mark.c.iin).where(roster_mark.c.body == body.value).distinct()
        )

    def known_arrivals(self, body: System) -> list[Revision]:
        """The arrivals of the snapshots of a body that are known, in order."""
        found = self._connection.execute(
            sa.select(roster_snapshot.c.arrived)
            .where(roster_snapshot.c.body == body.value, roster_snapshot.c.revision.is_not(None))
            .order_by(roster_snapshot.c.arrived)
        )
        return [row.arrived for row in found]

    def _column(self, statement: sa.Select[Any]) -> list[Iin]:
        return [row[0] for row in self._connection.execute(statement)]
