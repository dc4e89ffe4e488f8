"""How a service is reached: TLS, the options of gRPC, health and reflection."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import grpc
import structlog
from google.protobuf.descriptor import ServiceDescriptor
from grpc_health.v1 import health, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from osms_common.certificates import CA, REVOKED, SERVER, make_development_certificates
from osms_common.rpc.health import Health
from osms_common.rpc.identity import SANDBOX_CALLERS
from osms_common.rpc.slow_callers import SlowCallers
from osms_common.serving.settings import ServiceSettings, Transport
from osms_common.tls_files import TlsFiles, TlsPaths

log = structlog.get_logger(__name__)

_CUT_SECONDS: Final = 5.0
"""In which calls end that are cut off when the server stops; none may hold it up for ever."""


class CannotListen(Exception):
    """The address is not one of this machine, or another server uses it."""


def grpc_server(
    settings: ServiceSettings, interceptors: list[grpc.ServerInterceptor]
) -> grpc.Server:
    """A server without services yet."""
    return grpc.server(
        ThreadPoolExecutor(settings.workers, thread_name_prefix="rpc"),
        interceptors=interceptors,
        maximum_concurrent_rpcs=settings.concurrent_rpcs_max,
        options=server_options(settings, settings.message_bytes_max),
    )


def add_health_and_reflection(
    server: grpc.Server, services: Iterable[ServiceDescriptor], slow: SlowCallers
) -> Health:
    """Adds what tells whether services work, and what they look like."""
    names = [service.full_name for service in services]
    servicer = Health(("", *names), slow)
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    reflection.enable_server_reflection(
        [*names, health.SERVICE_NAME, reflection.SERVICE_NAME], server
    )
    return servicer


def stop(server: grpc.Server, seconds: float) -> None:
    """Takes no new calls, lets those that run go on for so many seconds, and stops."""
    if not server.stop(seconds).wait(seconds + _CUT_SECONDS):
        log.warning("calls that were cut off have not ended; the server stops without them")


def server_options(
    settings: ServiceSettings, largest: int, *, shares_port: bool = False
) -> list[tuple[str, Any]]:
    """Options of a gRPC server: limits; a message to it has *largest* bytes at the most."""
    return [
        ("grpc.max_receive_message_length", largest),
        ("grpc.max_send_message_length", settings.message_bytes_max),
        ("grpc.so_reuseport", int(shares_port)),
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


def listen(server: grpc.Server, settings: ServiceSettings, files: TlsFiles | None) -> int:
    """The port on which the server now listens. CannotListen: it could not."""
    try:
        if files is not None:
            return server.add_secure_port(settings.listen, files.credentials())
        return server.add_insecure_port(settings.listen)
    except RuntimeError as error:
        message = f"cannot listen at {settings.listen}; is another server there already?"
        raise CannotListen(message) from error


def tls_files(settings: ServiceSettings) -> TlsFiles | None:
    """
    The files of TLS, those of development where none are named; None without TLS.

    TlsUnusable: they cannot be used. AuthorityUnusable: some of development are missing.
    """
    if settings.transport is not Transport.MTLS:
        return None
    return TlsFiles(_tls_paths(settings), settings.tls_reload_seconds)


def _tls_paths(settings: ServiceSettings) -> TlsPaths:
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


def certificates_folder(settings: ServiceSettings) -> Path:
    """Where development certificates lie."""
    return settings.state_folder / "certificates"
