"""
Look-ups of the contract: what a request asks, and the bytes that answer it.

The threaded server and the processes that only look up read and answer alike, by these.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from osms.entitlement.v1 import entitlement_service_pb2 as pb
from osms.entitlement.v1.access_purpose_pb2 import AccessPurpose
from osms_common.application.callers import Caller
from osms_common.domain.errors import InvalidRequest, LimitExceeded, OsmsError
from osms_common.domain.identifiers import Iin, parse_identifier
from osms_common.domain.violations import Reason
from osms_common.rpc.errors import status_of
from osms_common.rpc.fields import Fields
from osms_common.texts import Language, parse_language
from osms_server.application.desk import Question, Reply
from osms_server.rpc.convert.answers import entitlement_message
from osms_server.rpc.convert.forms import (
    answer_of,
    check_bytes,
    error_result_bytes,
    results_bytes,
)

_SHARE_OF_DEADLINE: Final = 0.9
"""The rest is for the way back, so that a caller is told before it gives up."""

_PURPOSES: Final = frozenset(AccessPurpose.values())

Sign = Callable[[Any, Caller], str]
"""Signs an answer for a caller."""


class Asked(NamedTuple):
    """A request: the question in it, and how it is to be answered."""

    question: Question
    read: Sequence[Iin | OsmsError]
    """The persons in order; in place of one who cannot be read stands what is wrong."""
    language: Language | None
    with_receipt: bool


def asked_about_one(request: pb.CheckEntitlementRequest, caller: Caller) -> Asked:
    """The question about one person. InvalidRequest: what is wrong with it."""
    fields = Fields()
    iin = fields.iin("iin", request.iin)
    on_date = fields.optional_day(request, "on_date")
    at_least = fields.revision("at_least_revision", request.at_least_revision)
    language = language_field(fields, request.language_code)
    purpose = purpose_field(fields, request.purpose)
    fields.check()
    assert iin is not None
    question = Question(caller, "CheckEntitlement", purpose, [iin], on_date, at_least)
    return Asked(question, [iin], language, request.with_receipt)


def asked_about_many(request: Any, caller: Caller, method: str, iins_max: int) -> Asked:
    """
    The question about a list; a wrong IIN is wrong alone.

    InvalidRequest: what is wrong with the rest. LimitExceeded: too many persons at once.
    """
    fields = Fields()
    on_date = fields.optional_day(request, "on_date")
    at_least = fields.revision("at_least_revision", request.at_least_revision)
    language = language_field(fields, request.language_code)
    purpose = purpose_field(fields, request.purpose)
    if not request.iins:
        fields.fault("iins", Reason.REQUIRED)
    if len(request.iins) > iins_max:
        raise LimitExceeded("iins_max", iins_max, len(request.iins))
    fields.check()
    read = [parse_identifier(text) or _wrong(text) for text in request.iins]
    valid = [iin for iin in read if isinstance(iin, int)]
    question = Question(caller, method, purpose, valid, on_date, at_least)
    return Asked(question, read, language, request.with_receipt)


def _wrong(text: str) -> InvalidRequest:
    fields = Fields()
    fields.iin("iin", text)
    return InvalidRequest(tuple(fields.violations))


def seconds_for(remaining: float | None, seconds_max: float) -> float:
    """How long an answer may take, of a call with so many seconds left."""
    if remaining is None:
        return seconds_max
    return max(0.0, min(remaining * _SHARE_OF_DEADLINE, seconds_max))


def answer_one(asked: Asked, reply: Reply, sign: Sign) -> bytes:
    """The answer about one person, a CheckEntitlementResponse."""
    (iin,) = asked.question.iins
    if not asked.with_receipt:
        return check_bytes(reply, iin, asked.language)
    return pb.CheckEntitlementResponse(
        entitlement=_signed(asked, reply, iin, 0, sign)
    ).SerializeToString()


def answer_many(asked: Asked, reply: Reply | None, sign: Sign) -> bytes:
    """The answers about a list, as both RPCs about lists have them; none without valid IINs."""
    iins = asked.question.iins
    told: list[bytes] = []
    if reply is not None and asked.with_receipt:
        told = [
            pb.BatchCheckEntitlementsResponse(
                results=[pb.EntitlementResult(entitlement=_signed(asked, reply, iin, at, sign))]
            ).SerializeToString()
            for at, iin in enumerate(iins)
        ]
    elif reply is not None:
        told = results_bytes(reply, iins, asked.language)
    if len(told) == len(asked.read):
        return b"".join(told)
    answers = iter(told)
    return b"".join(
        next(answers) if isinstance(iin, int) else _refused(iin, asked) for iin in asked.read
    )


def _refused(error: OsmsError, asked: Asked) -> bytes:
    language = asked.language or Language.ENGLISH
    told = status_of(error, asked.question.method, language)
    return error_result_bytes(pb.EntitlementResult(error=told))


def _signed(asked: Asked, reply: Reply, iin: Iin, at: int, sign: Sign) -> Any:
    answer = answer_of(reply, iin, at)
    message = entitlement_message(answer, asked.language)
    message.signed_receipt = sign(answer, asked.question.caller)
    return message


def language_field(fields: Fields, code: str) -> Language | None:
    """The language of texts; None where none was asked for."""
    language = parse_language(code) if code else None
    if code and language is None:
        fields.fault("language_code", Reason.CODE_UNKNOWN, code)
    return language


def purpose_field(fields: Fields, purpose: int) -> int:
    """What is asked for, as declared; one that the contract does not name is a fault."""
    if purpose not in _PURPOSES:
        fields.fault("purpose", Reason.CODE_UNKNOWN, purpose)
    return purpose
