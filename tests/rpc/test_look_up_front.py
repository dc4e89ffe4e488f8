"""Processes that only look up: they answer, refuse, stream and end as a whole server does."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from typing import Any, Final

import grpc
import pytest
import sqlalchemy as sa
from google.rpc.error_details_pb2 import LocalizedMessage
from google.type.date_pb2 import Date
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

from osms.entitlement.v1 import entitlement_service_pb2 as pb
from osms.entitlement.v1 import entitlement_service_pb2_grpc as pb_grpc
from osms_client import Entitlement
from osms_client.receipts import verify
from osms_common.domain.codes import Role
from osms_common.texts import Language, error_text
from osms_server.bootstrap import Engines, running_server
from osms_server.config import Settings, Transport
from osms_server.rpc.authorisation import RULES
from tests.conftest import ClientOf, apart
from tests.deadlines import with_deadlines
from tests.people import NOBODY, STRANGER, people
from tests.persistence.contents import wait_until
from tests.rpc.lives import CHILD, EMPLOYEE, EVERYBODY, GROUNDS, tell_everything
from tests.rpc.looking_up import CLINIC, LookUps, credentials, look_ups
from tests.rpc.sending import MORNING, TODAY
from tests.rpc.streams import SECONDS, OpenStream, whole
from tests.rpc.test_authorisation import RPCS, called, code_of, short
from tests.rpc.told import DETAILS, refused, told

Code = grpc.StatusCode

STREAMS: Final = 3
SMALL: Final[dict[str, Any]] = {
    "OSMS_STREAM_IDLE_SECONDS": "1.5",
    "OSMS_STREAMS_PER_CALLER_MAX": str(STREAMS),
    "OSMS_LOOK_UP_SECONDS_MAX": "5",
}
PERSONS: Final = (*EVERYBODY, STRANGER)
SERVICE: Final = "osms.entitlement.v1.EntitlementService"
ANSWERED: Final = {Code.OK, Code.INVALID_ARGUMENT}
OURS: Final = {path: rule.scopes for path, rule in RULES.items() if f"/{SERVICE}/" in path}
OF_THE_FUND: Final = {
    f"/{SERVICE}/{method}" for method in ("GetTimeline", "ExplainEntitlement", "ReplayEntitlement")
}


@pytest.fixture(scope="module")
def filled(client_of: ClientOf, dsn: str) -> str:
    """A register that knows people of every kind since 1 July 2026; its DSN."""
    client_of("supervisor1").reset_sandbox(MORNING)
    tell_everything(client_of)
    return dsn


@pytest.fixture(scope="module")
def plain(filled: str) -> Iterator[LookUps]:
    """A process that only looks up, where callers say their names."""
    with look_ups(filled, **SMALL) as front:
        yield front


@pytest.fixture(scope="module")
def secured(filled: str) -> Iterator[LookUps]:
    """A process that only looks up, where callers show certificates."""
    with look_ups(filled, mtls=True, **SMALL) as front:
        yield front


@pytest.fixture(params=["plaintext", "mtls"])
def front(request: pytest.FixtureRequest) -> LookUps:
    """Each of the two."""
    chosen = "secured" if request.param == "mtls" else "plain"
    found: LookUps = request.getfixturevalue(chosen)
    return found


@pytest.fixture(scope="module")
def threaded(filled: str) -> Iterator[Any]:
    """The whole server before the same register: what a clinic and the Fund can call of it."""
    settings = Settings.read(
        listen="127.0.0.1:0", transport=Transport.PLAINTEXT, sandbox=False, **apart(filled)
    )
    with running_server(settings) as running:
        yield running.address


@contextmanager
def threaded_stub(address: str, role: Role = CLINIC) -> Iterator[Any]:
    """The service of the whole server."""
    channel = with_deadlines(credentials(role).channel(address, [("grpc.enable_retries", 0)]))
    try:
        yield pb_grpc.EntitlementServiceStub(channel)
    finally:
        channel.close()


def day(of: date) -> Date:
    """A day, for the contract."""
    return Date(year=of.year, month=of.month, day=of.day)


def alike(message: Any) -> Any:
    """A response without what differs from call to call: number, instant, and signature."""
    answers = [message.entitlement] if hasattr(message, "entitlement") else []
    answers += [result.entitlement for result in getattr(message, "results", ())]
    for answer in answers:
        for field in ("receipt_id", "data_time", "signed_receipt"):
            answer.ClearField(field)
    if "receipt_id" in message.DESCRIPTOR.fields_by_name:
        message.ClearField("receipt_id")
    return message


# The same answers.

DAYS: Final = (None, date(2010, 1, 1), TODAY, date(2026, 8, 31), date(2035, 1, 1))


@pytest.mark.parametrize("language", ["", "kk", "ru", "en"])
def test_it_answers_as_the_whole_server_does(front: LookUps, threaded: str, language: str) -> None:
    """People of every kind on any day, one by one, in a batch and over a stream."""
    lists = [*PERSONS, NOBODY, *PERSONS[:3], ""]
    with front.stub() as own, threaded_stub(threaded) as other:
        for on in DAYS:
            how: dict[str, Any] = {
                "on_date": None if on is None else day(on),
                "language_code": language,
            }
            for iin in PERSONS[::2] if on else PERSONS:
                one = pb.CheckEntitlementRequest(iin=iin, **how)
                answers = [alike(stub.CheckEntitlement(one)) for stub in (own, other)]
                assert answers[0] == answers[1]
            many = pb.BatchCheckEntitlementsRequest(iins=lists, **how)
            batches = [alike(stub.BatchCheckEntitlements(many)) for stub in (own, other)]
            assert batches[0] == batches[1]
            listed = pb.StreamCheckEntitlementsRequest(iins=lists, **how)
            (streamed,) = map(alike, whole(own.StreamCheckEntitlements, listed))
            (other_streamed,) = map(alike, whole(other.StreamCheckEntitlements, listed))
            assert streamed == other_streamed


def test_the_keys_of_receipts_are_told_there_too(front: LookUps, threaded: str) -> None:
    """Word for word as the whole server tells them."""
    request = pb.ListReceiptKeysRequest()
    with front.stub() as own, threaded_stub(threaded) as other:
        assert own.ListReceiptKeys(request) == other.ListReceiptKeys(request)


@pytest.mark.parametrize("language", ["", "kk", "ru"])
@pytest.mark.parametrize("method", sorted(map(short, OF_THE_FUND)))
def test_the_fund_is_told_where_to_ask(front: LookUps, method: str, language: str) -> None:
    """Its questions take the whole register, which whoever only looks up cannot read."""
    request = getattr(pb, f"{method}Request")(iin=CHILD)
    metadata = (("accept-language", language),) if language else ()
    with front.stub(Role.FUND_OPERATOR) as stub:
        ended = refused(lambda: getattr(stub, method)(request, metadata=metadata, timeout=SECONDS))
    assert (ended.code, ended.reason) == (Code.UNIMPLEMENTED, "NOT_SERVED_HERE")
    assert ended.message.endswith("at the server's own address.")
    texts = [error_text("NOT_SERVED_HERE", Language(language))] if language else []
    assert [localized.message for localized in ended.all(LocalizedMessage)] == texts


def test_what_it_answers_is_in_the_log_under_its_number(
    front: LookUps, client_of: ClientOf
) -> None:
    """With who asked, about whom, and for which day."""
    with front.client() as clinic:
        answers = [clinic.check(CHILD, TODAY), *clinic.check_many([EMPLOYEE, STRANGER], TODAY)]
    for answer in answers:
        assert isinstance(answer, Entitlement)
        (entry,) = client_of("operator1").accesses(answer.iin, receipt_id=answer.receipt_id)
        assert (entry.caller, entry.on_date) == ("mis/clinic1", TODAY)


def test_answers_come_with_receipts_that_hold(front: LookUps) -> None:
    """One by one and in lists; verified by the keys that the same server tells."""
    with front.client() as clinic:
        keys = clinic.receipt_keys()
        answers = [clinic.check(CHILD, TODAY, with_receipt=True)]
        for answer in clinic.check_many([EMPLOYEE, STRANGER], TODAY, with_receipt=True):
            assert isinstance(answer, Entitlement)
            answers.append(answer)
    for answer in answers:
        claims = verify(answer.signed_receipt, keys)
        assert claims.receipt_id == answer.receipt_id


# Who may, and how an error is told.


@pytest.mark.parametrize("path", OURS, ids=short)
def test_an_rpc_is_open_to_its_roles_and_closed_to_all_others(front: LookUps, path: str) -> None:
    """Whoever may call it is answered, if only by what is wrong; all others are refused."""
    for role in Role:
        with front.channel(role) as channel:
            error = called(channel, path)
        if role in OURS[path]:
            answered = {Code.UNIMPLEMENTED} if path in OF_THE_FUND else ANSWERED
            assert code_of(error) in answered, role
            continue
        assert error is not None, role
        refusal = told(error)
        assert (refusal.code, refusal.reason) == (Code.PERMISSION_DENIED, "NOT_ALLOWED"), role
        assert set(refusal.metadata["needs"].split(", ")) == set(OURS[path])


@pytest.mark.parametrize("path", OURS, ids=short)
def test_a_caller_who_is_not_known_is_refused(plain: LookUps, path: str) -> None:
    """Whatever is called, and before anything is read."""
    for name in ("clinic1", "nobody/x", "mis/", "mis/clinic1/clinic1", "body/HEALTH2"):
        with plain.channel(name=name) as channel:
            assert code_of(called(channel, path)) is Code.UNAUTHENTICATED


def test_what_it_does_not_serve_is_not_implemented(plain: LookUps) -> None:
    """It only looks up: whoever sends goes to the whole server."""
    with plain.channel(Role.STATE_CORPORATION) as channel:
        for path in RPCS:
            if path not in OURS:
                assert code_of(called(channel, path)) is Code.UNIMPLEMENTED, path


WRONG: Final[dict[str, tuple[str, Any]]] = {
    "no IIN": ("CheckEntitlement", pb.CheckEntitlementRequest()),
    "a wrong IIN": ("CheckEntitlement", pb.CheckEntitlementRequest(iin=NOBODY)),
    "no day": (
        "CheckEntitlement",
        pb.CheckEntitlementRequest(iin=CHILD, on_date=Date(year=2026, month=2, day=30)),
    ),
    "all at once": (
        "CheckEntitlement",
        pb.CheckEntitlementRequest(iin="1", language_code="xx", at_least_revision="no token"),
    ),
    "a revision of the far future": (
        "CheckEntitlement",
        pb.CheckEntitlementRequest(iin=CHILD, at_least_revision="7f" + "0" * 14),
    ),
    "an empty list": ("BatchCheckEntitlements", pb.BatchCheckEntitlementsRequest()),
    "too many": (
        "BatchCheckEntitlements",
        pb.BatchCheckEntitlementsRequest(iins=[CHILD] * 1_001),
    ),
    "a list for a wrong day": (
        "BatchCheckEntitlements",
        pb.BatchCheckEntitlementsRequest(iins=[CHILD], on_date=Date(year=2026)),
    ),
    "an empty list of a stream": (
        "StreamCheckEntitlements",
        pb.StreamCheckEntitlementsRequest(),
    ),
}


@pytest.mark.parametrize(("method", "request_"), WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("language", ["", "kk", "ru"])
def test_an_error_is_told_as_the_whole_server_tells_it(
    plain: LookUps, threaded: str, method: str, request_: Any, language: str
) -> None:
    """Code, reason, every detail, and the texts in the language of the caller."""
    metadata = (("accept-language", language),) if language else ()
    with plain.stub() as own, threaded_stub(threaded) as other:

        def error(stub: Any) -> tuple[Any, ...]:
            call = getattr(stub, method)
            if method.startswith("Stream"):
                asked = lambda: list(call(iter([request_]), metadata=metadata, timeout=SECONDS))  # noqa: E731
            else:
                asked = lambda: call(request_, metadata=metadata, timeout=SECONDS)  # noqa: E731
            ended = refused(asked)
            details = [ended.all(kind) for kind in DETAILS]
            return ended.code, ended.message, ended.reason, ended.metadata, details

        assert error(own) == error(other)


@pytest.mark.parametrize("content", [b"\xff\xff\xff", b"\x0a\x02\xff\xfe"])
@pytest.mark.parametrize("path", OURS, ids=short)
def test_what_is_no_message_is_the_callers_fault(
    plain: LookUps, path: str, content: bytes
) -> None:
    """It is told like any other fault of a request; what is in it nobody learns."""
    if short(path) == "ListReceiptKeys" and content[0] != 0xFF:
        pytest.skip("its request has no fields, so there is none that could be wrong")
    with plain.channel(Role.FUND_OPERATOR) as channel:
        call: Any = channel
        if "Stream" in path:
            error = refused(lambda: list(call.stream_stream(path)(iter([content]), timeout=20)))
        else:
            error = refused(lambda: call.unary_unary(path)(content, timeout=20))
    assert (error.code, error.reason) == (Code.INVALID_ARGUMENT, "INVALID_REQUEST")
    assert error.violations == [("message", "UNREADABLE")]


# Streams.


def lists_of(texts: list[str], size: int) -> list[Any]:
    """Messages about so many persons each."""
    return [
        pb.StreamCheckEntitlementsRequest(iins=texts[at : at + size], on_date=day(TODAY))
        for at in range(0, len(texts), size)
    ]


def test_a_stream_answers_in_order_to_its_end(front: LookUps) -> None:
    """All that was asked before the client half-closed, each message with its own answers."""
    texts = [text for pair in zip(people(600), PERSONS * 60, strict=False) for text in pair]
    texts[7::50] = [NOBODY] * len(texts[7::50])
    messages = lists_of(texts, 9)
    with front.stub() as stub:
        answers = list(whole(stub.StreamCheckEntitlements, *messages))
    assert [len(answer.results) for answer in answers] == [len(each.iins) for each in messages]
    results = [result for answer in answers for result in answer.results]
    for text, result in zip(texts, results, strict=True):
        if text == NOBODY:
            assert result.error.code == Code.INVALID_ARGUMENT.value[0]
        else:
            assert result.entitlement.iin == text
            assert bool(result.entitlement.ground_kind) == bool(GROUNDS.get(text))


def test_what_is_wrong_in_a_stream_is_told_in_its_turn(plain: LookUps) -> None:
    """The answers to what was asked before come first."""
    wrong = pb.StreamCheckEntitlementsRequest(iins=[CHILD], on_date=Date(year=1))
    with plain.stub() as stub, OpenStream(stub.StreamCheckEntitlements) as stream:
        stream.send(*lists_of([CHILD] * 5, 1), wrong, *lists_of([CHILD] * 2, 1))
        for _ in range(5):
            assert stream.receive().results[0].entitlement.iin == CHILD
        assert stream.error().violations == [("on_date", "DATE_IMPOSSIBLE")]


def test_a_stream_over_which_nothing_comes_is_ended(plain: LookUps) -> None:
    """Whoever has nothing more to ask leaves the place to others."""
    with plain.stub() as stub, OpenStream(stub.StreamCheckEntitlements) as stream:
        stream.send(*lists_of([CHILD], 1))
        stream.receive()
        error = stream.error()
    assert (error.code, error.reason) == (Code.UNAVAILABLE, "STREAM_IDLE")
    assert error.metadata["seconds"] == "1.5"


def test_places_of_streams_are_few_and_given_back(plain: LookUps) -> None:
    """One more than may be is told so; whoever goes in the middle frees the place at once."""
    with plain.stub() as stub:
        for _ in range(4):
            with ExitStack() as stack:
                for _ in range(STREAMS):
                    stream = stack.enter_context(_a_place(stub))
                    stream.send(*lists_of(people(40), 4))  # nobody reads the answers to these
                with OpenStream(stub.StreamCheckEntitlements) as one_more:
                    error = one_more.error()
            assert (error.code, error.reason) == (Code.RESOURCE_EXHAUSTED, "BUSY")
            assert error.metadata["setting"] == "streams_per_caller_max"


@contextmanager
def _a_place(stub: Any) -> Iterator[OpenStream]:
    """A stream that has been answered; that a place is free again takes a moment to be known."""
    kept: list[OpenStream] = []

    def has_place() -> bool:
        stream = OpenStream(stub.StreamCheckEntitlements)
        stream.send(*lists_of([CHILD], 1))
        try:
            stream.receive()
        except grpc.RpcError as error:
            stream.cut()
            if told(error).reason == "BUSY":
                return False
            raise
        kept.append(stream)
        return True

    wait_until(has_place)
    with kept[0]:
        yield kept[0]


# As a whole.


def test_health_and_reflection_tell_what_is_offered(front: LookUps) -> None:
    """The service is healthy and described, and no other."""
    with front.channel() as channel:
        health = health_pb2_grpc.HealthStub(channel)
        for name in ("", SERVICE):
            status = health.Check(health_pb2.HealthCheckRequest(service=name)).status
            assert status == health_pb2.HealthCheckResponse.SERVING
        assert reflection_pb2_grpc.ServerReflectionStub(channel)
        database = ProtoReflectionDescriptorDatabase(channel)
        offered = {name for name in database.get_services() if name.startswith("osms.")}
        assert offered == {SERVICE}
        described = database.FindFileContainingSymbol(SERVICE)
        assert [service.name for service in described.service] == ["EntitlementService"]


@contextmanager
def locked_log(engines: Engines) -> Iterator[None]:
    """Nothing can be logged before the end of the block."""
    with engines.transactions.connect() as connection:
        connection.execute(sa.text("lock table access_log in access exclusive mode"))
        yield
        connection.rollback()


def test_what_runs_when_it_is_told_to_stop_is_answered(filled: str, engines: Engines) -> None:
    """Health says first that it is not well; calls end with answers, streams are told to go."""
    with look_ups(filled, OSMS_LOOK_UP_SECONDS_MAX="10") as front, front.stub() as stub:
        with front.channel() as channel, ExitStack() as stack:
            statuses = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest())
            assert next(statuses).status == health_pb2.HealthCheckResponse.SERVING
            stream = stack.enter_context(OpenStream(stub.StreamCheckEntitlements))
            stream.send(*lists_of([CHILD], 1))
            stream.receive()
            with locked_log(engines):
                calls = [
                    stub.CheckEntitlement.future(
                        pb.CheckEntitlementRequest(iin=iin, on_date=day(TODAY)), timeout=SECONDS
                    )
                    for iin in PERSONS
                ]
                threading.Event().wait(0.3)
                front.process.process.send_signal(signal.SIGTERM)
                assert next(statuses).status == health_pb2.HealthCheckResponse.NOT_SERVING
                statuses.cancel()
                assert stream.error().reason == "SHUTTING_DOWN"
            for iin, call in zip(PERSONS, calls, strict=True):
                assert bool(call.result().entitlement.ground_kind) == bool(GROUNDS[iin])
        assert front.process.process.wait(20) == 0
