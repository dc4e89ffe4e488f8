"""What COPY writes is what PostgreSQL reads: every type, nothing, and the ends of every range."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb
from sqlalchemy.dialects import postgresql as pg

from osms_common.persistence.copying import copy_rows
from osms_server.bootstrap import Engines
from osms_server.persistence.tables import metadata

KINDS: dict[str, Any] = {
    "big": sa.BigInteger,
    "whole": sa.Integer,
    "small": sa.SmallInteger,
    "words": sa.Text,
    "code": sa.Text(collation="C"),
    "day": sa.Date,
    "flag": sa.Boolean,
    "octets": sa.LargeBinary,
    "instant": sa.DateTime(timezone=True),
    "id": sa.Uuid,
    "id_of_ours": pg.UUID,
    "document": pg.JSONB,
    "numbers": pg.ARRAY(sa.BigInteger),
    "list": pg.ARRAY(sa.Text),
}
SHAPES = sa.MetaData()
COPIED, INSERTED = (
    sa.Table(name, SHAPES, *(sa.Column(column, kind) for column, kind in KINDS.items()))
    for name in ("copied", "inserted with a strange name")
)
NOTHING = dict.fromkeys(KINDS)

WRITTEN: dict[str, tuple[str, Any, str | None]] = {
    "the lowest int8": ("big", -(2**63), "-9223372036854775808"),
    "the highest int8": ("big", 2**63 - 1, "9223372036854775807"),
    "the highest IIN": ("big", 999_999_999_999, "999999999999"),
    "zero": ("big", 0, "0"),
    "the lowest int4": ("whole", -(2**31), "-2147483648"),
    "the highest int4": ("whole", 2**31 - 1, "2147483647"),
    "the lowest int2": ("small", -(2**15), "-32768"),
    "the highest int2": ("small", 2**15 - 1, "32767"),
    "a text of nothing": ("words", "", ""),
    "a text that looks like no value": ("words", "\\N", "\\N"),
    "a text with tabs and line ends": ("words", "a\tb\nc\rd\\.\n", "a\tb\nc\rd\\.\n"),
    "a Kazakh text": ("words", "Құпиясов Әділ", "Құпиясов Әділ"),
    "a text beyond the basic plane": ("words", "𐌀🩺", "𐌀🩺"),
    "a long text": ("words", "x" * 100_000, "x" * 100_000),
    "a code": ("code", "R01", "R01"),
    "the first day": ("day", date.min, "0001-01-01"),
    "the day before the epoch of PostgreSQL": ("day", date(1999, 12, 31), "1999-12-31"),
    "the epoch of PostgreSQL": ("day", date(2000, 1, 1), "2000-01-01"),
    "a leap day": ("day", date(2028, 2, 29), "2028-02-29"),
    "the last day": ("day", date.max, "9999-12-31"),
    "yes": ("flag", True, "true"),
    "no": ("flag", False, "false"),
    "no octets": ("octets", b"", "\\x"),
    "all octets": ("octets", bytes(range(256)), "\\x" + bytes(range(256)).hex()),
    "an instant": (
        "instant",
        datetime(2026, 7, 1, 4, 0, 0, 123_456, UTC),
        "2026-07-01 04:00:00.123456+00",
    ),
    "an instant told in Almaty": (
        "instant",
        datetime(2026, 7, 1, 9, tzinfo=timezone(timedelta(hours=5))),
        "2026-07-01 04:00:00+00",
    ),
    "an instant long ago": ("instant", datetime(1, 1, 1, tzinfo=UTC), "0001-01-01 00:00:00+00"),
    "the last instant": (
        "instant",
        datetime.max.replace(tzinfo=UTC),
        "9999-12-31 23:59:59.999999+00",
    ),
    "the lowest id": ("id", UUID(int=0), "00000000-0000-0000-0000-000000000000"),
    "the highest id": (
        "id_of_ours",
        UUID(int=2**128 - 1),
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
    ),
    "a document": ("document", Jsonb({"к": [1, None, "\t"]}), '{"к": [1, null, "\\t"]}'),
    "an empty list of numbers": ("numbers", [], "{}"),
    "numbers": ("numbers", [-(2**63), 0, 2**63 - 1], f"{{{-(2**63)},0,{2**63 - 1}}}"),
    "an empty list": ("list", [], "{}"),
    "a list": ("list", ["FORM_027E", "", 'a "b"', "{,}"], '{FORM_027E,"","a \\"b\\"","{,}"}'),
    **{f"no {column}": (column, None, None) for column in KINDS},
}


@pytest.fixture(scope="module")
def shapes(engines: Engines) -> sa.Engine:
    """Two tables that have a column of every type."""
    SHAPES.create_all(engines.transactions)
    return engines.transactions


@pytest.fixture
def connection(shapes: sa.Engine) -> Iterator[sa.Connection]:
    """A connection on which nothing that is written stays."""
    with shapes.connect() as connection:
        connection.execute(sa.text("set local time zone 'UTC'"))
        yield connection
        connection.rollback()


def copy(connection: sa.Connection, *rows: dict[str, Any]) -> None:
    """Writes rows by COPY."""
    copy_rows(connection, COPIED, [tuple((NOTHING | row).values()) for row in rows])


def column_as_text(connection: sa.Connection, column: str) -> list[str | None]:
    """What PostgreSQL shows in a column."""
    shown = sa.select(sa.cast(COPIED.c[column], sa.Text))
    return list(connection.execute(shown).scalars())


@pytest.mark.parametrize(("column", "value", "shown"), WRITTEN.values(), ids=WRITTEN)
def test_postgresql_shows_what_was_written(
    connection: sa.Connection, column: str, value: object, shown: str | None
) -> None:
    """In its own words, and nothing in the columns beside it."""
    copy(connection, {column: value})
    assert column_as_text(connection, column) == [shown]
    (row,) = connection.execute(sa.select(COPIED))
    assert [name for name, kept in row._mapping.items() if kept is not None] == (
        [] if value is None else [column]
    )


def test_every_type_of_the_register_is_among_them() -> None:
    """A column of a new type needs a case here."""
    used = {str(c.type) for table in metadata.sorted_tables for c in table.columns}
    assert used <= {str(column.type) for column in COPIED.columns}


def test_rows_stay_in_their_order(connection: sa.Connection) -> None:
    """Many rows at once, each whole."""
    rows = [{"big": number, "words": f"{number}" * (number % 7)} for number in range(5_000)]
    copy(connection, *rows)
    found = connection.execute(sa.select(COPIED.c.big, COPIED.c.words))
    assert [row._asdict() for row in found] == rows


def test_no_rows_are_no_rows(connection: sa.Connection) -> None:
    """COPY of nothing is no error."""
    copy(connection)
    assert column_as_text(connection, "big") == []


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
INSTANTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
OF_KIND: dict[str, st.SearchStrategy[Any]] = {
    "big": st.integers(-(2**63), 2**63 - 1),
    "whole": st.integers(-(2**31), 2**31 - 1),
    "small": st.integers(-(2**15), 2**15 - 1),
    "words": TEXTS,
    "code": TEXTS,
    "day": st.dates(),
    "flag": st.booleans(),
    "octets": st.binary(),
    "instant": INSTANTS,
    "id": st.uuids(),
    "id_of_ours": st.uuids(),
    "numbers": st.lists(st.integers(-(2**63), 2**63 - 1)),
    "list": st.lists(TEXTS),
}
ROWS = st.lists(
    st.fixed_dictionaries({name: st.none() | kind for name, kind in OF_KIND.items()}), max_size=8
)


@given(rows=ROWS)
@hypothesis_settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_copy_writes_what_insert_writes(shapes: sa.Engine, rows: list[dict[str, Any]]) -> None:
    """The plain way into a table and the fast one lead to the same rows."""
    with shapes.connect() as connection:
        copy(connection, *rows)
        for row in rows:
            connection.execute(sa.insert(INSERTED).values(row))
        copied, inserted = (
            connection.execute(sa.select(table)).all() for table in (COPIED, INSERTED)
        )
        assert sorted(copied, key=repr) == sorted(inserted, key=repr)  # a table has no order
        connection.rollback()


FAULTS = (psycopg.Error, ArithmeticError, AttributeError, TypeError, ValueError, struct.error)

ALWAYS_INSERTED = {
    "access_log",
    "act_log",
    "arrival",
    "delivery",
    "feed",
    "held_batch",
    "lapse_recorded",
    "withdrawal",
}
"""Tables whose rows are never copied; PostgreSQL itself refuses what they cannot hold."""

UNWRITABLE: dict[str, dict[str, Any]] = {
    "a number beyond int8": {"big": 2**63},
    "a text with a zero octet": {"words": "a\0b"},
    "a text that is no Unicode": {"words": "\ud800"},
    "a text for a number": {"big": "one"},
}


def test_small_numbers_are_small() -> None:
    """The driver cuts off what int2 and int4 cannot hold; there are codes and small counts."""
    written = {
        table.name: {c.name for c in table.columns if isinstance(c.type, sa.SmallInteger)}
        for table in metadata.sorted_tables
        if table.name not in ALWAYS_INSERTED
    }
    codes = {"purpose_code", "payer_kind", "feed_kind", "state", "status", "ground_kind"} | {
        "outcome"
    }
    few = {"ordinal", "fact_kinds", "decision"}
    assert set().union(*written.values()) <= codes | few


@pytest.mark.parametrize("wrong", UNWRITABLE.values(), ids=UNWRITABLE)
def test_what_cannot_be_written_is_an_error(shapes: sa.Engine, wrong: dict[str, Any]) -> None:
    """Never another value in its place, and the rows before it are not kept either."""
    with pytest.raises(FAULTS), shapes.begin() as connection:
        copy(connection, {"big": 1}, wrong)
    with shapes.connect() as connection:
        assert column_as_text(connection, "big") == []
        copy(connection, {"big": 2})
        assert column_as_text(connection, "big") == ["2"]
        connection.rollback()
