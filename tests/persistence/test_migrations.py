"""The schema comes step by step, goes step by step, and is what the code speaks of."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from alembic import command as alembic
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from psycopg.types.json import Jsonb
from sqlalchemy.dialects import postgresql as pg

from osms_common.persistence.copying import copy_rows
from osms_server.bootstrap import connect
from osms_server.config import Settings
from osms_server.persistence.migration import alembic_config, migrate
from osms_server.persistence.tables import ROSTERS, SCHEMAS, metadata, schema_of
from tests.persistence.contents import (
    NOTICED_BY_EVERYONE,
    contents,
    count_waiting,
    dsn_of,
    wait_until,
)
from tests.processes import command, environment, run

STEPS: list[Script] = list(
    reversed(list(ScriptDirectory.from_config(alembic_config()).walk_revisions()))
)
"""The migrations from the first to the last."""

LOCK = 0x05315
"""The lock that those who migrate take."""

VERSIONS = [step.revision for step in STEPS]

CATALOGUE = {
    "schemas": """
        select nspname from pg_namespace
        where nspname <> 'information_schema' and not starts_with(nspname, 'pg_')""",
    "columns": """
        select table_schema, table_name, column_name, data_type, udt_name, is_nullable,
               column_default, collation_name
        from information_schema.columns where table_schema = any(:schemas)""",
    "constraints": """
        select connamespace::regnamespace, conrelid::regclass, conname, pg_get_constraintdef(oid)
        from pg_constraint where connamespace::regnamespace::text = any(:schemas)""",
    "indexes": """
        select schemaname, tablename, indexname, indexdef
        from pg_indexes where schemaname = any(:schemas)""",
    "tables": """
        select relnamespace::regnamespace, relname, relkind, reloptions, obj_description(oid)
        from pg_class where relnamespace::regnamespace::text = any(:schemas)""",
    "functions": """
        select pronamespace::regnamespace, proname
        from pg_proc where pronamespace::regnamespace::text = any(:schemas)""",
    "definitions": """
        select pg_get_functiondef(oid)
        from pg_proc where pronamespace::regnamespace::text = any(:schemas)""",
    "types": """
        select typnamespace::regnamespace, typname from pg_type
        where typnamespace::regnamespace::text = any(:schemas) and typtype not in ('c', 'b')""",
    "triggers": "select tgrelid::regclass, tgname from pg_trigger where not tgisinternal",
}


ONLY_MIGRATED = {
    "functions": {
        ("public", "access_log_add_month"),
        ("public", "access_log_tidy"),
        ("public", "refuse_change"),
        ("public", "roster_marks_told"),
        ("public", "withdrawn_told"),
    },
    "triggers": {
        ("access_log", "append_only"),
        ("access_log", "never_emptied"),
        ("access_writer", "never_emptied"),
        ("access_writer", "only_onward"),
        *((log, "append_only") for log in ("act_log", "act_writer", "caller_certificate")),
        *((log, "never_emptied") for log in ("act_log", "act_writer", "caller_certificate")),
    },
}
"""What the tables do not speak of."""


def catalogue(engine: sa.Engine) -> dict[str, set[tuple[Any, ...]]]:
    """All that a schema is made of, without the note of which version it is."""
    with engine.connect() as connection:
        return {
            name: {
                tuple(map(str, row))
                for row in connection.execute(sa.text(question), {"schemas": list(SCHEMAS)})
                if not any(str(value).startswith("alembic_version") for value in row)
            }
            for name, question in CATALOGUE.items()
        }


def downgrade(engine: sa.Engine, version: str) -> None:
    """Brings the schema back to an older version."""
    config = alembic_config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        alembic.downgrade(config, version)
        connection.commit()


def version_of(engine: sa.Engine) -> str | None:
    """The version that the database says it has."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


# The steps.


def test_there_is_one_way_from_the_first_version_to_the_last() -> None:
    """Numbered without a gap, each after the one before, with a word on what it brings."""
    assert [f"{number:04d}" for number in range(1, len(STEPS) + 1)] == VERSIONS
    assert [step.down_revision for step in STEPS] == [None, *VERSIONS[:-1]]
    for step in STEPS:
        assert step.path.rpartition("/")[2].startswith(f"{step.revision}_")
        assert f"Version {step.revision}" in step.longdoc


