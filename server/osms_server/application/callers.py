"""Who calls, as the certificate or the sandbox says."""

from __future__ import annotations

from typing import NamedTuple

from osms_server.domain.codes import Role
from osms_server.domain.errors import NotAllowed


class Caller(NamedTuple):
    """A system or a person with a role; the name is unique within the role."""

    role: Role
    name: str

    @property
    def text(self) -> str:
        """The caller as the access log writes it."""
        return f"{self.role}/{self.name}"

    @property
    def is_fund(self) -> bool:
        """Whether the caller works for the Fund."""
        return self.role in {Role.FUND_OPERATOR, Role.FUND_SUPERVISOR}

    @property
    def is_supervisor(self) -> bool:
        """Whether the caller is a supervisor of the Fund."""
        return self.role is Role.FUND_SUPERVISOR

    def must_be_supervisor(self, action: str) -> None:
        """NotAllowed unless the caller is a supervisor of the Fund."""
        if not self.is_supervisor:
            raise NotAllowed(action, "a supervisor of the Fund")
