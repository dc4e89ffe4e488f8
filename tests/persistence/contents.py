"""All that a register keeps, to be compared with what it kept before."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import pytest
import sqlalchemy as sa

from osms_server.persistence.tables import metadata

NOTICED_BY_EVERYONE: Final = 30.0
"""Seconds after which a test no longer waits for something that must happen."""

Contents = dict[str, list[Any]]

ALL_TABLES: Final[Mapping[str, Sequence[str]]] = {
    table.name: [column.name for column in table.columns] for table in metadata.sorted_tables
}


def contents(
    engine: sa.Engine, tables: Mapping[str, Sequence[str]] | Sequence[str] = tuple(ALL_TABLES)
) -> Contents:
    """The rows of tables, with the columns given or all of them, as PostgreSQL shows them."""
    if not isinstance(tables, Mapping):
        tables = {name: ALL_TABLES[name] for name in tables}
    with engine.connect() as connection:
        return {
            name: sorted(connection.execute(_rows_of(name, columns)).scalars())
            for name, columns in tables.items()
        }


def _rows_of(name: str, columns: Sequence[str]) -> sa.Select[str]:
    row: Any = sa.func.row(*map(sa.column, columns))
    return sa.select(sa.cast(row, sa.Text)).select_from(sa.table(name))


def wait_until(is_so: Callable[[], bool]) -> None:
    """Waits for what another thread or PostgreSQL brings about."""
    for _ in range(int(NOTICED_BY_EVERYONE / 0.01)):
        if is_so():
            return
        threading.Event().wait(0.01)
    pytest.fail("what was waited for did not happen")


def count_waiting(engine: sa.Engine) -> int:
    """How many connections to this database wait for a lock."""
    question = (
        "select count(*) from pg_stat_activity"
        " where datname = current_database() and wait_event_type = 'Lock'"
    )
    with engine.connect() as connection:
        found: int = connection.execute(sa.text(question)).scalar_one()
    return found


def count_under_way(engine: sa.Engine) -> int:
    """How many transactions on this database there are beside this one."""
    question = (
        "select count(*) from pg_stat_activity where datname = current_database()"
        " and xact_start is not null and pid <> pg_backend_pid()"
    )
    with engine.connect() as connection:
        found: int = connection.execute(sa.text(question)).scalar_one()
    return found


def dsn_of(engine: sa.Engine) -> str:
    """The DSN of the database that an engine connects to."""
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
