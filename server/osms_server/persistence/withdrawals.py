"""What is withdrawn."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from osms_common.domain.codes import FeedKind
from osms_common.domain.identifiers import Iin
from osms_common.domain.revision import Revision
from osms_server.application.rows import Sent, WithdrawalRow
from osms_server.persistence.approvals import waits_of
from osms_server.persistence.tables import (
    category_fact,
    category_message,
    held_removal,
    payment,
    refund,
    roster_mark,
    withdrawal,
    withdrawn_fact,
)

_TABLES: Mapping[FeedKind, tuple[sa.Table, ...]] = {
    FeedKind.CATEGORY: (category_fact,),
    FeedKind.PAYMENT: (payment, refund),
    FeedKind.ROSTER_CHANGE: (roster_mark,),
}


class WithdrawalTables:
    """Withdrawals, in one transaction."""

    def __init__(self, connection: sa.Connection, revision: Revision) -> None:
        self._connection = connection
        self._revision = revision

    def count(self, sent: Sent) -> int:
        """How many of the facts that a feed sent stand."""
        facts = _standing(sent).subquery()
        found: int = self._connection.execute(
            sa.select(sa.func.count()).select_from(facts)
        ).scalar_one()
        return found

    def people(self, sent: Sent) -> list[Iin]:
        """The persons whom they are about."""
        facts = _standing(sent).subquery()
        found = self._connection.execute(sa.select(facts.c.iin).distinct().order_by(facts.c.iin))
        return [row.iin for row in found]

    def mark(self, sent: Sent) -> None:
        """Withdraws them, and frees their message numbers and those of removals that wait."""
        feed = sent.feed
        if feed.kind is FeedKind.CATEGORY:
            self._free_numbers(sent)
        facts = _standing(sent).subquery()
        columns = sa.select(
            facts.c.iin,
            sa.literal(feed.kind.value),
            sa.literal(feed.sender),
            facts.c.position,
            sa.literal(self._revision, sa.BigInteger),
        )
        names = [column.name for column in withdrawn_fact.columns]
        self._connection.execute(sa.insert(withdrawn_fact).from_select(names, columns))

    def _free_numbers(self, sent: Sent) -> None:
        sender = sent.feed.sender
        facts = _standing(sent, category_fact.c.message_number).subquery()
        waiting = sa.select(held_removal.c.message_number).where(waits_of(sent))
        numbers = sa.select(facts.c.message_number).union_all(waiting)
        self._connection.execute(
            sa.delete(category_message).where(
                category_message.c.sender == sender,
                category_message.c.message_number.in_(numbers),
            )
        )

    def add(self, row: WithdrawalRow) -> None:
        """Keeps that they were withdrawn, by whom and why."""
        self._connection.execute(sa.insert(withdrawal).values(row._asdict()))


def _standing(
    sent: Sent, *more: sa.ColumnElement[int]
) -> sa.Select[tuple[int, int]] | sa.CompoundSelect[tuple[int, int]]:
    """The persons and places of the facts that a feed sent and that are not withdrawn."""
    selects = [_standing_of(table, sent, *more) for table in _TABLES[FeedKind(sent.feed.kind)]]
    return selects[0] if len(selects) == 1 else sa.union_all(*selects)


def _standing_of(
    table: sa.Table, sent: Sent, *more: sa.ColumnElement[int]
) -> sa.Select[tuple[int, int]]:
    withdrawn = sa.exists().where(
        withdrawn_fact.c.iin == table.c.iin,
        withdrawn_fact.c.feed_kind == sent.feed.kind.value,
        withdrawn_fact.c.sender == table.c.sender,
        withdrawn_fact.c.position == table.c.position,
    )
    return sa.select(table.c.iin, table.c.position, *more).where(
        table.c.sender == sent.feed.sender,
        table.c.position.between(sent.first, sent.last),
        table.c.revision <= sent.until,
        ~withdrawn,
    )
