"""
Puts a server together from its settings: the only place that knows all the parts.

A server is a database (its own, or one by DSN), a register on it, the use cases, and the gRPC
services before them. `RunningServer` holds what has to be stopped, in the order in which it has
to be stopped.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import psycopg
import sqlalchemy as sa
import structlog
from grpc_health.v1 import health, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

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
from osms_common.application.acts import ActLog
from osms_common.application.clock import Clock
from osms_common.application.pace import PaceLimit, Paces
from osms_common.application.slots import Bytes, Limit, Room, Slots, Untaken
from osms_common.certificates import CA, REVOKED, SERVER, make_development_certificates
from osms_common.clocks import SandboxClock, SystemClock
from osms_common.persistence.acts import ActTrail
from osms_common.persistence.copying import raw
from osms_common.persistence.embedded import EmbeddedPostgres, state_folder_for_root
from osms_common.persistence.keeping import kept_running
from osms_common.rpc.admission import Admission, Identity
from osms_common.rpc.feed_streams import StreamLimits
from osms_common.rpc.health import Health
from osms_common.rpc.identity import SANDBOX_CALLERS, CertificateIdentity, MetadataIdentity
from osms_common.rpc.interception import Gate, Patience, Places
from osms_common.rpc.slow_callers import SlowCallers
from osms_common.tls_files import TlsFiles, TlsPaths
from osms_common.working_days import is_working_day
from osms_server.application.answers import Answers
from osms_server.application.law import Law
from osms_server.application.overlaying import Overlaying
from osms_server.application.receipts import ISSUER, SANDBOX_ISSUER
from osms_server.config import Settings, Transport
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
from osms_server.rpc.pages import PageLimits
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


_LINE = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""A machine that has fallen silent is given up, and nobody waits for it for hours (TCP alone)."""
_PASSABLE = 0o711
_CUT_SECONDS = 5.0
"""In which calls end that are cut off when the server stops; none may hold it up for ever."""


class FolderInUse(Exception):
    """Another server uses the state folder."""


class DsnMissing(Exception):
    """Settings name a database for some of the work, and none for the rest."""


class CannotListen(Exception):
    """The address is not one of this machine, or another server uses it."""


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
        engine_for(dsn, settings),
        _engine(dsn, settings, _pool(tried), prepare_threshold=None),
    )


def engine_for(dsn: str, settings: Settings) -> sa.Engine:
    """Connections for one kind of work."""
    return _engine(dsn, settings, _pool(settings.database_connections_max))


def rare_engine_for(dsn: str, settings: Settings) -> sa.Engine:
    """Connections for what is seldom done: each is closed when it is no longer used."""
    return _engine(dsn, settings, {"poolclass": sa.NullPool})


def _pool(size: int) -> Mapping[str, Any]:
    return {"pool_size": size, "max_overflow": 0, "pool_pre_ping": True}


def _engine(
    dsn: str, settings: Settings, pool: Mapping[str, Any], prepare_threshold: int | None = 5
) -> sa.Engine:
    url = "postgresql+psycopg" + dsn[dsn.index("://") :]
    arguments = {**_LINE, "prepare_threshold": prepare_threshold}
    engine = sa.create_engine(url, hide_parameters=True, connect_args=arguments, **pool)
    _begin_sessions(engine, settings.writer_wait_seconds)
    return engine


_SESSION = "select set_config('search_path', %s, false), set_config('lock_timeout', %s, false)"


def _begin_sessions(engine: sa.Engine, seconds: float) -> None:
    """Tells where the tables are; and no transaction waits longer for what another has locked."""

    @sa.event.listens_for(engine, "connect")
    def _begin(connection: psycopg.Connection, _: object) -> None:
        connection.execute(_SESSION, (SEARCH_PATH, str(int(seconds * 1000))))
        connection.commit()


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
    with ExitStack() as stack:
        if ephemeral:
            folder = Path(tempfile.mkdtemp(prefix="osms-"))
            folder.chmod(_PASSABLE)  # PostgreSQL may run as another user
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
        else:
            folder = state_folder_for_root(settings.state_folder)
            stack.enter_context(_locked(folder))
        postgres = own_postgres(folder / "postgresql", durable=not ephemeral)
        postgres.start()
        stack.callback(postgres.stop)
        stack.enter_context(kept_running(postgres))
        log.info(
            "embedded PostgreSQL started; it is for development and small installations",
            folder=str(postgres.folder),
        )
        yield Dsns.embedded(postgres)


