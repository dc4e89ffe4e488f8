"""Empty databases, and registers with a clock that a test moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from itertools import count

import pytest
import sqlalchemy as sa

from osms_common.clocks import SandboxClock
from osms_common.persistence.embedded import EmbeddedPostgres
from osms_server.bootstrap import Engines, connect
from osms_server.config import Settings
from osms_server.persistence.register import PostgresRegister
from tests.conftest import ClientOf, create_database, dsn_of
from tests.rpc.lives import tell_everything
from tests.rpc.sending import MORNING, TODAY

NOON = datetime(2026, 7, 1, 7, tzinfo=UTC)
"""Noon of a summer day in Almaty."""

_numbers = count(1)


@pytest.fixture(scope="session")
def new_dsn(postgres: EmbeddedPostgres) -> Callable[[], str]:
    """Makes databases without any table."""

    def make() -> str:
        name = f"osms_bare_{next(_numbers)}"
        create_database(postgres, name, "template0")
        return dsn_of(postgres, name)

    return make


@pytest.fixture
def bare(new_dsn: Callable[[], str], settings: Settings) -> Iterator[sa.Engine]:
    """Connections to a database without any table."""
    engines = connect(new_dsn(), settings)
    yield engines.transactions
    engines.dispose()


@pytest.fixture
def clock() -> SandboxClock:
    """A clock at noon that stands still until it is moved."""
    return SandboxClock(NOON)


@pytest.fixture
def register(intake: Engines, engines: Engines, clock: SandboxClock) -> PostgresRegister:
    """An empty register on the database of the module, with the rights of a server."""
    register = PostgresRegister(intake.transactions, clock, owner=engines.transactions)
    register.clear()
    return register


@pytest.fixture
def everybody(client_of: ClientOf) -> date:
    """A register that knows people of every kind; the day on which it does."""
    client_of("supervisor1").reset_sandbox(MORNING)
    tell_everything(client_of)
    return TODAY
