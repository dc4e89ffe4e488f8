"""
The fixtures that every test can use: a real PostgreSQL, a register, and a real server before it.

One embedded PostgreSQL serves the whole run; the migrated schema is a template, from which each
module that asks for one gets a database in a fraction of a second. pytest-grpc starts a server on
a real port for each module, and clients call it over real channels.
"""

from __future__ import annotations

import gc
import itertools
import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
import sqlalchemy as sa

from osms_client import NamedCaller, OsmsClient
from osms_common.persistence.embedded import EmbeddedPostgres
from osms_server.bootstrap import Application, Engines, connect
from osms_server.config import Settings, Transport
from osms_server.persistence.migration import migrate
from osms_server.persistence.own_postgres import own_postgres
from osms_server.persistence.rights import INTAKE, LOOK_UP
from osms_server.roles import Dsns

os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")

ClientOf = Callable[[str], OsmsClient]

_TEMPLATE = "osms_template"
_PATIENCE_SECONDS = 30.0
_numbers = itertools.count(1)


def pytest_collection_finish() -> None:
    """Thousands of tests live to the end; the garbage collector need not look at them again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Servers that are told no folder keep their state where it goes with the run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL that is thrown away; OSMS_PG_BIN chooses another version."""
    folder = Path(tempfile.mkdtemp(prefix="osms-tests-"))
    folder.chmod(0o711)
    server = own_postgres(folder / "postgresql", durable=False, settings={"autovacuum": "off"})
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def settings() -> Settings:
    """The settings of a sandbox on a loopback port without TLS."""
    return Settings.read(
        listen="127.0.0.1:0",
        transport=Transport.PLAINTEXT,
        sandbox=True,
        unknown_persons_max=1_000_000,  # one clinic asks for all tests of a module
    )


@pytest.fixture(scope="session")
def template(postgres: EmbeddedPostgres, settings: Settings) -> str:
    """The name of a database with the schema and nothing else."""
    create_database(postgres, _TEMPLATE, "template0")
    engines = connect(dsn_of(postgres, _TEMPLATE), settings)
    migrate(engines.transactions)
    engines.dispose()
    return _TEMPLATE


@pytest.fixture(scope="module")
def dsn(postgres: EmbeddedPostgres, template: str) -> str:
    """The DSN of an empty register for one module, as its owner."""
    name = f"osms_{next(_numbers)}"
    create_database(postgres, name, template)
    return dsn_of(postgres, name)


@pytest.fixture(scope="module")
def dsns(dsn: str) -> Dsns:
    """The DSNs of the same register, each of the role that a server has for its work."""
    return dsns_of(dsn)


@pytest.fixture(scope="module")
def engines(dsn: str, settings: Settings) -> Iterator[Engines]:
    """Connections to the register of this module as its owner, who looks at it from outside."""
    engines = connect(dsn, settings)
    yield engines
    engines.dispose()


@pytest.fixture(scope="module")
def intake(dsns: Dsns, settings: Settings) -> Iterator[Engines]:
    """Connections to it with the rights of a server."""
    engines = connect(dsns.intake, settings)
    yield engines
    engines.dispose()


@pytest.fixture(scope="module")
def application(settings: Settings, intake: Engines, dsns: Dsns) -> Iterator[Application]:
    """The use cases on the register of this module, with a sandbox clock."""
    application = Application(settings, intake, dsns)
    yield application
    application.stopping.set()
    application.close()


@pytest.fixture(scope="module")
def grpc_add_to_server(application: Application) -> Callable[[Any, grpc.Server], None]:
    """Adds all services, as a server does."""
    return lambda _, server: application.add_to(server)


@pytest.fixture(scope="module")
def grpc_addr() -> str:
    """A free port of the loopback."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture(scope="module")
def grpc_servicer() -> None:
    """The application brings its own."""


@pytest.fixture(scope="module")
def grpc_interceptors(application: Application) -> list[grpc.ServerInterceptor]:
    """The gate that every call goes through."""
    return application.interceptors()


@pytest.fixture(scope="module")
def grpc_stub_cls() -> Callable[[grpc.Channel], grpc.Channel]:
    """Tests choose their own stubs; the plain channel is all they need."""
    return lambda channel: channel


@pytest.fixture(scope="module")
def client_of(grpc_server: grpc.Server, grpc_addr: str) -> Iterator[ClientOf]:
    """A client as the caller of a name, each opened once."""
    clients: dict[str, OsmsClient] = {}

    def client(name: str) -> OsmsClient:
        if name not in clients:
            clients[name] = OsmsClient(grpc_addr, NamedCaller(name))
        return clients[name]

    yield client
    for opened in clients.values():
        opened.close()


def dsn_of(postgres: EmbeddedPostgres, database: str) -> str:
    """The DSN of another database of the same server."""
    return postgres.dsn.replace("/osms?", f"/{database}?")


def dsns_of(dsn: str) -> Dsns:
    """The DSNs of a database of an embedded server, of which that of its owner is given."""
    intake, look_up = (dsn.replace("://osms@", f"://{role}@") for role in (INTAKE, LOOK_UP))
    return Dsns(dsn, intake, look_up)


def apart(dsn: str) -> dict[str, str]:
    """The settings of a server that has a role for each kind of work."""
    dsns = dsns_of(dsn)
    return {"dsn": dsns.intake, "migration_dsn": dsns.owner, "look_up_dsn": dsns.look_up}


def apart_variables(dsn: str) -> dict[str, Any]:
    """The same as a process finds them in its environment."""
    return {f"OSMS_{name.upper()}": value for name, value in apart(dsn).items()}


def create_database(postgres: EmbeddedPostgres, name: str, template: str) -> None:
    """Makes a database on the server of the run, as a copy of another."""
    url = "postgresql+psycopg" + postgres.dsn[postgres.dsn.index("://") :]
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(f'create database "{name}" template "{template}"'))


def await_refusals(application: Application) -> None:
    """Waits for what was refused before: a thread of its own keeps it in the log of acts."""
    done = threading.Event()
    application.acts._do_later(done.set)
    assert done.wait(_PATIENCE_SECONDS)
