"""All that a register keeps, to be compared with what it kept before."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any, Final

import pytest
import sqlalchemy as sa

from osms_server.persistence.tables import metadata

NOTICED_BY_EVERYONE: Final = 30.0
"""Seconds after which a test no longer waits for something that must happen."""

Contents = dict[str, list[Any]]


def contents(engine: sa.Engine, tables: Iterable[str] = ()) -> Contents:
    """The rows of tables, or of all tables, as PostgreSQL shows them."""
    names = list(tables) or [table.name for table in metadata.sorted_tables]
    with engine.connect() as connection:
        return {name: sorted(connection.execute(_rows_of(name)).scalars()) for name in names}


def _rows_of(name: str) -> sa.Select[str]:
    rows = sa.table(name).alias("t")
    return sa.select(sa.cast(sa.literal_column("t"), sa.Text)).select_from(rows)


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


def dsn_of(engine: sa.Engine) -> str:
    """The DSN of the database that an engine connects to."""
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
