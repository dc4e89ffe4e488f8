"""
A process that only looks up: the service of answers on an event loop of its own.

Any number of them may share one port; the system spreads connections over them. They need the
database and nothing of each other: what one has acknowledged, all of them know. Of the database
they need no more than the role of look-ups may do, so the Fund's questions are not theirs.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import grpc
import structlog
import uvloop
from grpc_health.v1 import health, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from sqlalchemy.exc import OperationalError

from osms.entitlement.v1 import entitlement_service_pb2
from osms_common.clocks import SystemClock
from osms_common.persistence.acts import ActTrail
from osms_common.rpc.exchange import Exchange
from osms_common.rpc.open_front import HealthFront, OpenGate
from osms_common.serving.gate import admission, identity_of
from osms_common.serving.transport import CannotListen, server_options, tls_files
from osms_common.tls_files import TlsFiles
from osms_server.application.law import Law
from osms_server.application.overlaying import Overlaying
from osms_server.bootstrap import (
    front_limits,
    look_up_limits,
    make_signer,
    pooled_engine_for,
    rare_engine_for,
    warn_of_might,
)
from osms_server.config import Settings
from osms_server.desks import DeskParts, make_desk
from osms_server.persistence.look_up_facts import PostgresLookUpFacts
from osms_server.persistence.rights import LOOK_UP
from osms_server.roles import demand_rights
from osms_server.rpc.authorisation import RIGHTS
from osms_server.rpc.look_up_front import FrontLimits, LookUpFront

log = structlog.get_logger(__name__)

_SERVICE = entitlement_service_pb2.DESCRIPTOR.services_by_name["EntitlementService"]
_ALLOCATIONS_BEFORE_COLLECTION = 50_000


def serve_look_ups(settings: Settings, dsn: str, ready: Callable[[str], None]) -> None:
    """
    Serves until it is told to stop (SIGTERM, SIGINT); *ready* is told the address.

    CannotListen: the address cannot be had.
    """
    os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
    uvloop.run(_serve(settings, dsn, ready))


def look_at_rights(settings: Settings, dsn: str) -> None:
    """
    Looks whether the role of a DSN may look up, and no more; of a database that is away, nothing.

    RightsLacking: it may not.
    """
    engine = rare_engine_for(dsn, settings)
    with suppress(OperationalError):
        if not demand_rights("OSMS_LOOK_UP_DSN", engine, LOOK_UP):
            warn_of_might(["OSMS_LOOK_UP_DSN"])


async def _serve(settings: Settings, dsn: str, ready: Callable[[str], None]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    files = tls_files(settings)
    limits = front_limits(settings)
    exchange = Exchange(
        settings.stream_idle_seconds,
        settings.slow_caller_seconds,
        limits.untaken,
        settings.look_up_connection_seconds + settings.look_up_connection_grace_seconds,
    )
    with _parts(settings, dsn, files, (limits, exchange)) as (front, desk):
        server = grpc.aio.server(
            interceptors=[OpenGate(front.admission, front.places, exchange)],
            maximum_concurrent_rpcs=settings.look_up_rpcs_max,
            options=_options(settings),
        )
        server.add_generic_rpc_handlers((front.handlers(),))
        alive = _add_health_and_reflection(server)
        address = _listen(server, settings, files)
        await server.start()
        _share_the_machine()
        ready(address)
        await stop.wait()
        alive.enter_graceful_shutdown()
        exchange.stop()
        await server.stop(settings.shutdown_seconds)
        await desk.stop()


def _options(settings: Settings) -> list[tuple[str, Any]]:
    grace = settings.look_up_connection_grace_seconds
    return [
        *server_options(settings, settings.look_up_bytes_max, shares_port=True),
        # Who takes no answers can be cut off there in no other way.
        ("grpc.max_connection_age_ms", round(settings.look_up_connection_seconds * 1000)),
        ("grpc.max_connection_age_grace_ms", round(grace * 1000)),
    ]


@contextmanager
def _parts(
    settings: Settings,
    dsn: str,
    files: TlsFiles | None,
    exchanging: tuple[FrontLimits, Exchange],
) -> Iterator[tuple[LookUpFront, DeskParts]]:
    """What answers, on the loop that runs; overlays are laid in threads."""
    clock, law = SystemClock(), Law()
    limits, exchange = exchanging
    engine = pooled_engine_for(dsn, settings)
    acts = ActTrail(engine, clock)
    try:
        overlaying = Overlaying(PostgresLookUpFacts(engine), law)
        desk = make_desk(dsn, settings, clock, overlaying)
        front = LookUpFront(
            desk.desk,
            make_signer(settings, clock, law),
            admission(
                settings, RIGHTS, identity_of(files, acts, only_known=settings.sandbox), acts
            ),
            limits,
            look_up_limits(settings),
            exchange,
        )
        yield front, desk
    finally:
        acts.close()
        engine.dispose()


def _add_health_and_reflection(server: grpc.aio.Server) -> HealthFront:
    alive = HealthFront(("", _SERVICE.full_name))
    health_pb2_grpc.add_HealthServicer_to_server(alive, server)
    own = (health.SERVICE_NAME, reflection.SERVICE_NAME)
    reflection.enable_server_reflection([_SERVICE.full_name, *own], server)
    return alive


def _listen(server: grpc.aio.Server, settings: Settings, files: TlsFiles | None) -> str:
    try:
        if files is not None:
            port = server.add_secure_port(settings.look_up_listen, files.credentials())
        else:
            port = server.add_insecure_port(settings.look_up_listen)
    except RuntimeError as error:
        message = f"cannot listen at {settings.look_up_listen}; is another server there already?"
        raise CannotListen(message) from error
    return f"{settings.look_up_listen.rpartition(':')[0]}:{port}"


def _share_the_machine() -> None:
    """Lets the garbage collector look rarely, and never at what was made before serving."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS_BEFORE_COLLECTION, 20, 50)
    sys.setswitchinterval(0.001)
