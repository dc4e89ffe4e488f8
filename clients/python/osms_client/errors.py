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
from typing import Any, Final, NoReturn

import grpc
from google.protobuf.message import DecodeError
from google.rpc.error_details_pb2 import (
    BadRequest,
    ErrorInfo,
    LocalizedMessage,
    PreconditionFailure,
    RetryInfo,
)
from grpc_status import rpc_status

from osms_client.unknown import unknown_advice, unknown_text


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

    @property
    def entitled(self) -> NoReturn:
        """Raises the error: where an answer is missing in a list, nobody may read "no"."""
        raise self


@dataclass(eq=False)
class CannotTell(OsmsError):
    """
    The service cannot answer now. It does not mean "not entitled".

    Show `text()`, "unknown: treat under p. 13", in the place of an answer.
    """

    retry_after: float | None = None
    """Seconds that the service wants to be left alone; None where it did not tell."""

    passes: bool = False
    """Whether it is a failure of the moment, after which it is worth asking again."""

    seconds: float = 0.0
    """How long an answer was sought."""

    attempts: int = 0
    addresses: tuple[str, ...] = ()
    """Who was asked, each once, in the order of the first attempts."""

    language: str = ""

    def text(self, language: str = "") -> str:
        """What to show in the place of an answer, in a language or in that of the client."""
        return unknown_text(language or self.language)

    def advice(self, language: str = "") -> str:
        """What it means and what to do, in a language or in that of the client."""
        return unknown_advice(language or self.language)


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

_BUSY: Final = frozenset({"BUSY", "TOO_FAST"})
"""Nothing is wrong with the request: there is no room for it at the moment."""

_HELD_BACK: Final = "TOO_MANY_UNKNOWN"
"""The caller is held back, and what it asks about is unknown until then."""

_PASSING: Final = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        # A server, or somebody before it, had no room for it; whoever cancels it does not ask.
        grpc.StatusCode.CANCELLED,
    }
)

_CLOSED: Final = "Channel closed"
"""By ourselves: nobody else is to be asked then."""


def from_rpc_error(error: grpc.RpcError) -> OsmsError:
    """The error that a failed call raises."""
    call: Any = error
    try:
        status = rpc_status.from_call(call)
    except (ValueError, DecodeError):  # somebody between us and the service has mixed them up
        status = None
    told = _bare(call) if status is None else from_status(status)
    if isinstance(told, CannotTell) and call.code() in _PASSING:
        told.passes = not (call.details() or "").startswith(_CLOSED)
    told.__cause__ = error
    return told


def _bare(call: Any) -> OsmsError:
    """An error of gRPC itself, which has no details."""
    kind = _KINDS.get(call.code(), CannotTell)
    told = (call.details() or str(call.code()), call.code().name)
    if call.code() is grpc.StatusCode.RESOURCE_EXHAUSTED:
        # Not our limit: the server was too busy to read the request, or a message is too large.
        return CannotTell(*told, passes=_TOO_LARGE not in told[0])
    return kind(*told)


_TOO_LARGE: Final = "larger than max"


def from_status(status: Any) -> OsmsError:
    """The error that a google.rpc.Status tells."""
    info, bad, refused = ErrorInfo(), BadRequest(), PreconditionFailure()
    localized, retry = LocalizedMessage(), RetryInfo()
    for detail in status.details:
        for message in (info, bad, refused, localized, retry):
            if detail.Is(message.DESCRIPTOR):
                detail.Unpack(message)
    violations = [Violation(v.field, v.reason, v.description) for v in bad.field_violations] + [
        Violation(v.subject, v.type, v.description) for v in refused.violations
    ]
    reason = info.reason.removeprefix("ERROR_REASON_")
    is_busy = reason in _BUSY
    kind = CannotTell if is_busy or reason == _HELD_BACK else _kind_of(status.code)
    told = kind(
        localized.message or status.message, reason, tuple(violations), dict(info.metadata)
    )
    if isinstance(told, CannotTell):
        told.passes = is_busy
        if retry.HasField("retry_delay"):
            told.retry_after = max(0.0, retry.retry_delay.ToTimedelta().total_seconds())
    return told


def _kind_of(code: int) -> type[OsmsError]:
    for status_code, kind in _KINDS.items():
        if status_code.value[0] == code:
            return kind
    return CannotTell
