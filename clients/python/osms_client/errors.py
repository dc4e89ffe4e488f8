"""
What a call can raise.

    OsmsError
     +- CannotTell        the service cannot answer now: unknown, treat under p. 13
     +- InvalidRequest    fields are wrong: `violations` has all of them
     +- Refused           the Rules refuse it, or it is not in a state that allows it
     +- NotAllowed        the caller is not known, or may not do this
     +- NotFound          there is no such thing
     +- Conflict          the id or code was used for something else
     +- OutOfOrder        a batch begins after the expected position
     +- TakenOver         another connection goes on with the feed
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import grpc
from google.rpc.error_details_pb2 import (
    BadRequest,
    ErrorInfo,
    LocalizedMessage,
    PreconditionFailure,
)
from grpc_status import rpc_status


@dataclass(frozen=True)
class Violation:
    """One thing that is wrong: the path of the field, a stable code, and a sentence."""

    field: str
    reason: str
    description: str


@dataclass(eq=False)
class OsmsError(Exception):
    """
    Anything that a call can raise.

    `reason` is a stable code of the service; `details` are the values that the message speaks of.
    """

    message: str
    reason: str = ""
    violations: tuple[Violation, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """The sentence of the service."""
        return self.message


class CannotTell(OsmsError):
    """The service cannot answer now. It does not mean "not entitled"."""


class InvalidRequest(OsmsError):
    """Fields are wrong."""


class Refused(OsmsError):
    """The Rules refuse it, or it is not in a state that allows it."""


class NotAllowed(OsmsError):
    """The caller is not known, or may not do this."""


class NotFound(OsmsError):
    """There is no such thing."""


class Conflict(OsmsError):
    """The id or code was used for something else."""


class OutOfOrder(OsmsError):
    """A batch begins after the expected position."""


class TakenOver(OsmsError):
    """Another connection goes on with the feed."""


_KINDS: Final[Mapping[grpc.StatusCode, type[OsmsError]]] = {
    grpc.StatusCode.INVALID_ARGUMENT: InvalidRequest,
    grpc.StatusCode.RESOURCE_EXHAUSTED: InvalidRequest,
    grpc.StatusCode.FAILED_PRECONDITION: Refused,
    grpc.StatusCode.PERMISSION_DENIED: NotAllowed,
    grpc.StatusCode.UNAUTHENTICATED: NotAllowed,
    grpc.StatusCode.NOT_FOUND: NotFound,
    grpc.StatusCode.ALREADY_EXISTS: Conflict,
    grpc.StatusCode.OUT_OF_RANGE: OutOfOrder,
    grpc.StatusCode.ABORTED: TakenOver,
}

_BUSY: Final = "BUSY"
"""Nothing is wrong with the request: there is no room for it at the moment."""


def from_rpc_error(error: grpc.RpcError) -> OsmsError:
    """The error that a failed call raises."""
    call: Any = error
    status = rpc_status.from_call(call)
    kind = _KINDS.get(call.code(), CannotTell)
    if status is None:
        if call.code() is grpc.StatusCode.RESOURCE_EXHAUSTED:
            kind = CannotTell  # not our limit: the server was too busy to read the request
        return kind(call.details() or str(call.code()), call.code().name)
    return from_status(status, kind)


def from_status(status: Any, kind: type[OsmsError] | None = None) -> OsmsError:
    """The error that a google.rpc.Status tells."""
    info, bad, refused = ErrorInfo(), BadRequest(), PreconditionFailure()
    localized = LocalizedMessage()
    for detail in status.details:
        for message in (info, bad, refused, localized):
            if detail.Is(message.DESCRIPTOR):
                detail.Unpack(message)
    violations = [Violation(v.field, v.reason, v.description) for v in bad.field_violations] + [
        Violation(v.subject, v.type, v.description) for v in refused.violations
    ]
    reason = info.reason.removeprefix("ERROR_REASON_")
    known = CannotTell if reason == _BUSY else kind or _kind_of(status.code)
    told = localized.message or status.message
    return known(told, reason, tuple(violations), dict(info.metadata))


def _kind_of(code: int) -> type[OsmsError]:
    for status_code, kind in _KINDS.items():
        if status_code.value[0] == code:
            return kind
    return CannotTell
