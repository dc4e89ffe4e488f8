"""Processes that only look up, and channels to them as any caller."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import grpc

from osms.entitlement.v1 import entitlement_service_pb2_grpc as pb_grpc
from osms_client import Certificates, NamedCaller, OsmsClient
from osms_common.domain.codes import Role
from osms_server.config import default_state_folder
from tests.conftest import dsns_of
from tests.deadlines import with_deadlines
from tests.processes import ServerProcess

LOOPBACK: Final = "127.0.0.1:0"
NAMES: Final = {
    Role.STATE_CORPORATION: "SC",
    Role.BODY: "DEFENCE",
    Role.SOURCE: "MOE",
    Role.FUND_OPERATOR: "operator1",
    Role.FUND_SUPERVISOR: "supervisor1",
    Role.MEDICAL_SYSTEM: "clinic1",
    Role.AUDITOR: "auditor1",
    Role.MATCHING_OPERATOR: "labour1",
    Role.MATCHING_SUPERVISOR: "labour-supervisor1",
}
OF_THE_MATCHING: Final = {Role.MATCHING_OPERATOR, Role.MATCHING_SUPERVISOR}
"""Roles that the register lets do nothing: they are of another service."""

CLINIC: Final = Role.MEDICAL_SYSTEM


def credentials(role: Role, *, mtls: bool = False) -> Certificates | NamedCaller:
    """Somebody of a role, by certificate or by name."""
    if mtls:
        return Certificates(default_state_folder() / "certificates", NAMES[role])
    return NamedCaller(f"{role.value}/{NAMES[role]}")


@dataclass(frozen=True)
class LookUps:
    """A process that only looks up."""

    process: ServerProcess
    mtls: bool

    def client(self, role: Role = CLINIC, **how: Any) -> OsmsClient:
        """A client as somebody of a role."""
        return OsmsClient(self.process.address, credentials(role, mtls=self.mtls), **how)

    @contextmanager
    def channel(self, role: Role = CLINIC, name: str = "") -> Iterator[grpc.Channel]:
        """A channel of its own as somebody of a role; no call on it is ever repeated."""
        caller = NamedCaller(name) if name else credentials(role, mtls=self.mtls)
        options = [("grpc.enable_retries", 0), ("grpc.use_local_subchannel_pool", 1)]
        channel = with_deadlines(caller.channel(self.process.address, options))
        try:
            yield channel
        finally:
            channel.close()

    @contextmanager
    def stub(self, role: Role = CLINIC) -> Iterator[Any]:
        """The service, as somebody of a role."""
        with self.channel(role) as channel:
            yield pb_grpc.EntitlementServiceStub(channel)


@contextmanager
def look_ups(
    dsn: str, *, mtls: bool = False, log: Path = Path("/dev/null"), **settings: str
) -> Iterator[LookUps]:
    """A process that only looks up, with no more rights than that takes; *dsn* is the owner's."""
    arguments = ("look-ups", "--listen", LOOPBACK, "--dsn", dsns_of(dsn).look_up)
    transport = "mtls" if mtls else "plaintext"
    with ServerProcess(*arguments, log=log, OSMS_TRANSPORT=transport, **settings) as process:
        yield LookUps(process, mtls)
