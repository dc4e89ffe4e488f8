"""
Puts a server together from its settings: the only place that knows all the parts.

A server is a database (its own, or one by DSN), a register on it, the use cases, and the gRPC
services before them. `RunningServer` holds what has to be stopped, in the order in which it has
to be stopped.
"""

from __future__ import annotations

import os
import secrets
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import grpc
import sqlalchemy as sa
import structlog

from osms.entitlement.v1 import (
    audit_service_pb2,
    audit_service_pb2_grpc,
    category_service_pb2,
    category_service_pb2_grpc,
    consumer_service_pb2,
    consumer_service_pb2_grpc,
    entitlement_service_pb2,
    entitlement_service_pb2_grpc,
    operations_service_pb2,
    operations_service_pb2_grpc,
    payment_service_pb2,
    payment_service_pb2_grpc,
    roster_service_pb2,
    roster_service_pb2_grpc,
    sandbox_service_pb2,
    sandbox_service_pb2_grpc,
)
from osms_common.application.clock import Clock
from osms_common.application.slots import Limit, Room, Slots
from osms_common.clocks import SandboxClock, SystemClock
from osms_common.persistence.acts import ActTrail
from osms_common.persistence.copying import raw
from osms_common.persistence.embedded import EmbeddedPostgres, state_folder_for_root
from osms_common.persistence.keeping import kept_running
from osms_common.rpc.interception import Gate
from osms_common.rpc.pages import PageLimits
from osms_common.serving.databases import NO_POOL, embedded, engine_for, locked, pool
from osms_common.serving.gate import (
    admission,
    identity_of,
    patience,
    places,
    stream_limits,
    stream_slots,
    untaken_answers,
)
from osms_common.serving.transport import (
    add_health_and_reflection,
    grpc_server,
    listen,
    stop,
    tls_files,
)
from osms_common.working_days import is_working_day
from osms_server.application.answers import Answers
from osms_server.application.law import Law
from osms_server.application.overlaying import Overlaying
from osms_server.application.receipts import ISSUER, SANDBOX_ISSUER
from osms_server.config import Settings
from osms_server.desks import DeskThread
from osms_server.persistence.granting import missing_roles
from osms_server.persistence.look_up_facts import PostgresLookUpFacts
from osms_server.persistence.own_postgres import own_postgres
from osms_server.persistence.register import PostgresRegister, RegisterLimits
from osms_server.persistence.rights import INTAKE, LOOK_UP
from osms_server.persistence.tables import SEARCH_PATH
from osms_server.receipt_keys import KeyFolder, ReceiptKeysUnusable
from osms_server.receipt_signing import FolderSigner
from osms_server.roles import Dsns, bring_up_to_date, demand_owner, demand_rights
from osms_server.rpc.audit_service import AuditService, ExportLimits
from osms_server.rpc.authorisation import QUESTIONS, RIGHTS
from osms_server.rpc.consumer_service import ConsumerService
from osms_server.rpc.entitlement_service import EntitlementService, LookUpLimits
from osms_server.rpc.feed_services import (
    CategoryService,
    FeedContext,
    PaymentService,
    RosterService,
)
from osms_server.rpc.look_up_front import FrontLimits
from osms_server.rpc.mutations import Mutations
from osms_server.rpc.operations.parts import Operations
from osms_server.rpc.operations.service import OperationsService
from osms_server.rpc.sandbox_service import FIRST_CLOCK_TIME, SandboxService
from osms_server.supervising import look_up_processes

log = structlog.get_logger(__name__)

_SERVICES = (
    category_service_pb2.DESCRIPTOR.services_by_name["CategoryService"],
    payment_service_pb2.DESCRIPTOR.services_by_name["PaymentService"],
    roster_service_pb2.DESCRIPTOR.services_by_name["RosterService"],
    consumer_service_pb2.DESCRIPTOR.services_by_name["ConsumerService"],
    entitlement_service_pb2.DESCRIPTOR.services_by_name["EntitlementService"],
    operations_service_pb2.DESCRIPTOR.services_by_name["OperationsService"],
    audit_service_pb2.DESCRIPTOR.services_by_name["AuditService"],
)
_SANDBOX = sandbox_service_pb2.DESCRIPTOR.services_by_name["SandboxService"]


class DsnMissing(Exception):
    """Settings name a database for some of the work, and none for the rest."""


