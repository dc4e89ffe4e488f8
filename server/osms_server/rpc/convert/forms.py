"""
Answers of look-ups as bytes of the contract, filled in like forms.

Answers that say the same differ in the IIN and in the number alone, so what they share is made
once: the ordinary message with blanks in these two places, cut there. To fill it in is to join
five pieces. A message of protobuf may be put together from pieces in any order, so what is the
same for a whole batch (the state of the register) is a piece of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final

from osms.entitlement.v1 import entitlement_pb2
from osms.entitlement.v1 import entitlement_service_pb2 as service_pb
from osms_common.domain.identifiers import Iin, identifier_text
from osms_common.domain.revision import NOTHING_KNOWN, Revision, instant_of, revision_token
from osms_common.rpc.fields import to_timestamp
from osms_common.texts import Language
from osms_server.application.answers import Answer
from osms_server.application.desk import Reply, Verdict
from osms_server.rpc.convert.answers import entitlement_message

_BLANK_IIN: Final = Iin(0)
_BLANK_NUMBER: Final = "00000000-0000-0000-0000-000000000000"
_BLANK_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)
_STATE_FIELDS: Final = ("revision", "revision_time", "data_time")
_SEVEN_BITS: Final = 0x7F

_ENTITLEMENT: Final = service_pb.CheckEntitlementResponse.DESCRIPTOR.fields_by_name["entitlement"]
_RESULTS: Final = service_pb.BatchCheckEntitlementsResponse.DESCRIPTOR.fields_by_name["results"]
_OF_RESULT: Final = service_pb.EntitlementResult.DESCRIPTOR.fields_by_name["entitlement"]


def _tag(number: int) -> bytes:
    """The tag of a field that is a message; of fields 1 to 15."""
    return bytes([number << 3 | 2])


_IN_CHECK: Final = _tag(_ENTITLEMENT.number)
_IN_LIST: Final = _tag(_RESULTS.number)
_IN_RESULT: Final = _tag(_OF_RESULT.number)


def answer_of(reply: Reply, iin: Iin, at: int) -> Answer:
    """The answer about the person at a place of a reply."""
    verdict = reply.verdicts[at]
    times = (reply.data_time, reply.receipts.record_time)
    return Answer(iin, reply.on_date, *verdict, reply.revision, reply.receipt(at), *times)


def check_bytes(reply: Reply, iin: Iin, language: Language | None) -> bytes:
    """A CheckEntitlementResponse."""
    before, between, after = _form(reply.verdicts[0], reply.on_date, language)
    iin_text, number = identifier_text(iin).encode(), reply.receipt(0).encode()
    state = _state(reply.revision, reply.data_time)
    content = b"".join((before, iin_text, between, number, after, state))
    return b"".join((_IN_CHECK, _varint(len(content)), content))


def results_bytes(reply: Reply, iins: Sequence[Iin], language: Language | None) -> list[bytes]:
    """For each person one field of a response about many, in order."""
    state = _state(reply.revision, reply.data_time)
    prefix, first = reply.receipts.prefix, reply.receipts.first + reply.first
    forms: dict[Verdict, tuple[bytes, bytes, bytes]] = {}
    told = []
    for at, (iin, verdict) in enumerate(zip(iins, reply.verdicts, strict=True), start=first):
        form = forms.get(verdict)
        if form is None:
            form = forms[verdict] = _result_form(verdict, reply.on_date, language, prefix, state)
        before, between, after = form
        told.append(b"%b%012d%b%012x%b" % (before, iin, between, at, after))
    return told


def error_result_bytes(result: service_pb.EntitlementResult) -> bytes:
    """The field of a response about many that says why there is no answer."""
    return service_pb.BatchCheckEntitlementsResponse(results=[result]).SerializeToString()


def _result_form(
    verdict: Verdict, on_date: date, language: Language | None, prefix: str, state: bytes
) -> tuple[bytes, bytes, bytes]:
    """What comes before the IIN, between it and the changing end of the number, and after it."""
    before, between, after = _form(verdict, on_date, language)
    after += state
    size = sum(map(len, (before, between, after, _BLANK_NUMBER.encode()))) + len(_blank_iin())
    inner = _IN_RESULT + _varint(size)
    outer = _IN_LIST + _varint(len(inner) + size)
    return outer + inner + before, between + prefix.encode(), after


@lru_cache(maxsize=4096)
def _form(
    verdict: Verdict, on_date: date, language: Language | None
) -> tuple[bytes, bytes, bytes]:
    """What comes before the IIN, between it and the number, and after the number."""
    blank = Answer(
        _BLANK_IIN, on_date, *verdict, NOTHING_KNOWN, _BLANK_NUMBER, _BLANK_TIME, _BLANK_TIME
    )
    message = entitlement_message(blank, language)
    for field in _STATE_FIELDS:
        message.ClearField(field)
    text = message.SerializeToString(deterministic=True)
    before, _, rest = text.partition(_blank_iin())
    between, _, after = rest.partition(_BLANK_NUMBER.encode())
    return before, between, after


@lru_cache(maxsize=64)
def _state(revision: Revision, data_time: datetime) -> bytes:
    """The fields that say of which state of the register an answer is."""
    return entitlement_pb2.Entitlement(
        revision=revision_token(revision),
        revision_time=to_timestamp(instant_of(revision)),
        data_time=to_timestamp(data_time),
    ).SerializeToString()


def _blank_iin() -> bytes:
    return identifier_text(_BLANK_IIN).encode()


def _varint(number: int) -> bytes:
    """A length as protobuf writes it."""
    written = bytearray()
    while number > _SEVEN_BITS:
        written.append(number & _SEVEN_BITS | 0x80)
        number >>= 7
    written.append(number)
    return bytes(written)
