"""
The floors: what the same rows cost PostgreSQL alone.

The floor of a feed is one COPY of the very rows that it left in its table, into another table
with the same columns, checks and key, committed durably by the same server.
"""

from __future__ import annotations

import time
from typing import Any, Final

import psycopg

from osms_common.domain.identifiers import identifier_text

_FLOOR: Final = "benchmark_floor"
_REPEATS: Final = 3
_ROWS_MAX: Final = 5_000_000
"""Rows of a floor; of a larger table the first ones. Their blocks are held in memory."""


def copy_rate(dsn: str, table: str, order: str = "revision, position") -> float:
    """Rows a second of the COPY of a table's rows: the best of a few runs."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        blocks = _blocks(connection, table, order)
        rates = [_copy(connection, table, blocks) for _ in range(_REPEATS)]
        connection.execute(f"drop table {_FLOOR}")
    return max(rates)


def first_iin(dsn: str) -> str:
    """Somebody who is known."""
    with psycopg.connect(dsn) as connection:
        found = connection.execute("select iin from person order by iin limit 1").fetchone()
    assert found is not None
    return identifier_text(found[0])


def _blocks(connection: psycopg.Connection[Any], table: str, order: str) -> list[bytes]:
    """The rows in the order in which they came, in the usual format of COPY."""
    rows = f"copy (select * from {table} order by {order} limit {_ROWS_MAX}) to stdout"
    with connection.cursor().copy(rows) as copy:
        return [bytes(block) for block in copy]


def _copy(connection: psycopg.Connection[Any], table: str, blocks: list[bytes]) -> float:
    connection.execute(f"drop table if exists {_FLOOR}")
    connection.execute(f"create table {_FLOOR} (like {table} including all)")
    connection.execute("checkpoint")
    began = time.perf_counter()
    with connection.cursor() as cursor:
        with cursor.copy(f"copy {_FLOOR} from stdin") as copy:
            for block in blocks:
                copy.write(block)
        return cursor.rowcount / (time.perf_counter() - began)