@dataclass(frozen=True)
class Engines:
    """The connections to the database: for transactions, and for rehearsals."""

    transactions: sa.Engine
    rehearsals: sa.Engine

    def dispose(self) -> None:
        """Closes all connections."""
        self.transactions.dispose()
        self.rehearsals.dispose()


def connect(dsn: str, settings: Settings) -> Engines:
    """Engines for a DSN as a URL of libpq. Errors do not tell parameters, which name persons."""
    tried = settings.rehearsals_max + settings.previews_max
    # A statement that was prepared for a table goes on to mean it where a temporary table of the
    # same name hides it. So rehearsals, which hide tables, prepare nothing.
    return Engines(
        pooled_engine_for(dsn, settings),
        engine_for(dsn, pool(tried), settings.writer_wait_seconds, SEARCH_PATH, None),
    )


def pooled_engine_for(dsn: str, settings: Settings) -> sa.Engine:
    """Connections for one kind of work."""
    size = pool(settings.database_connections_max)
    return engine_for(dsn, size, settings.writer_wait_seconds, SEARCH_PATH)


def rare_engine_for(dsn: str, settings: Settings) -> sa.Engine:
    """Connections for what is seldom done: each is closed when it is no longer used."""
    return engine_for(dsn, NO_POOL, settings.writer_wait_seconds, SEARCH_PATH)


@contextmanager
def database(settings: Settings, *, ephemeral: bool = False) -> Iterator[Dsns]:
    """
    The DSNs of the database: those that are given, or of a PostgreSQL of our own.

    DsnMissing: only that of look-ups is given.
    """
    given = Dsns.given(settings)
    if given is not None:
        yield given
        return
    if settings.look_up_dsn:
        raise DsnMissing("OSMS_LOOK_UP_DSN says where to look up, and nothing where to write")
    with embedded(settings.state_folder, own_postgres, ephemeral=ephemeral) as postgres:
        yield Dsns.embedded(postgres)


@contextmanager
def replica(settings: Settings, primary: str) -> Iterator[str]:
    """A PostgreSQL of our own that follows a primary, for as long as the block lasts; its DSN."""
    folder = state_folder_for_root(settings.state_folder)
    with locked(folder), ExitStack() as stack:
        postgres = own_postgres(folder / "replica", primary=primary)
        postgres.start()
        stack.callback(postgres.stop)
        stack.enter_context(kept_running(postgres))
        yield _look_up_dsn_of(postgres, settings)


def _look_up_dsn_of(postgres: EmbeddedPostgres, settings: Settings) -> str:
    """The DSN of a replica as the role of look-ups, if its primary has that role."""
    with rare_engine_for(postgres.dsn, settings).connect() as connection:
        is_missing = LOOK_UP in missing_roles(raw(connection))
    return postgres.dsn if is_missing else postgres.dsn_of(LOOK_UP)