def test_every_step_can_be_taken_and_taken_back(bare: sa.Engine) -> None:
    """Up, each version has a schema; down, it is the same again; at the bottom nothing is left."""
    nothing = catalogue(bare)
    schemas = []
    for version in VERSIONS:
        migrate(bare, version)
        assert version_of(bare) == version
        schemas.append(catalogue(bare))
    for version, schema in reversed(list(zip(VERSIONS, schemas, strict=True))):
        downgrade(bare, version)
        assert catalogue(bare) == schema
    downgrade(bare, "base")
    assert version_of(bare) is None
    assert catalogue(bare) == nothing
    migrate(bare)
    assert catalogue(bare) == schemas[-1]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_version_can_be_taken_back_to_nothing_at_once(bare: sa.Engine, version: str) -> None:
    """From any version there is a way down and up again."""
    migrate(bare, version)
    downgrade(bare, "base")
    migrate(bare, version)
    assert version_of(bare) == version


def test_a_schema_that_is_there_is_left_as_it_is(bare: sa.Engine) -> None:
    """Every server migrates when it starts; the second time there is nothing to do."""
    migrate(bare)
    before = catalogue(bare), contents(bare)
    migrate(bare)
    assert (catalogue(bare), contents(bare)) == before


# The schema and the code.


def test_the_schema_is_what_the_code_speaks_of(bare: sa.Engine) -> None:
    """Alembic finds nothing that a further migration would have to bring."""
    migrate(bare)
    with bare.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


def test_the_schema_is_what_the_tables_would_make(
    bare: sa.Engine, new_dsn: Callable[[], str], settings: Settings
) -> None:
    """Also in what alembic does not compare: checks, collations, comments, storage."""
    migrate(bare)
    made = connect(new_dsn(), settings)
    with made.transactions.begin() as connection:
        connection.execute(sa.schema.CreateSchema(ROSTERS))
        for table in metadata.sorted_tables:
            connection.execute(sa.text(f"set local search_path = {schema_of(table)}"))
            table.create(connection)
    migrated, created = catalogue(bare), catalogue(made.transactions)
    assert {name: migrated.pop(name) for name in ONLY_MIGRATED} == ONLY_MIGRATED
    del migrated["definitions"]
    assert migrated == {name: created[name] for name in migrated}
    made.dispose()


def test_the_register_needs_no_extension_and_no_sequence(bare: sa.Engine) -> None:
    """Any PostgreSQL will do, and the schema can be distributed by person."""
    migrate(bare)
    with bare.connect() as connection:
        assert connection.execute(sa.text("select extname from pg_extension")).scalars().all() == [
            "plpgsql"
        ]
        inspector = sa.inspect(connection)
        assert [inspector.get_sequence_names(schema) for schema in SCHEMAS] == [[], []]


# Data.

PART = "access_log_2026_01"
"""The part of the log of answers for the month of the values below."""

MONTH = [datetime(2025, 12, 31, 19, tzinfo=UTC), datetime(2026, 1, 31, 19, tzinfo=UTC)]
"""Where that month begins and ends in Almaty."""

VALUES: dict[type[Any], Any] = {
    sa.BigInteger: 900_101_300_017,
    sa.SmallInteger: 1,
    sa.Integer: 1,
    sa.Text: "R01",
    sa.Date: date(2026, 1, 1),
    sa.Boolean: True,
    sa.LargeBinary: b"\x00\xff",
    sa.DateTime: datetime(2026, 1, 1, tzinfo=UTC),
    sa.Uuid: UUID(int=1),
    pg.JSONB: {"key": ["value"]},
}


def value_for(column: sa.Column[Any]) -> Any:  # noqa: ANN401 - of any type
    """A value that a column takes, however it is called; nothing where nothing is allowed."""
    if column.nullable:
        return None
    if isinstance(column.type, sa.ARRAY):
        return []
    return next(value for kind, value in VALUES.items() if isinstance(column.type, kind))


