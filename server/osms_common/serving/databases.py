"""The database of a service: one that is given by DSN, or a PostgreSQL of its own."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

import psycopg
import sqlalchemy as sa
import structlog

from osms_common.persistence.embedded import EmbeddedPostgres, state_folder_for_root
from osms_common.persistence.keeping import kept_running

log = structlog.get_logger(__name__)

_LINE = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""A machine that has fallen silent is given up, and nobody waits for it for hours (TCP alone)."""
_PASSABLE = 0o711


class FolderInUse(Exception):
    """Another server uses the state folder."""


class MakePostgres(Protocol):
    """Makes the embedded PostgreSQL of a service, which has the roles of the service."""

    def __call__(self, folder: Path, *, durable: bool) -> EmbeddedPostgres:
        """A PostgreSQL below *folder*; one that is not *durable* may lose all in a crash."""


NO_POOL: Final[Mapping[str, Any]] = {"poolclass": sa.NullPool}
"""Connections for what is seldom done: each is closed when it is no longer used."""


def pool(size: int) -> Mapping[str, Any]:
    """So many connections at the most, each looked at before it is used again."""
    return {"pool_size": size, "max_overflow": 0, "pool_pre_ping": True}


def engine_for(
    dsn: str,
    connections: Mapping[str, Any],
    wait_seconds: float,
    search_path: str,
    prepare_threshold: int | None = 5,
) -> sa.Engine:
    """
    An engine for a DSN as a URL of libpq; no transaction waits longer for a lock than told.

    Errors do not tell parameters, which name persons.
    """
    url = "postgresql+psycopg" + dsn[dsn.index("://") :]
    arguments = {**_LINE, "prepare_threshold": prepare_threshold}
    engine = sa.create_engine(url, hide_parameters=True, connect_args=arguments, **connections)
    _begin_sessions(engine, wait_seconds, search_path)
    return engine


_SESSION = "select set_config('search_path', %s, false), set_config('lock_timeout', %s, false)"


def _begin_sessions(engine: sa.Engine, seconds: float, search_path: str) -> None:
    """Tells where the tables are; and no transaction waits longer for what another has locked."""

    @sa.event.listens_for(engine, "connect")
    def _begin(connection: psycopg.Connection, _: object) -> None:
        connection.execute(_SESSION, (search_path, str(int(seconds * 1000))))
        connection.commit()


@contextmanager
def embedded(
    state_folder: Path, make: MakePostgres, *, ephemeral: bool, name: str = "postgresql"
) -> Iterator[EmbeddedPostgres]:
    """
    A PostgreSQL of our own for as long as the block lasts; an *ephemeral* one leaves nothing.

    FolderInUse: another server has it.
    """
    with ExitStack() as stack:
        if ephemeral:
            folder = Path(tempfile.mkdtemp(prefix="osms-"))
            folder.chmod(_PASSABLE)  # PostgreSQL may run as another user
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
        else:
            folder = state_folder_for_root(state_folder)
            stack.enter_context(locked(folder))
        postgres = make(folder / name, durable=not ephemeral)
        postgres.start()
        stack.callback(postgres.stop)
        stack.enter_context(kept_running(postgres))
        log.info(
            "embedded PostgreSQL started; it is for development and small installations",
            folder=str(postgres.folder),
        )
        yield postgres


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """A folder of ours alone. FolderInUse: another server has it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "server.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = f"another server uses {folder}; stop it, or name another state folder"
            raise FolderInUse(message) from error
        yield