class Application:
    """The use cases and services of a server, on a database."""

    def __init__(
        self, settings: Settings, engines: Engines, dsns: Dsns, receipt_keys: Path | None = None
    ) -> None:
        """
        *engines* are those of intake, and are the caller's to dispose of; *receipt_keys* is the
        folder of keys where it is not that of the settings.
        """
        self.settings = settings
        self.stopping = threading.Event()
        self._patience = patience(settings, self.stopping)
        self.clock: Clock = (
            SandboxClock(SystemClock().now()) if settings.sandbox else SystemClock()
        )
        self.law = Law()
        self.tls = tls_files(settings)
        self._owner = pooled_engine_for(dsns.owner, settings) if settings.sandbox else None
        self.register = PostgresRegister(
            engines.transactions,
            self.clock,
            rehearsals=engines.rehearsals,
            owner=self._owner,
            limits=RegisterLimits(
                settings.rehearsals_max,
                settings.rehearsals_per_caller_max,
                settings.previews_max,
                settings.database_connections_max // 2,
                settings.writer_wait_seconds,
            ),
        )
        self.acts = ActTrail(engines.transactions, self.clock)
        self._look_ups = pooled_engine_for(dsns.look_up, settings)
        overlaying = Overlaying(PostgresLookUpFacts(self._look_ups), self.law)
        self.desk = DeskThread(dsns.look_up, settings, self.clock, overlaying)
        self.answers = Answers(self.register, self.clock, self.law, self.desk, overlaying)
        self.receipts = make_signer(settings, self.clock, self.law, receipt_keys)

    def add_to(self, server: grpc.Server) -> None:
        """Adds the services, with health and reflection."""
        settings = self.settings
        limits = stream_limits(settings, self.stopping)
        pages = PageLimits(
            settings.page_size,
            settings.page_size_max,
            settings.page_bytes_max,
            settings.page_token_key.encode() or secrets.token_bytes(),
        )
        mutations = Mutations(self.register, self.law)
        feeds = FeedContext(
            self.register,
            self.clock,
            self.law,
            limits,
            (settings.roster_lines_max, settings.roster_bytes_max),
            self.acts,
        )
        category_service_pb2_grpc.add_CategoryServiceServicer_to_server(
            CategoryService(feeds), server
        )
        payment_service_pb2_grpc.add_PaymentServiceServicer_to_server(
            PaymentService(feeds), server
        )
        roster_service_pb2_grpc.add_RosterServiceServicer_to_server(RosterService(feeds), server)
        consumer_service_pb2_grpc.add_ConsumerServiceServicer_to_server(
            ConsumerService(mutations, self.answers, pages), server
        )
        entitlement_service_pb2_grpc.add_EntitlementServiceServicer_to_server(
            EntitlementService(
                self.desk, self.answers, self.receipts, limits, look_up_limits(settings)
            ),
            server,
        )
        operations_service_pb2_grpc.add_OperationsServiceServicer_to_server(
            OperationsService(
                Operations(
                    mutations,
                    self.answers,
                    self.clock,
                    pages,
                    is_working_day,
                    settings.record_bytes_max,
                )
            ),
            server,
        )
        audit_service_pb2_grpc.add_AuditServiceServicer_to_server(
            AuditService(self.register, self.clock, pages, export_limits(settings)), server
        )
        if isinstance(self.clock, SandboxClock):
            sandbox_service_pb2_grpc.add_SandboxServiceServicer_to_server(
                SandboxService(self._empty, self.law, self.clock), server
            )
        services = [*_SERVICES, *([_SANDBOX] if self.settings.sandbox else [])]
        self.health = add_health_and_reflection(server, services, self._patience.slow)

    def _empty(self) -> None:
        """Empties the register of a sandbox, and forgets what was kept of it."""
        with self.acts.set_aside():
            self.register.clear()
        self.answers.overlaying.forget()
        self.desk.begin_chains()

    def close(self) -> None:
        """Tells streams to go, and ends look-ups; a second time does nothing."""
        self.stopping.set()
        self.desk.close()
        self.acts.close()
        self._look_ups.dispose()
        if self._owner is not None:
            self._owner.dispose()

    def interceptors(self) -> list[grpc.ServerInterceptor]:
        """The gate that every call goes through."""
        settings = self.settings
        identity = identity_of(self.tls, self.acts, only_known=settings.sandbox)
        entry = admission(settings, RIGHTS, identity, self.acts)
        patients = places(settings, (QUESTIONS,), frozenset({f"{QUESTIONS}CheckEntitlement"}))
        return [Gate(entry, patients, self._patience, self.acts)]


def make_signer(
    settings: Settings, clock: Clock, law: Law, folder: Path | None = None
) -> FolderSigner:
    """Signs receipts; where no folder was named, a key for development is made first."""
    keys = KeyFolder(folder or receipt_keys_folder(settings))
    if settings.receipt_keys_folder is None:
        began = FIRST_CLOCK_TIME if settings.sandbox else clock.now()
        if _made_first(keys, began):
            log.info("a key for receipts made, for development", folder=str(keys.path))
    issuer = SANDBOX_ISSUER if settings.sandbox else ISSUER
    signer = FolderSigner(keys, law, issuer)
    signer.refuse_to_start(clock.now())
    return signer


def _made_first(keys: KeyFolder, began: datetime) -> bool:
    """Makes a first key. ReceiptKeysUnusable: there is no place for it."""
    try:
        return keys.make_first(began)
    except OSError as error:
        message = f"no keys for receipts can be made in {keys.path}: {error.strerror}"
        raise ReceiptKeysUnusable(f"{message}; set OSMS_RECEIPT_KEYS_FOLDER") from error


def front_limits(settings: Settings) -> FrontLimits:
    """The limits of a process that only looks up."""
    callers = Slots(
        Limit("look_up_rpcs_max", settings.look_up_rpcs_max),
        Limit("calls_per_caller_max", settings.calls_per_caller_max),
    )
    return FrontLimits(stream_slots(settings), callers, untaken_answers(settings))