def fill(engine: sa.Engine) -> dict[str, list[str]]:
    """Puts a row into every table that is there and empty; our tables, and their columns."""
    found = sa.MetaData()
    with engine.begin() as connection:
        found.reflect(connection)
        if "access_writer" in found.tables:
            connection.execute(sa.select(sa.func.access_log_add_month(PART, *MONTH)))
        for table in found.sorted_tables:
            empty = not connection.execute(sa.select(sa.func.count()).select_from(table)).scalar()
            if empty:
                connection.execute(sa.insert(table).values({c: value_for(c) for c in table.c}))
    return {
        name: [column.name for column in found.tables[name].columns]
        for name in sorted(set(found.tables) - {"alembic_version", PART})
    }


def by_later_names(tables: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The same tables after the last step, where those that were set aside have other names."""
    aside = {} if "access_writer" in tables else {"access_log": "access_log_before_0003"}
    return {aside.get(name, name): columns for name, columns in tables.items()}


@pytest.mark.parametrize(
    "version",
    [*(pytest.param(each, marks=pytest.mark.long) for each in VERSIONS[:-1]), VERSIONS[-1]],
)
def test_what_is_kept_stays_through_all_later_steps(bare: sa.Engine, version: str) -> None:
    """A register is migrated with its people in it; taken back, what was older is still there."""
    migrate(bare, version)
    tables = fill(bare)
    before = contents(bare, tables)
    assert all(before.values())
    migrate(bare)
    later = contents(bare, by_later_names(tables))
    assert list(later.values()) == list(before.values())
    fill(bare)
    downgrade(bare, version)
    assert contents(bare, tables) == before


def test_every_table_takes_rows_by_copy(bare: sa.Engine) -> None:
    """As the register writes them: a type that COPY does not know would show here."""
    migrate(bare)
    tables = [table for table in metadata.sorted_tables if table.name != "head"]
    fill(bare)
    with bare.begin() as connection:
        names = ", ".join(table.name for table in tables)
        connection.execute(sa.text("set local osms.emptying = 'sandbox'"))
        connection.execute(sa.text(f"truncate {names}"))
        for table in tables:
            values = [value_for(column) for column in table.columns]
            row = [Jsonb(value) if isinstance(value, dict) else value for value in values]
            copy_rows(connection, table, [row])
    assert {table.name: 1 for table in tables} == {
        name: len(rows) for name, rows in contents(bare).items() if name != "head"
    }


# Several servers, and other versions.


@pytest.mark.long
def test_servers_that_start_at_once_migrate_once(bare: sa.Engine) -> None:
    """One does it, the other waits for it, and both go on."""
    arguments = command("migrate", "--dsn", dsn_of(bare))
    with bare.begin() as connection:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
        servers = [subprocess.Popen(arguments, env=environment()) for _ in range(2)]  # noqa: S603
        wait_until(lambda: count_waiting(bare) == len(servers))
    assert [server.wait(NOTICED_BY_EVERYONE) for server in servers] == [0, 0]
    assert version_of(bare) == VERSIONS[-1]
    assert contents(bare, ["head"]) == {"head": ["(t,0,0)"]}


def test_a_step_that_fails_leaves_the_version_before(bare: sa.Engine) -> None:
    """All steps are one transaction: what cannot be finished was never begun."""
    with bare.begin() as connection:
        connection.execute(sa.text("create table withdrawal (of_somebody_else int)"))
    before = catalogue(bare)
    with pytest.raises(sa.exc.ProgrammingError, match="already exists"):
        migrate(bare)
    assert version_of(bare) is None
    assert catalogue(bare) == before


@pytest.mark.long
def test_a_schema_of_a_later_version_is_told_in_a_line(bare: sa.Engine) -> None:
    """An older server does not touch it, and says what is the matter."""
    migrate(bare)
    with bare.begin() as connection:
        connection.execute(sa.text("update alembic_version set version_num = '9999'"))
    ran = run("migrate", "--dsn", dsn_of(bare))
    assert ran.returncode == 1
    assert ran.stderr.count("\n") == 1
    assert "9999" in ran.stderr
    assert version_of(bare) == "9999"
