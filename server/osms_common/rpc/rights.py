"""
Who may call what, on which data, and where it is kept that they did: how a table of it is read.

Every service has one table and asks nothing else. What is not in it nobody may do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from osms_common.application.callers import Caller, Scope
from osms_common.domain.codes import Role
from osms_common.domain.errors import NotAllowed

_NOBODY: Final = "-"

OPEN_SERVICES: Final = ("/grpc.health.v1.Health/", "/grpc.reflection.")
"""Services that tell nothing about persons: anybody who can connect may call them."""


class Log(StrEnum):
    """Which log has that an RPC was called."""

    ANSWERS = "answers"
    ACTS = "acts"
    READINGS = "readings"
    NONE = "none"


class Rule(NamedTuple):
    """A row of a table of rights."""

    scopes: Mapping[Role, Scope]
    log: Log


class Rights:
    """The rules of a table of rights, by the path of each RPC."""

    def __init__(self, table: str, columns: Sequence[Role], package: str) -> None:
        """
        *columns* are the roles of the columns of *table*, which has two lines of heads; its
        services are those of *package*. ValueError: a row has another form.
        """
        self.rules = _read(table, columns, package)

    def authorise(self, caller: Caller, method: str) -> Caller:
        """The caller with the data on which it may call *method*. NotAllowed: there is none."""
        rule = self.rules.get(method)
        scope = rule.scopes.get(caller.role) if rule else None
        if scope is None:
            needs = ", ".join(sorted(rule.scopes)) if rule else ""
            raise NotAllowed(method.rpartition("/")[2], needs or "nobody")
        return caller._replace(scope=scope)

    def log_of(self, method: str) -> Log:
        """Which log has the calls of *method*; none of what is in no table."""
        rule = self.rules.get(method)
        return rule.log if rule else Log.NONE


def _read(table: str, columns: Sequence[Role], package: str) -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    service = ""
    for line in table.splitlines()[2:]:
        if not line.startswith(" "):
            service = line
            continue
        method, *cells, log = line.split()
        scopes = {
            role: Scope(cell) for role, cell in zip(columns, cells, strict=True) if cell != _NOBODY
        }
        path = f"/{package}.{service}/{method}"
        if path in rules:
            message = f"{path} has two rows"
            raise ValueError(message)
        rules[path] = Rule(scopes, Log(log))
    return rules


def is_open(method: str) -> bool:
    """Whether anybody may call *method*."""
    return method.startswith(OPEN_SERVICES)
