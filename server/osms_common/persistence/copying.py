"""COPY: the fast way of rows into tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from psycopg import sql
from sqlalchemy.dialects import postgresql as pg

_TYPE_NAMES: dict[type[Any], str] = {
    sa.BigInteger: "int8",
    sa.SmallInteger: "int2",
    sa.Integer: "int4",  # after those that are kinds of it
    sa.Text: "text",
    sa.Date: "date",
    sa.Boolean: "bool",
    sa.LargeBinary: "bytea",
    sa.DateTime: "timestamptz",
    sa.Uuid: "uuid",
    pg.JSONB: "jsonb",
}


def copy_rows(connection: sa.Connection, table: sa.Table, rows: Iterable[Sequence[Any]]) -> None:
    """Adds rows, each with all columns of *table* in order."""
    statement, types = _copy_statement(table)
    with raw(connection).cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(types)
        write_row = copy.write_row
        for row in rows:
            write_row(row)


@cache
def _copy_statement(table: sa.Table) -> tuple[sql.Composed, list[str]]:
    statement = sql.SQL("copy {} ({}) from stdin (format binary)").format(
        sql.Identifier(table.name),
        sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns),
    )
    return statement, [_type_name(column.type) for column in table.columns]


def _type_name(kind: Any) -> str:
    if isinstance(kind, pg.ARRAY):
        return f"{_type_name(kind.item_type)}[]"
    return next(name for base, name in _TYPE_NAMES.items() if isinstance(kind, base))


def array_text(values: Iterable[int | str]) -> str:
    """
    Values as PostgreSQL writes an array, which is much cheaper than to have a list adapted.

    For numbers, and for texts without anything that an array would quote, such as timelines.
    """
    return f"{{{','.join(map(str, values))}}}"


def raw(connection: sa.Connection) -> Any:
    """The psycopg connection below a SQLAlchemy connection, for COPY and hot questions."""
    return connection.connection.driver_connection
