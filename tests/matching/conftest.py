"""Databases of the matching: each module has a copy of one that was migrated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest
import sqlalchemy as sa

from osms_common.persistence.embedded import EmbeddedPostgres
from osms_common.persistence.emptying import names_of_filled
from osms_common.persistence.shared_tables import ACT_TABLES
from osms_matching.persistence.migration import migrate
from osms_matching.persistence.service_tables import EVERY_TABLE
from tests.conftest import create_database, dsn_of

_TEMPLATE = "osms_matching_template"
_numbers = count(1)


def engine_of(dsn: str) -> sa.Engine:
    """Connections to a database."""
    return sa.create_engine("postgresql+psycopg" + dsn[dsn.index("://") :], pool_size=2)


@pytest.fixture(scope="session")
def bare_matching(postgres: EmbeddedPostgres) -> Callable[[], sa.Engine]:
    """Makes databases without any table."""

    def make() -> sa.Engine:
        name = f"osms_matching_bare_{next(_numbers)}"
        create_database(postgres, name, "template0")
        return engine_of(dsn_of(postgres, name))

    return make


@pytest.fixture(scope="session")
def matching_template(postgres: EmbeddedPostgres) -> str:
    """The name of a database with the schema and nothing else."""
    create_database(postgres, _TEMPLATE, "template0")
    engine = engine_of(dsn_of(postgres, _TEMPLATE))
    migrate(engine)
    engine.dispose()
    return _TEMPLATE


@pytest.fixture(scope="module")
def own_matching(postgres: EmbeddedPostgres, matching_template: str) -> Iterator[sa.Engine]:
    """Connections to a database of the matching, of this module alone."""
    name = f"osms_matching_{next(_numbers)}"
    create_database(postgres, name, matching_template)
    engine = engine_of(dsn_of(postgres, name))
    yield engine
    engine.dispose()


@pytest.fixture
def engine(own_matching: sa.Engine) -> sa.Engine:
    """The same, emptied for this test."""
    empty(own_matching)
    return own_matching


def empty(engine: sa.Engine) -> None:
    """Takes everything out, except the one row of the head and the log of acts."""
    kept = {"head", *(table.name for table in ACT_TABLES)}
    tables = [table for table in EVERY_TABLE.sorted_tables if table.name not in kept]
    with engine.begin() as connection:
        filled = {*connection.execute(names_of_filled(tables)).scalars()}
        for table in tables:
            if table.name in filled:
                connection.execute(sa.delete(table))
        connection.execute(sa.text("update head set revision = 0"))