@contextmanager
def replica(settings: Settings, primary: str) -> Iterator[str]:
    """A PostgreSQL of our own that follows a primary, for as long as the block lasts; its DSN."""
    folder = state_folder_for_root(settings.state_folder)
    with _locked(folder), ExitStack() as stack:
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


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "server.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = f"another osms-server uses {folder}; stop it, or set OSMS_STATE_FOLDER"
            raise FolderInUse(message) from error
        yield


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
        self.register = PostgresRegister(
            engines.transactions,
            self.clock,
            rehearsals=engines.rehearsals,
            owner=rare_engine_for(dsns.owner, settings) if settings.sandbox else None,
            limits=RegisterLimits(
                settings.rehearsals_max,
                settings.rehearsals_per_caller_max,
                settings.previews_max,
                settings.database_connections_max // 2,
                settings.writer_wait_seconds,
            ),
        )
        self.acts = ActTrail(engines.transactions, self.clock)
        self._look_ups = engine_for(dsns.look_up, settings)
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
        self._add_health_and_reflection(server)

    def _add_health_and_reflection(self, server: grpc.Server) -> None:
        names = [service.full_name for service in _SERVICES]
        if self.settings.sandbox:
            names.append(_SANDBOX.full_name)
        self.health = Health(("", *names), self._patience.slow)
        health_pb2_grpc.add_HealthServicer_to_server(self.health, server)
        own = (health.SERVICE_NAME, reflection.SERVICE_NAME)
        reflection.enable_server_reflection([*names, *own], server)

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

    def interceptors(self) -> list[grpc.ServerInterceptor]:
        """The gate that every call goes through."""
        settings = self.settings
        entry = admission(settings, identity_of(settings, self.tls, self.acts), self.acts)
        return [Gate(entry, places(settings), self._patience, self.acts)]


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


def identity_of(settings: Settings, files: TlsFiles | None, acts: ActLog) -> Identity:
    """How callers say who they are."""
    if files is not None:
        return CertificateIdentity(files.trust, acts.note_certificate)
    return MetadataIdentity(known=SANDBOX_CALLERS if settings.sandbox else None)


def admission(settings: Settings, identity: Identity, acts: ActLog) -> Admission:
    """What is asked of every call."""
    pace = PaceLimit(
        "calls_per_second_max", settings.calls_per_second_max, settings.calls_in_a_row_max
    )
    return Admission(
        RIGHTS,
        identity,
        Paces(pace, time.monotonic),
        acts,
        deadline_required=settings.deadline_required,
    )


