"""Where the feeds go on, what arrived when, and how many removals a day has seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from osms_common.domain.calendar import start_of
from osms_common.domain.codes import DEATH, Category, FeedKind, Obligation
from osms_common.domain.revision import Revision, last_revision_before
from osms_common.persistence.feeds import FeedTable
from osms_server.application.rows import DeliveryRow, RemovalGuardRow
from osms_server.persistence.tables import arrival, delivery, removal_guard


class FeedTables(FeedTable):
    """Feeds and arrivals, in one transaction."""

    def add_delivery(self, row: DeliveryRow) -> None:
        """Keeps that a batch was acknowledged."""
        self._connection.execute(
            sa.insert(delivery).values(
                revision=row.revision,
                feed_kind=row.kind,
                sender=row.sender,
                first_position=row.first_position,
                next_position=row.next_position,
                accepted_count=row.counts.accepted,
                duplicate_count=row.counts.duplicate,
                rejected_count=row.counts.rejected,
                held_count=row.counts.held,
            )
        )

    def note_arrival(self, obligation: Obligation, sender: str, revision: Revision) -> None:
        """Keeps that something that is due arrived."""
        statement = pg.insert(arrival).values(
            obligation=obligation, sender=sender, revision=revision
        )
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=[arrival.c.obligation, arrival.c.sender],
                set_={"revision": statement.excluded.revision},
            )
        )

    def arrivals(self) -> Mapping[tuple[Obligation, str], Revision]:
        """When each thing that is due last arrived."""
        found = self._connection.execute(sa.select(arrival))
        return {(Obligation(row.obligation), row.sender): row.revision for row in found}


_KNOWN = """
    f.revision <= :known and not exists (
        select from {withdrawn_fact} w
        where w.iin = f.iin and w.feed_kind = :feed_kind and w.sender = f.sender
          and w.position = f.position and w.revision <= :known)
    """

# Who held the category on the day, by what was known before it began: the episode had begun, no
# removal that arrived for it and stood by then ends it by the day, and the person was not known
# to have died.
_HOLDERS = f"""
    with last_removal as (
        select distinct on (iin, category, assigned_on)
               iin, category, assigned_on, removed_on, reason, coalesce(arrived, revision) as came
        from {{category_fact}} f
        where removed_on is not null and {_KNOWN}
        order by iin, category, assigned_on, came desc, ordinal desc
    )
    select count(distinct f.iin)
    from {{category_fact}} f left join last_removal r
      on r.iin = f.iin and r.category = f.category and r.assigned_on = f.assigned_on
     and r.came >= f.revision
    where f.category = :category and f.removed_on is null and f.assigned_on <= :day and {_KNOWN}
      and (r.removed_on is null or r.removed_on > :day)
      and f.iin not in (
          select f.iin
          from last_removal r join {{category_fact}} f
            on f.iin = r.iin and f.category = r.category and f.assigned_on = r.assigned_on
           and f.revision <= r.came
          where r.reason = :death and r.removed_on <= :day and f.removed_on is null and {_KNOWN})
    """


class RemovalGuardTable:
    """
    How many removals of a category a day has seen, in one transaction.

    *name_of* tells under which name a table has all facts.
    """

    def __init__(self, connection: sa.Connection, name_of: Callable[[str], str] = str) -> None:
        self._connection = connection
        names = {name: name_of(name) for name in ("category_fact", "withdrawn_fact")}
        self._holders = sa.text(_HOLDERS.format(**names))

    def get(self, day: date, category: Category) -> RemovalGuardRow:
        """The removals of a day; none at its start."""
        found = self._connection.execute(
            sa.select(
                removal_guard.c.removed_count,
                removal_guard.c.holder_count,
                removal_guard.c.held_batch_id,
            ).where(removal_guard.c.day == day, removal_guard.c.category == category.value)
        ).first()
        return RemovalGuardRow(day, category, *(found or ()))

    def put(self, row: RemovalGuardRow) -> None:
        """Keeps the removals of a day."""
        statement = pg.insert(removal_guard).values(
            {**row._asdict(), "category": row.category.value}
        )
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=[removal_guard.c.day, removal_guard.c.category],
                set_={
                    "removed_count": statement.excluded.removed_count,
                    "holder_count": statement.excluded.holder_count,
                    "held_batch_id": statement.excluded.held_batch_id,
                },
            )
        )

    def holders_at_start_of(self, day: date, category: Category) -> int:
        """Persons who held a category on *day* by what was known before the day began."""
        known = last_revision_before(start_of(day))
        holders: int = self._connection.execute(
            self._holders,
            {
                "known": known,
                "category": category.value,
                "day": day,
                "death": DEATH,
                "feed_kind": FeedKind.CATEGORY.value,
            },
        ).scalar_one()
        return holders
