"""Answers that are filled in like forms: byte for byte they say what the ordinary message says."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osms.entitlement.v1 import entitlement_service_pb2 as pb
from osms_common.application.callers import Caller
from osms_common.domain.codes import Role, Status
from osms_common.domain.errors import OsmsError
from osms_common.domain.identifiers import Iin
from osms_common.domain.revision import Revision
from osms_common.rpc.errors import status_of
from osms_common.texts import Language
from osms_server.application.access import Receipts
from osms_server.application.answers import Answer
from osms_server.application.desk import Reply, Verdict
from osms_server.domain.timeline import RANK, GroundCode
from osms_server.rpc.convert.answers import entitlement_message
from osms_server.rpc.look_ups import answer_many, answer_one, asked_about_many, asked_about_one
from tests.people import NOBODY, people

CLINIC: Final = Caller(Role.MEDICAL_SYSTEM, "clinic1")
LANGUAGES: Final = (None, *Language)
LAST_DAYS: Final = (None, date(2026, 7, 16), date(2026, 12, 31), date(9999, 12, 31))
REFUSED: Final = (
    *(Verdict(status, (), None) for status in (Status.NOT_ENTITLED, Status.NOT_REGISTERED)),
)
ENTITLED: Final = tuple(
    Verdict(Status.ENTITLED, (ground,), last) for ground in RANK for last in LAST_DAYS
)
WRONG: Final = (NOBODY, "", "90010130001", "000000000001", "құпия", "x" * 200)
METHODS: Final[dict[str, tuple[type[Any], type[Any]]]] = {
    "BatchCheckEntitlements": (
        pb.BatchCheckEntitlementsRequest,
        pb.BatchCheckEntitlementsResponse,
    ),
    "StreamCheckEntitlements": (
        pb.StreamCheckEntitlementsRequest,
        pb.StreamCheckEntitlementsResponse,
    ),
}


def unsigned(answer: Answer, caller: Caller) -> str:
    """Signs nothing: that is asked for only where a receipt is."""
    return f"{answer.receipt_id} to {caller.text}"


def reply_of(verdicts: list[Verdict], **other: Any) -> Reply:
    """A reply of the desk."""
    plain: dict[str, Any] = {
        "on_date": date(2026, 7, 1),
        "revision": Revision(0x19F6914D20000001),
        "data_time": datetime(2026, 7, 1, 4, 0, 0, 123_456, tzinfo=UTC),
        "receipts": Receipts(
            "019f694b-c17a-7abc-9def-", 1, datetime(2026, 7, 1, 4, 0, 1, tzinfo=UTC)
        ),
        "first": 0,
    }
    return Reply(verdicts=verdicts, **{**plain, **other})


def expected(reply: Reply, at: int, iin: Iin, language: Language | None) -> Any:
    """The ordinary message about the person at a place."""
    verdict, times = reply.verdicts[at], (reply.data_time, reply.receipts.record_time)
    answer = Answer(iin, reply.on_date, *verdict, reply.revision, reply.receipt(at), *times)
    return entitlement_message(answer, language)


def language_code(language: Language | None) -> str:
    """The language as a request names it."""
    return "" if language is None else language.value


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("with_receipt", [False, True], ids=["plain", "with a receipt"])
def test_one_answer_is_what_the_message_says(
    language: Language | None, *, with_receipt: bool
) -> None:
    """For every ground, with every kind of last day, and for every answer without a ground."""
    request = pb.CheckEntitlementRequest(
        iin=people(1)[0], language_code=language_code(language), with_receipt=with_receipt
    )
    asked = asked_about_one(request, CLINIC)
    (iin,) = asked.question.iins
    for verdict in (*REFUSED, *ENTITLED):
        reply = reply_of([verdict], first=3)
        message = expected(reply, 0, iin, language)
        if with_receipt:
            message.signed_receipt = f"{message.receipt_id} to mis/clinic1"
        written = answer_one(asked, reply, unsigned)
        said = pb.CheckEntitlementResponse(entitlement=message)
        assert pb.CheckEntitlementResponse.FromString(written) == said
        assert len(written) == said.ByteSize()


def grounds() -> st.SearchStrategy[tuple[GroundCode, ...]]:
    """Up to four grounds of one day, in the order of reporting."""
    some = st.lists(st.sampled_from(list(RANK)), min_size=1, max_size=4, unique=True)
    return some.map(lambda codes: tuple(sorted(codes, key=RANK.__getitem__)))


def verdicts() -> st.SearchStrategy[Verdict]:
    """What can be answered about a person."""
    last = st.none() | st.dates(date(2016, 1, 1), date(2036, 12, 31))
    entitled = st.builds(Verdict, st.just(Status.ENTITLED), grounds(), last)
    return st.sampled_from(REFUSED) | entitled


@settings(max_examples=80, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("method", METHODS)
def test_a_list_is_what_the_messages_say(method: str, data: st.DataObject) -> None:
    """In the order that was asked, with what is wrong at its place; none, one, or many."""
    request, response = METHODS[method]
    texts = data.draw(
        st.lists(st.sampled_from(people(20)) | st.sampled_from(WRONG), min_size=1, max_size=40),
        "persons",
    )
    language = data.draw(st.sampled_from(LANGUAGES), "language")
    with_receipt = data.draw(st.booleans(), "with a receipt")
    asked = asked_about_many(
        request(iins=texts, language_code=language_code(language), with_receipt=with_receipt),
        CLINIC,
        method,
        1_000,
    )
    reply = reply_of(
        [data.draw(verdicts()) for _ in asked.question.iins],
        on_date=data.draw(st.dates(date(1, 1, 1), date(9999, 12, 31)), "day"),
        revision=Revision(data.draw(st.integers(1, (1 << 58)), "revision")),
        first=data.draw(st.integers(0, 100_000), "first"),
    )
    results = []
    at = 0
    for person in asked.read:
        if isinstance(person, OsmsError):
            error = status_of(person, method, language or Language.ENGLISH)
            results.append(pb.EntitlementResult(error=error))
            continue
        message = expected(reply, at, person, language)
        if with_receipt:
            message.signed_receipt = f"{message.receipt_id} to mis/clinic1"
        results.append(pb.EntitlementResult(entitlement=message))
        at += 1
    written = answer_many(asked, reply if at else None, unsigned)
    read = response.FromString(written)
    said = response(results=results)
    assert read == said
    assert len(written) == said.ByteSize()
    told = [result.entitlement.iin for result in read.results if not result.HasField("error")]
    assert told == [text for text in texts if text not in WRONG]
