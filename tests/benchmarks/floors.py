"""
The floors: what the same rows cost PostgreSQL alone.

The floor of a feed is one COPY of the very rows that it left in its table, into another table
with the same columns and the same key, committed durably by the same server.
"""

from __future__ import annotations

import time
from typing import Any, Final

import psycopg

_FLOOR: Final = "benchmark_floor"
_REPEATS: Final = 3


def copy_rate(dsn: str, table: str, where: str = "true") -> float:
    """Rows a second of the COPY of a table's rows: the best of a few runs."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        blocks = _blocks(connection, table, where)
        rates = [_copy(connection, table, blocks) for _ in range(_REPEATS)]
        connection.execute(f"drop table {_FLOOR}")
    return max(rates)


def _blocks(connection: psycopg.Connection[Any], table: str, where: str) -> list[bytes]:
    """The rows in the order in which they came, in the usual format of COPY."""
    rows = f"copy (select * from {table} where {where} order by revision, position)"
    with connection.cursor().copy(f"{rows} to stdout") as copy:
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
