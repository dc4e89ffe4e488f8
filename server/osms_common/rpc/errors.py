"""
Tells our errors to callers: a status code, one ErrorInfo, and the details that help.

Messages say what is wrong and what to do. What went wrong inside is never told; it goes to the
log with the method.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil
from typing import Final, TypeVar

import grpc
from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import (
    BadRequest,
    ErrorInfo,
    LocalizedMessage,
    PreconditionFailure,
    ResourceInfo,
    RetryInfo,
)
from google.rpc.status_pb2 import Status as RpcStatus

from osms.entitlement.v1 import error_reason_pb2 as reason_pb
from osms_common.domain import errors
from osms_common.domain.violations import Violation
from osms_common.rpc.identity import TRUST_DOMAIN
from osms_common.texts import (
    Language,
    error_text,
    reason_text,
)

Told = TypeVar("Told", bound=Message)

RETRY_SECONDS: Final = 1

# An error travels in the trailers of a call, of which clients take 8 KiB in all. What does not
# fit would take the whole error with it, so as much is told as fits; `count` says how much it is.
_MESSAGE_LENGTH_MAX: Final = 600
_VIOLATION_BYTES_MAX: Final = 3_000

_CODES: Final[Mapping[type[Exception], tuple[grpc.StatusCode, str]]] = {
    errors.CallerUnknown: (grpc.StatusCode.UNAUTHENTICATED, "CALLER_UNKNOWN"),
    errors.CertificateRefused: (grpc.StatusCode.UNAUTHENTICATED, "CERTIFICATE_REFUSED"),
    errors.NotAllowed: (grpc.StatusCode.PERMISSION_DENIED, "NOT_ALLOWED"),
    errors.DeadlineRequired: (grpc.StatusCode.INVALID_ARGUMENT, "DEADLINE_REQUIRED"),
    errors.TooFast: (grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_FAST"),
    errors.TooManyUnknown: (grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_UNKNOWN"),
    errors.InvalidRequest: (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_REQUEST"),
    errors.RefusedByRules: (grpc.StatusCode.FAILED_PRECONDITION, "REFUSED_BY_RULES"),
    errors.SnapshotRefused: (grpc.StatusCode.FAILED_PRECONDITION, "REFUSED_BY_RULES"),
    errors.NotServedHere: (grpc.StatusCode.UNIMPLEMENTED, "NOT_SERVED_HERE"),
    errors.NotFound: (grpc.StatusCode.NOT_FOUND, "NOT_FOUND"),
    errors.AlreadyExists: (grpc.StatusCode.ALREADY_EXISTS, "ALREADY_EXISTS"),
    errors.RequestIdReused: (grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_REUSED"),
    errors.WrongState: (grpc.StatusCode.FAILED_PRECONDITION, "WRONG_STATE"),
    errors.PositionGap: (grpc.StatusCode.OUT_OF_RANGE, "POSITION_GAP"),
    errors.FeedTakenOver: (grpc.StatusCode.ABORTED, "FEED_TAKEN_OVER"),
    errors.LimitExceeded: (grpc.StatusCode.RESOURCE_EXHAUSTED, "LIMIT_EXCEEDED"),
    errors.Busy: (grpc.StatusCode.RESOURCE_EXHAUSTED, "BUSY"),
    errors.Overloaded: (grpc.StatusCode.UNAVAILABLE, "OVERLOADED"),
    errors.StreamIdle: (grpc.StatusCode.UNAVAILABLE, "STREAM_IDLE"),
    errors.RevisionNotReached: (grpc.StatusCode.UNAVAILABLE, "REVISION_NOT_REACHED"),
    errors.DayTurned: (grpc.StatusCode.UNAVAILABLE, "REGISTER_UNAVAILABLE"),
    errors.RegisterUnavailable: (grpc.StatusCode.UNAVAILABLE, "REGISTER_UNAVAILABLE"),
    errors.ShuttingDown: (grpc.StatusCode.UNAVAILABLE, "SHUTTING_DOWN"),
}


_UNKNOWN: Final = (grpc.StatusCode.INTERNAL, "INTERNAL")


def reason_of(error: Exception) -> str:
    """The reason that is told of *error*, without the prefix of the enum."""
    return _CODES.get(type(error), _UNKNOWN)[1]


def status_of(error: Exception, method: str, language: Language) -> RpcStatus:
    """The status that a caller is told about *error*."""
    code, name = _CODES.get(type(error), _UNKNOWN)
    values = _values(error)
    info = ErrorInfo(
        reason=reason_pb.ErrorReason.Name(reason_pb.ErrorReason.Value(f"ERROR_REASON_{name}")),
        domain=TRUST_DOMAIN,
        metadata={"method": method, **values},
    )
    details = [info, *_details(error, code, language)]
    if language is not Language.ENGLISH:
        told = error_text(name, language, **values)
        details.append(LocalizedMessage(locale=language.value, message=told))
    return RpcStatus(
        code=code.value[0],
        message=_message(error, name, values),
        details=[_packed(detail) for detail in details],
    )


def _message(error: Exception, name: str, values: Mapping[str, str]) -> str:
    """The English sentence, with what is wrong first."""
    sentence: str = error_text(name, Language.ENGLISH, **values)
    if isinstance(error, (errors.InvalidRequest, errors.RefusedByRules)):
        reasons = [reason_text(violation, Language.ENGLISH) for violation in error.violations]
        return f"{sentence} {' '.join(reasons)}"[:_MESSAGE_LENGTH_MAX]
    return sentence


def _values(error: Exception) -> dict[str, str]:
    """Every dynamic part of the message; of an error that is not ours, nothing is told."""
    if not isinstance(error, errors.OsmsError):
        return {}
    if isinstance(error, (errors.InvalidRequest, errors.RefusedByRules)):
        return {"count": str(len(error.violations))}
    return {name: str(value) for name, value in vars(error).items()}


def _details(error: Exception, code: grpc.StatusCode, language: Language) -> Iterable[Message]:
    if isinstance(error, errors.InvalidRequest):
        yield _bad_request(error.violations, language)
    elif isinstance(error, errors.RefusedByRules):
        yield PreconditionFailure(
            violations=_fitting(
                PreconditionFailure.Violation(
                    type=violation.reason.value,
                    subject=violation.provision,
                    description=reason_text(violation, language),
                )
                for violation in error.violations
            )
        )
    if isinstance(error, errors.SnapshotRefused) and error.line_violations:
        yield _bad_request(error.line_violations, language)
    if isinstance(error, (errors.NotFound, errors.AlreadyExists)):
        yield ResourceInfo(resource_type=error.kind, resource_name=error.name)
    if isinstance(error, (errors.TooFast, errors.TooManyUnknown)):
        delay = Duration()
        delay.FromMilliseconds(ceil(error.seconds * 1000))
        yield RetryInfo(retry_delay=delay)
    elif code is grpc.StatusCode.UNAVAILABLE or isinstance(error, errors.Busy):
        yield RetryInfo(retry_delay=Duration(seconds=RETRY_SECONDS))


def _bad_request(violations: Iterable[Violation], language: Language) -> BadRequest:
    told = (_field_violation(violation, language) for violation in violations)
    return BadRequest(field_violations=_fitting(told))


def _fitting(violations: Iterable[Told]) -> list[Told]:
    """The first violations, as many as fit into an error."""
    told: list[Told] = []
    left = _VIOLATION_BYTES_MAX
    for violation in violations:
        left -= violation.ByteSize()
        if left < 0:
            break
        told.append(violation)
    return told


def field_violations(
    violations: Iterable[Violation], language: Language | None
) -> list[BadRequest.FieldViolation]:
    """Violations as the contract tells them; without a language, without texts."""
    return [_field_violation(violation, language) for violation in violations]


def _field_violation(violation: Violation, language: Language | None) -> BadRequest.FieldViolation:
    return BadRequest.FieldViolation(
        field=violation.field,
        reason=violation.reason.value,
        description=reason_text(violation, language) if language else "",
    )


def _packed(detail: Message) -> Any:
    packed = Any()
    packed.Pack(detail)
    return packed
