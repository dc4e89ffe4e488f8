"""Exports the logs as they are chained, from one state of them."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from osms_common.application.acts import ExportedLink, LogName
from osms_common.persistence import acts
from osms_common.persistence.chains import Link
from osms_common.persistence.shared_tables import act_log
from osms_server.persistence import access
from osms_server.persistence.tables import access_log

_PORTION: Final = 500
_DAY: Final = timedelta(days=1)
_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Before it nothing was ever written."""

_UNDER_WAY: Final = """
select coalesce(max(clock_timestamp() - xact_start), interval '0') from pg_stat_activity
where datname = current_database() and backend_xid is not null
"""
# An entry bears an instant after the beginning of the transaction that writes it. PostgreSQL tells
# it of transactions of the same role: of changes, which may take long. Those of look-ups do not.


@dataclass(frozen=True)
class _Log:
    """How one of the logs is read."""

    name: LogName
    table: sa.Table
    first: sa.Column[Any]
    """The number of the first entry of a link."""
    fields: tuple[str, ...]
    select: sa.Select[Any] | sa.TextClause
    link_of: Callable[[sa.Row[Any]], Link]


_LOGS: Final = (
    _Log(
        LogName.ANSWERS,
        access_log,
        access_log.c.first_sequence,
        access.FIELDS,
        sa.text(
            f"{access.LINKS} where record_time >= :since and record_time < :until"
            " order by record_time, writer, first_sequence"
        ),
        access.link_of,
    ),
    _Log(
        LogName.ACTS,
        act_log,
        act_log.c.sequence,
        acts.FIELDS,
        sa.select(act_log)
        .where(
            act_log.c.record_time >= sa.bindparam("since"),
            act_log.c.record_time < sa.bindparam("until"),
        )
        .order_by(act_log.c.record_time, act_log.c.writer, act_log.c.sequence),
        acts.link_of,
    ),
)


class LogReading(acts.ActReading):
    """The log of acts to be read, and both logs to be exported."""

    def under_way(self) -> timedelta:
        """
        For how long the oldest of what is being written, and cannot be read yet, has been.

        What it tells holds for transactions that begin after it, and not for this one.
        """
        found: timedelta = self._connection.execute(sa.text(_UNDER_WAY)).scalar_one()
        return found

    def exported(
        self, wanted: LogName | None, since: datetime, until: datetime
    ) -> Generator[ExportedLink, None, None]:
        """
        The links of both logs, or of one, from *since* until before *until*, as they were written.

        The transaction must see one state (REPEATABLE READ).
        """
        return exported_links(self._connection, wanted, since, until)


def exported_links(
    connection: sa.Connection, wanted: LogName | None, since: datetime, until: datetime
) -> Generator[ExportedLink, None, None]:
    """As `LogReading.exported` says."""
    connection.execute(sa.text("set local datestyle = 'ISO'"))
    for log in _LOGS:
        if wanted in {None, log.name}:
            yield from _links_of(connection, log, since, until)


def _links_of(
    connection: sa.Connection, log: _Log, since: datetime, until: datetime
) -> Generator[ExportedLink, None, None]:
    before = _before(connection, log, since, until)
    bounds = {"since": since, "until": until}
    by_portions = connection.execution_options(yield_per=_PORTION)
    with by_portions.execute(log.select, bounds) as found:
        for link in map(log.link_of, found):
            fields = tuple(zip(log.fields, link.texts, strict=False))
            yield ExportedLink(
                log.name,
                link.writer,
                link.first,
                link.last,
                fields,
                link.chain,
                before.pop(link.writer, b""),
            )


def _before(
    connection: sa.Connection, log: _Log, since: datetime, until: datetime
) -> dict[UUID, bytes]:
    """The hash before the first link of each writer that wrote between two instants."""
    column = log.table.c
    writers = sa.select(column.writer, sa.func.min(log.first)).where(
        column.record_time >= since, column.record_time < until
    )
    firsts = {row[0]: row[1] for row in connection.execute(writers.group_by(column.writer))}
    begun = {writer for writer, first in firsts.items() if first > 1}
    chains: dict[UUID, bytes] = {}
    # Most have written shortly before; so nobody looks through all years for them.
    end, back = since, _DAY
    while begun - chains.keys() and end > _BEGINNING:
        begin = max(_BEGINNING, end - back)
        chains |= _ends(connection, log, begun - chains.keys(), (begin, end))
        end, back = begin, 2 * back
    return {writer: chains.get(writer, writer.bytes) for writer in firsts}


def _ends(
    connection: sa.Connection, log: _Log, writers: set[UUID], between: tuple[datetime, datetime]
) -> dict[UUID, bytes]:
    """The hash of the last link of writers between two instants."""
    column = log.table.c
    statement = (
        sa.select(column.writer, column.chain)
        .ext(pg.distinct_on(column.writer))
        .where(
            column.record_time >= between[0],
            column.record_time < between[1],
            column.writer.in_(writers),
        )
        .order_by(column.writer, log.first.desc())
    )
    return {row[0]: bytes(row[1]) for row in connection.execute(statement)}
