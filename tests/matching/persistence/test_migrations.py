"""The schema of the matching comes and goes step by step, and is what the code speaks of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command as alembic
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory

from osms_matching.persistence.migration import (
    SchemaUnknown,
    alembic_config,
    demand_version,
    migrate,
)
from osms_matching.persistence.tables import FORMING, metadata
from tests.persistence.test_migrations import CATALOGUE

STEPS: list[Script] = list(
    reversed(list(ScriptDirectory.from_config(alembic_config()).walk_revisions()))
)
VERSIONS = [step.revision for step in STEPS]

MakeEngine = Callable[[], sa.Engine]


def catalogue(engine: sa.Engine) -> dict[str, set[tuple[Any, ...]]]:
    """All that a schema is made of, without the note of which version it is."""
    with engine.connect() as connection:
        return {
            name: {
                tuple(map(str, row))
                for row in connection.execute(sa.text(question), {"schemas": ["public", FORMING]})
                if not any(str(value).startswith("alembic_version") for value in row)
            }
            for name, question in CATALOGUE.items()
        }


def downgrade(engine: sa.Engine, version: str) -> None:
    """Brings the schema back to an older version."""
    config = alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        alembic.downgrade(config, version)


def test_there_is_one_way_from_the_first_version_to_the_last() -> None:
    """Numbered without a gap, each after the one before, with a word on what it brings."""
    assert [f"{number:04d}" for number in range(1, len(STEPS) + 1)] == VERSIONS
    assert [step.down_revision for step in STEPS] == [None, *VERSIONS[:-1]]
    assert all(f"Version {step.revision}" in step.longdoc for step in STEPS)


def test_every_step_can_be_taken_and_taken_back(bare_matching: MakeEngine) -> None:
    """Up, each version has a schema; down, it is the same again; at the bottom nothing is left."""
    engine = bare_matching()
    nothing = catalogue(engine)
    schemas = []
    for version in VERSIONS:
        migrate(engine, version)
        schemas.append(catalogue(engine))
    for version, schema in reversed(list(zip(VERSIONS, schemas, strict=True))):
        downgrade(engine, version)
        assert catalogue(engine) == schema
    downgrade(engine, "base")
    assert catalogue(engine) == nothing
    migrate(engine)
    migrate(engine)
    assert catalogue(engine) == schemas[-1]
    engine.dispose()


def test_the_schema_is_what_the_code_speaks_of(bare_matching: MakeEngine) -> None:
    """Also in what alembic does not compare: checks, collations, comments."""
    migrated, made = bare_matching(), bare_matching()
    migrate(migrated)
    with migrated.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []
    with made.begin() as connection:
        connection.execute(sa.schema.CreateSchema(FORMING))
        metadata.create_all(connection)
    assert catalogue(migrated) == catalogue(made)
    migrated.dispose()
    made.dispose()


def test_a_version_that_is_not_known_is_refused(bare_matching: MakeEngine) -> None:
    """A later server has been at work on it: nobody guesses what it did."""
    engine = bare_matching()
    migrate(engine)
    with engine.begin() as connection:
        demand_version(connection)
        connection.execute(sa.text("update alembic_version set version_num = '9999'"))
    with pytest.raises(SchemaUnknown):
        migrate(engine)
    with engine.connect() as connection, pytest.raises(SchemaUnknown, match="9999"):
        demand_version(connection)
    engine.dispose()
