"""Both kinds of server as processes with certificates, and lines to them that keep no rules."""

from __future__ import annotations

import shutil
import ssl
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from osms.entitlement.v1 import entitlement_service_pb2 as pb
from osms_common.certificates import LOCAL_HOSTS, REVOKED, Authority
from osms_common.rpc.identity import SANDBOX_CALLERS
from osms_server.rpc.authorisation import QUESTIONS
from tests.conftest import apart_variables
from tests.hostile.frames import Line, call_headers, message
from tests.hostile.trying import resident, tells_of_failure
from tests.people import AIGUL
from tests.processes import ServerProcess
from tests.rpc.looking_up import LOOPBACK

CHECK: Final = f"{QUESTIONS}CheckEntitlement"
BATCH: Final = f"{QUESTIONS}BatchCheckEntitlements"
STREAM: Final = f"{QUESTIONS}StreamCheckEntitlements"
HEALTH: Final = "/grpc.health.v1.Health/"
REFLECTION: Final = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"

QUESTION: Final = message(pb.CheckEntitlementRequest(iin=AIGUL).SerializeToString())
ALPN: Final = "h2"


@dataclass(frozen=True)
class Server:
    """A process of either kind; over TLS where *folder* has the certificates of its callers."""

    process: ServerProcess
    log: Path
    folder: Path | None = None

    def line(self, caller: str = "mis/clinic1", **how: Any) -> Line:
        """A line to it, over TLS as a caller whose name is the last part, if it speaks that."""
        tls = self.tls(caller.rpartition("/")[2]) if self.folder else None
        return Line(self.process.address, tls, **how)

    def tls(self, name: str) -> ssl.SSLContext:
        """TLS as the caller of a name."""
        assert self.folder is not None
        return tls_of(self.folder, self.folder / f"{name}.pem", self.folder / f"{name}.key")

    def is_answering(self, caller: str = "mis/clinic2") -> bool:
        """Whether somebody else is told about a patient, and that the server is well."""
        headers = [("osms-caller", caller)]
        with self.line(caller).begin() as line:
            line.call(1, call_headers(CHECK, *headers), QUESTION)
            patient = line.ended(1)
            line.call(3, call_headers(f"{HEALTH}Check", *headers), message(b""))
            health = line.ended(3)
        return patient.get("grpc-status") == health.get("grpc-status") == "0"

    @property
    def memory(self) -> int:
        """MiB that it has resident."""
        return resident(self.process.process.pid)

    @property
    def has_failed(self) -> bool:
        """Whether its log tells of anything that it did not await."""
        return tells_of_failure(self.log)


def tls_of(folder: Path, certificate: Path | None, key: Path | None = None) -> ssl.SSLContext:
    """TLS to a server of the authority in a folder, with a certificate, or without."""
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    context.check_hostname = False
    context.set_alpn_protocols([ALPN])
    if certificate is not None:
        context.load_cert_chain(certificate, key)
    return context


KINDS: Final = ("whole", "look-ups")


@contextmanager
def server(
    kind: str,
    dsn: str,
    log: Path,
    folder: Path | None = None,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """A server of either kind for as long as the block lasts, before a register of ours."""
    variables = {**apart_variables(dsn), **(settings or {}), "OSMS_TRANSPORT": "plaintext"}
    if folder is not None:
        variables |= {
            "OSMS_TRANSPORT": "mtls",
            "OSMS_TLS_CERTIFICATE": str(folder / "server.pem"),
            "OSMS_TLS_KEY": str(folder / "server.key"),
            "OSMS_TLS_CLIENT_CA": str(folder / "ca.pem"),
            "OSMS_TLS_REVOKED": str(folder / REVOKED),
        }
    command = "serve" if kind == "whole" else "look-ups"
    dsn_of_look_ups = ("--dsn", variables["OSMS_LOOK_UP_DSN"]) if kind != "whole" else ()
    with ServerProcess(
        command, "--listen", LOOPBACK, *dsn_of_look_ups, log=log, **variables
    ) as process:
        yield Server(process, log, folder)


@contextmanager
def servers(dsn: str, folder: Path, **settings: str) -> Iterator[dict[str, Server]]:
    """Both kinds, where callers say their names."""
    with ExitStack() as stack:
        yield {
            kind: stack.enter_context(server(kind, dsn, folder / f"{kind}.log", settings=settings))
            for kind in KINDS
        }


def make_certificates(folder: Path) -> Authority:
    """An authority with certificates for a server on this machine and for every caller."""
    shutil.rmtree(folder, ignore_errors=True)
    authority = Authority(folder)
    authority.issue_server(LOCAL_HOSTS)
    for caller in SANDBOX_CALLERS:
        authority.issue_caller(caller)
    return authority
