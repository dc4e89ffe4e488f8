"""Who calls, as the certificate or the sandbox says."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from osms_common.domain.codes import Role
from osms_common.domain.errors import NotAllowed


class Scope(StrEnum):
    """On which data a caller may do what it is about to do."""

    ALL = "all"
    OWN = "own"
    P14 = "p14"
    ASKS = "asks"
    DECIDES = "decides"


class Caller(NamedTuple):
    """A system or a person with a role; the name is unique within the role."""

    role: Role
    name: str
    certificate: str = ""
    """SHA-256 of the certificate that said so, in hexadecimal digits; empty without TLS."""
    scope: Scope = Scope.OWN
    """As the table of rights has it for the RPC that is called."""

    @property
    def text(self) -> str:
        """The caller as the access log writes it."""
        return f"{self.role}/{self.name}"

    @property
    def is_supervisor(self) -> bool:
        """Whether the caller is a supervisor of the Fund."""
        return self.role is Role.FUND_SUPERVISOR

    def must_be_supervisor(self, action: str) -> None:
        """NotAllowed unless the caller is a supervisor of the Fund."""
        if not self.is_supervisor:
            raise NotAllowed(action, "a supervisor of the Fund")