def places(settings: Settings) -> Places:
    """The places for all that may keep a worker, so that look-ups always find one."""
    return Places(
        stream_slots(settings),
        Room(Limit("workers", settings.calls_at_once)),
        Room(Limit("workers", settings.kept_at_once)),
        Slots(
            Limit("concurrent_rpcs_max", settings.concurrent_rpcs_max),
            Limit("calls_per_caller_max", settings.calls_each_at_once),
        ),
        Slots(
            Limit("workers", settings.open_calls_at_once),
            Limit("workers", settings.open_calls_at_once // 2),
        ),
        questions=(QUESTIONS,),
        waited_for=frozenset({f"{QUESTIONS}CheckEntitlement"}),
    )


def front_limits(settings: Settings) -> FrontLimits:
    """The limits of a process that only looks up."""
    callers = Slots(
        Limit("look_up_rpcs_max", settings.look_up_rpcs_max),
        Limit("calls_per_caller_max", settings.calls_per_caller_max),
    )
    return FrontLimits(stream_slots(settings), callers, untaken_answers(settings))


def patience(settings: Settings, stopping: threading.Event) -> Patience:
    """How long callers may be slow, and how much of what they send and are told is in hand."""
    return Patience(
        SlowCallers(settings.slow_caller_seconds),
        Bytes(
            Limit("streams_bytes_max", settings.streams_bytes_max), settings.writer_wait_seconds
        ),
        untaken_answers(settings),
        settings.stream_idle_seconds,
        stopping,
    )


def untaken_answers(settings: Settings) -> Untaken:
    """How many bytes of answers may wait for their callers to take them."""
    return Untaken(
        Limit("answers_bytes_max", settings.answers_bytes_max),
        Limit("answers_bytes_per_caller_max", settings.answers_bytes_per_caller_max),
    )


def stream_slots(settings: Settings) -> Slots:
    """The places for streams."""
    return Slots(
        Limit("streams_max", settings.streams_at_once),
        Limit("streams_per_caller_max", settings.streams_per_caller_max),
    )


def stream_limits(settings: Settings, stopping: threading.Event | None = None) -> StreamLimits:
    """The limits of streams; *stopping* is set when they are to go."""
    return StreamLimits(
        settings.batch_records_max,
        settings.record_bytes_max,
        settings.ack_bytes_max,
        settings.stream_idle_seconds,
        settings.feed_idle_seconds,
        stopping or threading.Event(),
    )


def export_limits(settings: Settings) -> ExportLimits:
    """The limits of exports; in a sandbox, whose clock stands still, all is complete at once."""
    settled = None if settings.sandbox else timedelta(seconds=settings.export_settled_seconds)
    exports = Room(Limit("exports_max", settings.exports_max))
    return ExportLimits(exports, settings.page_bytes_max, settled)


def look_up_limits(settings: Settings) -> LookUpLimits:
    """The limits of look-ups."""
    lists = Limit("lists_waiting_max", settings.lists_at_once)
    return LookUpLimits(settings.iins_max, settings.look_up_seconds_max, lists)


def server_options(settings: Settings, *, looks_up: bool = False) -> list[tuple[str, Any]]:
    """Options of a gRPC server: limits; those that only look up may share a port."""
    largest = settings.look_up_bytes_max if looks_up else settings.message_bytes_max
    grace = settings.look_up_connection_grace_seconds
    aged = [
        # Who takes no answers can be cut off there in no other way.
        ("grpc.max_connection_age_ms", round(settings.look_up_connection_seconds * 1000)),
        ("grpc.max_connection_age_grace_ms", round(grace * 1000)),
    ]
    return [
        *(aged if looks_up else ()),
        ("grpc.max_receive_message_length", largest),
        ("grpc.max_send_message_length", settings.message_bytes_max),
        ("grpc.so_reuseport", int(looks_up)),
        ("grpc.max_concurrent_streams", settings.calls_per_connection_max),
        ("grpc.max_connection_idle_ms", round(settings.connection_idle_seconds * 1000)),
        ("grpc.server_handshake_timeout_ms", round(settings.handshake_seconds_max * 1000)),
        # gRPC cancels what it cannot keep, at random from the first of the two on, and tells
        # nobody why. What is taken up is told what to do.
        ("grpc.server.max_pending_requests", settings.pending_rpcs_max),
        ("grpc.server.max_pending_requests_hard_limit", settings.pending_rpcs_max),
        ("grpc.keepalive_time_ms", 30_000),
        ("grpc.keepalive_timeout_ms", 10_000),
        ("grpc.http2.min_recv_ping_interval_without_data_ms", 20_000),
    ]


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
        seconds = self.application.settings.shutdown_seconds
        if not self.server.stop(seconds).wait(seconds + _CUT_SECONDS):
            log.warning("calls that were cut off have not ended; the server stops without them")
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
    server = grpc.server(
        ThreadPoolExecutor(settings.workers, thread_name_prefix="rpc"),
        interceptors=application.interceptors(),
        maximum_concurrent_rpcs=settings.concurrent_rpcs_max,
        options=server_options(settings),
    )
    application.add_to(server)
    host = settings.listen.rpartition(":")[0]
    port = _listen(server, settings, application.tls)
    server.start()
    return RunningServer(application, server, f"{host}:{port}")


def _listen(server: grpc.Server, settings: Settings, files: TlsFiles | None) -> int:
    """The port on which the server now listens. CannotListen: it could not."""
    try:
        if files is not None:
            return server.add_secure_port(settings.listen, files.credentials())
        return server.add_insecure_port(settings.listen)
    except RuntimeError as error:
        message = f"cannot listen at {settings.listen}; is another server there already?"
        raise CannotListen(message) from error


def tls_files(settings: Settings) -> TlsFiles | None:
    """
    The files of TLS, those of development where none are named; None without TLS.

    TlsUnusable: they cannot be used. AuthorityUnusable: some of development are missing.
    """
    if settings.transport is not Transport.MTLS:
        return None
    return TlsFiles(_tls_paths(settings), settings.tls_reload_seconds)


def _tls_paths(settings: Settings) -> TlsPaths:
    if settings.tls_certificate and settings.tls_key and settings.tls_client_ca:
        return TlsPaths(
            settings.tls_certificate,
            settings.tls_key,
            settings.tls_client_ca,
            settings.tls_revoked,
        )
    folder = certificates_folder(settings)
    if make_development_certificates(folder, SANDBOX_CALLERS):
        log.info("development certificates made", folder=str(folder))
    return TlsPaths(
        *(folder / name for name in (f"{SERVER}.pem", f"{SERVER}.key", f"{CA}.pem", REVOKED))
    )


def certificates_folder(settings: Settings) -> Path:
    """Where development certificates lie."""
    return settings.state_folder / "certificates"


def receipt_keys_folder(settings: Settings) -> Path:
    """Where the keys of receipts lie; those of a sandbox are not those of a register."""
    if settings.receipt_keys_folder is not None:
        return settings.receipt_keys_folder
    return settings.state_folder / f"receipt-keys{'-sandbox' if settings.sandbox else ''}"
