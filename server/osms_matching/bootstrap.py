"""
Puts the service of the matching together from its settings: the only place that knows all parts.

It is a database (its own, or one by DSN), the use cases on it, and the gRPC services before them.
Runs are made and sent by the command beside it, on the same database.
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import grpc
import sqlalchemy as sa
import structlog

from osms.matching.v1 import (
    contribution_service_pb2,
    contribution_service_pb2_grpc,
    matching_service_pb2,
    matching_service_pb2_grpc,
    source_service_pb2,
    source_service_pb2_grpc,
)
from osms_common.application.clock import Clock
from osms_common.clocks import SystemClock
from osms_common.persistence.acts import ActTrail
from osms_common.persistence.embedded import EmbeddedPostgres, state_folder_for_root
from osms_common.rpc.interception import Gate
from osms_common.rpc.pages import PageLimits
from osms_common.serving.databases import NO_POOL, FolderInUse, embedded, engine_for, pool
from osms_common.serving.gate import admission, identity_of, patience, places, stream_limits
from osms_common.serving.transport import (
    add_health_and_reflection,
    grpc_server,
    listen,
    stop,
    tls_files,
)
from osms_matching.application.explaining import Explaining
from osms_matching.application.running import Running
from osms_matching.application.sending import Sending
from osms_matching.config import MatchingSettings
from osms_matching.persistence.forming import Effort, PostgresRunMaker
from osms_matching.persistence.migration import migrate
from osms_matching.persistence.store import PostgresMatching
from osms_matching.rpc.authorisation import RIGHTS
from osms_matching.rpc.feed_services import ContributionService, Feeds, SourceService
from osms_matching.rpc.matching_service import MatchingParts, MatchingService
from osms_matching.rules.guards import GUARD, Guard

log = structlog.get_logger(__name__)

_SERVICES: Final = (
    source_service_pb2.DESCRIPTOR.services_by_name["SourceService"],
    contribution_service_pb2.DESCRIPTOR.services_by_name["ContributionService"],
    matching_service_pb2.DESCRIPTOR.services_by_name["MatchingService"],
)
_FOLDER: Final = "matching"
"""Below the state folder: there the register has its own."""
_SEARCH_PATH: Final = "public"


def _own_postgres(folder: Path, *, durable: bool = True) -> EmbeddedPostgres:
    return EmbeddedPostgres(folder, durable=durable)


@contextmanager
def database(settings: MatchingSettings) -> Iterator[str]:
    """
    The DSN of the database: the one that is given, or of a PostgreSQL of our own.

    Where a server of ours already runs that PostgreSQL, it is joined. FolderInUse: a server has
    its folder, and it cannot be joined.
    """
    if settings.dsn:
        yield settings.dsn
        return
    folder = settings.state_folder / _FOLDER
    try:
        with embedded(folder, _own_postgres, ephemeral=False) as postgres:
            yield postgres.dsn
    except FolderInUse:
        dsn = _own_postgres(state_folder_for_root(folder) / "postgresql").joined()
        if dsn is None:
            raise
        yield dsn


@dataclass(frozen=True)
class Parts:
    """The use cases, on a database."""

    clock: Clock
    store: PostgresMatching
    running: Running
    sending: Sending
    explaining: Explaining


@contextmanager
def engine_of(dsn: str, settings: MatchingSettings) -> Iterator[sa.Engine]:
    """The connections of one process, after the schema was brought up to date."""
    owner = settings.migration_dsn or dsn
    migrate(engine_for(owner, NO_POOL, settings.writer_wait_seconds, _SEARCH_PATH))
    connections = pool(settings.database_connections_max)
    engine = engine_for(dsn, connections, settings.writer_wait_seconds, _SEARCH_PATH)
    try:
        yield engine
    finally:
        engine.dispose()


def parts_of(
    engine: sa.Engine,
    settings: MatchingSettings,
    clock: Clock | None = None,
    guard: Guard = GUARD,
) -> Parts:
    """The use cases on a database, by the clock of the machine where no other is given."""
    clock = clock or SystemClock()
    store = PostgresMatching(engine, clock)
    effort = Effort(settings.workers_of_runs, settings.run_chunk_people, settings.run_work_memory)
    return Parts(
        clock,
        store,
        Running(store, PostgresRunMaker(engine, effort), clock, guard),
        Sending(store, settings.send_portion),
        Explaining(store, clock),
    )


@dataclass
class RunningServer:
    """A server that answers at *address*."""

    address: str
    _server: grpc.Server
    _stopping: threading.Event
    _acts: ActTrail
    _seconds: float

    def stop(self) -> None:
        """Takes no new calls, tells streams to go, lets running calls finish, and stops."""
        self._stopping.set()
        stop(self._server, self._seconds)
        self._acts.close()


@contextmanager
def running_server(settings: MatchingSettings) -> Iterator[RunningServer]:
    """A server for as long as the block lasts."""
    os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
    with database(settings) as dsn, engine_of(dsn, settings) as engine:
        running = serve_on(engine, settings, parts_of(engine, settings))
        try:
            yield running
        finally:
            running.stop()


def serve_on(engine: sa.Engine, settings: MatchingSettings, parts: Parts) -> RunningServer:
    """A server on a database, started."""
    stopping = threading.Event()
    acts = ActTrail(engine, parts.clock)
    files = tls_files(settings)
    entry = admission(settings, RIGHTS, identity_of(files, acts, only_known=True), acts)
    slow = patience(settings, stopping)
    server = grpc_server(settings, [Gate(entry, places(settings), slow, acts)])
    feeds = Feeds(
        parts.store,
        parts.clock,
        stream_limits(settings, stopping),
        settings.tried_records_max,
        acts,
    )
    source_service_pb2_grpc.add_SourceServiceServicer_to_server(SourceService(feeds), server)
    contribution_service_pb2_grpc.add_ContributionServiceServicer_to_server(
        ContributionService(feeds), server
    )
    pages = PageLimits(
        settings.page_size,
        settings.page_size_max,
        settings.page_bytes_max,
        settings.page_token_key.encode() or secrets.token_bytes(),
    )
    matching = MatchingService(MatchingParts(parts.store, parts.running, parts.explaining, pages))
    matching_service_pb2_grpc.add_MatchingServiceServicer_to_server(matching, server)
    add_health_and_reflection(server, _SERVICES, slow.slow)
    port = listen(server, settings, files)
    server.start()
    host = settings.listen.rpartition(":")[0]
    return RunningServer(f"{host}:{port}", server, stopping, acts, settings.shutdown_seconds)