def export_limits(settings: Settings) -> ExportLimits:
    """The limits of exports; in a sandbox, whose clock stands still, all is complete at once."""
    settled = None if settings.sandbox else timedelta(seconds=settings.export_settled_seconds)
    exports = Room(Limit("exports_max", settings.exports_max))
    return ExportLimits(exports, settings.page_bytes_max, settled)


def look_up_limits(settings: Settings) -> LookUpLimits:
    """The limits of look-ups."""
    lists = Limit("lists_waiting_max", settings.lists_at_once)
    return LookUpLimits(settings.iins_max, settings.look_up_seconds_max, lists)


@dataclass
class RunningServer:
    """A server that answers at *address*, and look-ups at *look_up_address* if it is given one."""

    application: Application
    server: grpc.Server
    address: str
    look_up_address: str = ""

    def stop(self) -> None:
        """Takes no new calls, tells streams to go, lets running calls finish, and stops."""
        self.application.stopping.set()
        self.application.health.enter_graceful_shutdown()
        stop(self.server, self.application.settings.shutdown_seconds)
        self.application.close()


@contextmanager
def running_server(settings: Settings, *, ephemeral: bool = False) -> Iterator[RunningServer]:
    """A server for as long as the block lasts."""
    os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
    with database(settings, ephemeral=ephemeral) as dsns:
        engines = connect(dsns.intake, settings)
        try:
            _prepare(dsns, engines.transactions, settings)
            with _ephemeral_receipt_keys(settings, ephemeral=ephemeral) as receipt_keys:
                application = Application(settings, engines, dsns, receipt_keys)
                running = _start(application)
                try:
                    with _look_ups(settings, dsns, receipt_keys) as running.look_up_address:
                        yield running
                finally:
                    running.stop()
        finally:
            engines.dispose()


def _prepare(dsns: Dsns, intake: sa.Engine, settings: Settings) -> None:
    """
    Migrates where we may, and looks whether every role has its rights, and none too many.

    SchemaUnknown, RightsLacking: a server could not work here.
    """
    owner = rare_engine_for(dsns.owner, settings)
    bring_up_to_date(owner)
    if settings.sandbox:
        demand_owner(owner)
    look_up = rare_engine_for(dsns.look_up, settings)
    works = (("OSMS_DSN", intake, INTAKE), ("OSMS_LOOK_UP_DSN", look_up, LOOK_UP))
    mighty = [name for name, engine, role in works if not demand_rights(name, engine, role)]
    if mighty and not settings.sandbox:
        warn_of_might(mighty)


def warn_of_might(settings: Sequence[str]) -> None:
    """Says that the DSNs of these settings can do more than is needed, and what to do."""
    log.warning(
        "the server connects as the owner of the tables or as a superuser; make roles for it with"
        " osms-server roles, and give their DSNs (docs/configuration.md)",
        settings=" ".join(settings),
    )


@contextmanager
def _ephemeral_receipt_keys(settings: Settings, *, ephemeral: bool) -> Iterator[Path | None]:
    """A folder of keys that go with the register; None where it stays, or a folder is named."""
    if settings.receipt_keys_folder is not None or not ephemeral:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="osms-receipt-keys-") as folder:
        yield Path(folder)


@contextmanager
def _look_ups(settings: Settings, dsns: Dsns, receipt_keys: Path | None) -> Iterator[str]:
    """The processes that only look up, if any are wanted; their address."""
    if not settings.look_up_listen:
        yield ""
        return
    keys = receipt_keys or receipt_keys_folder(settings)
    own = settings.model_copy(update={"look_up_dsn": dsns.look_up, "receipt_keys_folder": keys})
    with look_up_processes(own) as address:
        yield address


def _start(application: Application) -> RunningServer:
    settings = application.settings
    server = grpc_server(settings, application.interceptors())
    application.add_to(server)
    host = settings.listen.rpartition(":")[0]
    port = listen(server, settings, application.tls)
    server.start()
    return RunningServer(application, server, f"{host}:{port}")


def receipt_keys_folder(settings: Settings) -> Path:
    """Where the keys of receipts lie; those of a sandbox are not those of a register."""
    if settings.receipt_keys_folder is not None:
        return settings.receipt_keys_folder
    return settings.state_folder / f"receipt-keys{'-sandbox' if settings.sandbox else ''}"
