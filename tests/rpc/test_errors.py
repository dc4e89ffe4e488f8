"""Errors as callers meet them: a code, one reason, what helps, and nothing of our insides."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import grpc
import pytest
import sqlalchemy as sa
from google.rpc.error_details_pb2 import (
    BadRequest,
    ErrorInfo,
    LocalizedMessage,
    PreconditionFailure,
    ResourceInfo,
    RetryInfo,
)
from google.type.date_pb2 import Date

from osms.entitlement.v1 import consumer_service_pb2 as consumer_pb
from osms.entitlement.v1 import consumer_service_pb2_grpc as consumer_grpc
from osms.entitlement.v1 import entitlement_service_pb2 as entitlement_pb
from osms.entitlement.v1 import entitlement_service_pb2_grpc as entitlement_grpc
from osms.entitlement.v1 import error_reason_pb2 as reason_pb
from osms.entitlement.v1 import operations_service_pb2 as operations_pb
from osms.entitlement.v1 import operations_service_pb2_grpc as operations_grpc
from osms_client import Certificates, InvalidRequest, NamedCaller, OsmsClient, _writing
from osms_common.application.callers import Caller
from osms_common.certificates import LOCAL_HOSTS, REVOKED, Authority
from osms_common.domain.codes import Role
from osms_common.domain.revision import last_revision_at, revision_token
from osms_common.logs import configure_logs
from osms_common.persistence.embedded import EmbeddedPostgres
from osms_server.bootstrap import Application, Engines, running_server
from osms_server.config import Settings
from osms_server.persistence.tables import category_fact
from tests.conftest import ClientOf
from tests.deadlines import with_deadlines
from tests.people import AIGUL, NOBODY, STRANGER, people
from tests.persistence.contents import dsn_of
from tests.rpc.conftest import ChannelOf
from tests.rpc.looking_up import look_ups
from tests.rpc.sending import (
    CATEGORIES,
    MORNING,
    TODAY,
    assigned,
    push_categories,
)
from tests.rpc.streams import OpenStream, whole
from tests.rpc.test_server import site
from tests.rpc.told import DETAILS, Told, refused

Metadata = tuple[tuple[str, str], ...]


@pytest.fixture(scope="session")
def settings(settings: Settings) -> Settings:
    """A server that has room for few streams, and little patience."""
    few = {
        "streams_per_caller_max": 3,
        "stream_idle_seconds": 2.0,
        "look_ups_waiting_max": 2,
        "look_up_seconds_max": 1.0,
    }
    return settings.model_copy(update=few)


@dataclass(frozen=True)
class Counter:
    """Where errors are met."""

    client_of: ClientOf
    channel_of: ChannelOf
    application: Application
    engines: Engines
    address: str

    def check(self, iin: str = AIGUL, caller: str = "operator1", **asked: Any) -> Told:
        """The error to a question."""
        metadata: Metadata = asked.pop("metadata", ())
        stub = entitlement_grpc.EntitlementServiceStub(self.channel_of(caller))
        request = entitlement_pb.CheckEntitlementRequest(iin=iin, **asked)
        return refused(lambda: stub.CheckEntitlement(request, metadata=metadata))

    def register(self, caller: str = "operator1", **asked: Any) -> Told:
        """The error to a registration."""
        metadata: Metadata = asked.pop("metadata", ())
        stub = consumer_grpc.ConsumerServiceStub(self.channel_of(caller))
        plain = {
            "request_id": str(uuid4()),
            "iin": AIGUL,
            "category": "R01",
            "applied_date": Date(year=TODAY.year, month=TODAY.month, day=TODAY.day),
            "documents": ["BIRTH_CERTIFICATE"],
        }
        request = consumer_pb.RegisterConsumerRequest(**{**plain, **asked})
        return refused(lambda: stub.RegisterConsumer(request, metadata=metadata))

    def operate(self, method: str, request: Any, caller: str = "supervisor1") -> Told:
        """The error to a request of the Fund."""
        stub = operations_grpc.OperationsServiceStub(self.channel_of(caller))
        return refused(lambda: getattr(stub, method)(request))

    def push(self, *messages: Any) -> Told:
        """The error to a stream of categories."""
        method = CATEGORIES.method(self.channel_of("SC"))
        return refused(lambda: list(whole(method, *messages)))

    @property
    def dsn(self) -> str:
        """The DSN of the register."""
        return dsn_of(self.engines.transactions)

    @property
    def supervisor(self) -> OsmsClient:
        """A supervisor of the Fund."""
        return self.client_of("supervisor1")


@pytest.fixture
def counter(
    empty: None,
    client_of: ClientOf,
    channel_of: ChannelOf,
    application: Application,
    engines: Engines,
    grpc_addr: str,
) -> Counter:
    """An empty register."""
    return Counter(client_of, channel_of, application, engines, grpc_addr)


@contextmanager
def without(engines: Engines, table: str) -> Iterator[None]:
    """Something is wrong with the database: a table is not there."""

    def rename(name: str, to: str) -> None:
        with engines.transactions.begin() as connection:
            connection.execute(sa.text(f"alter table {name} rename to {to}"))

    rename(table, f"{table}_gone")
    try:
        yield
    finally:
        rename(f"{table}_gone", table)


@contextmanager
def unreachable(engines: Engines, postgres: EmbeddedPostgres) -> Iterator[None]:
    """The database takes no connections, and has cut those that there were."""
    name = engines.transactions.url.database
    url = "postgresql+psycopg" + postgres.dsn[postgres.dsn.index("://") :]
    other = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)

    def execute(statement: str) -> None:
        with other.connect() as connection:
            connection.execute(sa.text(statement))

    execute(f"alter database {name} allow_connections false")
    try:
        execute(
            f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"  # noqa: S608 - our own name
        )
        yield
    finally:
        execute(f"alter database {name} allow_connections true")


# One case for every reason.


def _caller_unknown(at: Counter) -> Told:
    return at.check(caller="somebody")


def _invalid(at: Counter) -> Told:
    return at.check(NOBODY)


def _refused_by_rules(at: Counter) -> Told:
    return at.register(category="R08")


def _not_allowed(at: Counter) -> Told:
    return at.check(caller="SC")


def _not_served_here(at: Counter) -> Told:
    request = entitlement_pb.GetTimelineRequest(iin=AIGUL)
    with (
        look_ups(dsn_of(at.engines.transactions)) as front,
        front.stub(Role.FUND_OPERATOR) as stub,
    ):
        return refused(lambda: stub.GetTimeline(request))


def _not_found(at: Counter) -> Told:
    request = operations_pb.ApproveHeldBatchRequest(
        request_id=str(uuid4()), held_batch_id=str(uuid4())
    )
    return at.operate("ApproveHeldBatch", request)


def _request_id_reused(at: Counter) -> Told:
    key = str(uuid4())
    at.supervisor.record_budget_lapse("LOCAL", TODAY, request_id=key)
    request = operations_pb.LiftBudgetLapseRequest(
        request_id=key, budget=operations_pb.BUDGET_LOCAL
    )
    return at.operate("LiftBudgetLapse", request)


def _already_exists(at: Counter) -> Told:
    at.supervisor.declare_incident("I-1", ["SC"], TODAY)
    request = operations_pb.DeclareIncidentRequest(
        request_id=str(uuid4()),
        incident_code="I-1",
        systems=["SC"],
        started_date=Date(year=2026, month=7, day=1),
    )
    return at.operate("DeclareIncident", request)


def _wrong_state(at: Counter) -> Told:
    held = at.supervisor.record_budget_lapse("LOCAL", TODAY)
    at.supervisor.decline(held)
    request = operations_pb.RejectHeldBatchRequest(request_id=str(uuid4()), held_batch_id=held)
    return at.operate("RejectHeldBatch", request)


def _position_gap(at: Counter) -> Told:
    return at.push(CATEGORIES.opening(), CATEGORIES.batch_of(2, 1))


def _feed_taken_over(at: Counter) -> Told:
    with OpenStream(CATEGORIES.method(at.channel_of("SC"))) as older:
        older.send(CATEGORIES.opening())
        older.receive()
        push_categories(at.client_of("SC"), assigned())
        older.send(CATEGORIES.batch_of(1, 1))
        return older.error()


def _revision_not_reached(at: Counter) -> Told:
    return at.check(at_least_revision=revision_token(last_revision_at(MORNING)))


def _limit_exceeded(at: Counter) -> Told:
    stub = entitlement_grpc.EntitlementServiceStub(at.channel_of("clinic1"))
    request = entitlement_pb.BatchCheckEntitlementsRequest(iins=[AIGUL] * 1_001)
    return refused(lambda: stub.BatchCheckEntitlements(request))


def _register_unavailable(at: Counter) -> Told:
    with without(at.engines, "access_log"):
        return at.check()


@contextmanager
def answers_wait(engines: Engines) -> Iterator[None]:
    """No answer can be logged before the end of the block: somebody has locked the log."""
    with engines.transactions.connect() as connection:
        connection.execute(sa.text("lock table access_log in access exclusive mode"))
        yield
        connection.rollback()


def _overloaded(at: Counter) -> Told:
    stub = entitlement_grpc.EntitlementServiceStub(at.channel_of("clinic1"))
    request = entitlement_pb.CheckEntitlementRequest(iin=AIGUL)
    with answers_wait(at.engines):
        # Some are being answered, some wait, and there are more than may.
        asked = [
            stub.CheckEntitlement.future(request)
            for _ in range(2 * at.application.settings.look_ups_waiting_max + 6)
        ]
        ended = [refused(call.result) for call in asked]
    return next(error for error in ended if error.reason == "OVERLOADED")


def _shutting_down(at: Counter) -> Told:
    with OpenStream(CATEGORIES.method(at.channel_of("SC"))) as stream:
        stream.send(CATEGORIES.opening())
        stream.receive()
        at.application.stopping.set()
        try:
            return stream.error()
        finally:
            at.application.stopping.clear()


def _busy(at: Counter) -> Told:
    stub = entitlement_grpc.EntitlementServiceStub(at.channel_of("clinic1"))
    question = entitlement_pb.StreamCheckEntitlementsRequest(iins=[AIGUL])
    with ExitStack() as stack:
        for _ in range(at.application.settings.streams_per_caller_max):
            stream = stack.enter_context(OpenStream(stub.StreamCheckEntitlements))
            stream.send(question)
            stream.receive()
        with OpenStream(stub.StreamCheckEntitlements) as one_more:
            return one_more.error()


def _stream_idle(at: Counter) -> Told:
    stub = entitlement_grpc.EntitlementServiceStub(at.channel_of("clinic1"))
    with OpenStream(stub.StreamCheckEntitlements) as stream:
        return stream.error()


def _deadline_required(at: Counter) -> Told:
    with NamedCaller("clinic1").channel(at.address, []) as channel:
        stub = entitlement_grpc.EntitlementServiceStub(channel)
        return refused(lambda: stub.CheckEntitlement(entitlement_pb.CheckEntitlementRequest()))


def _too_fast(at: Counter) -> Told:
    pace = {"calls_per_second_max": 0.5, "calls_in_a_row_max": 3}
    with site(at.dsn, **pace) as server, server.channel("clinic1") as channel:
        stub = entitlement_grpc.EntitlementServiceStub(channel)
        request = entitlement_pb.ListReceiptKeysRequest()
        for _ in range(3):
            stub.ListReceiptKeys(request)
        return refused(lambda: stub.ListReceiptKeys(request))


def _too_many_unknown(at: Counter) -> Told:
    with site(at.dsn, unknown_persons_max=5) as server, server.channel("clinic1") as channel:
        stub = entitlement_grpc.EntitlementServiceStub(channel)
        request = entitlement_pb.BatchCheckEntitlementsRequest(iins=people(6))
        return refused(lambda: stub.BatchCheckEntitlements(request))


def _certificate_refused(at: Counter) -> Told:
    with TemporaryDirectory() as name:
        folder = Path(name)
        authority = Authority(folder)
        authority.issue_server(LOCAL_HOSTS)
        authority.issue_caller(Caller(Role.MEDICAL_SYSTEM, "clinic1"))
        authority.revoke("clinic1")
        settings = Settings.read(
            listen="127.0.0.1:0",
            dsn=at.dsn,
            sandbox=True,
            tls_certificate=folder / "server.pem",
            tls_key=folder / "server.key",
            tls_client_ca=folder / "ca.pem",
            tls_revoked=folder / REVOKED,
        )
        with running_server(settings) as running:
            channel = with_deadlines(Certificates(folder, "clinic1").channel(running.address, []))
            stub = entitlement_grpc.EntitlementServiceStub(channel)
            request = entitlement_pb.CheckEntitlementRequest(iin=AIGUL)
            error = refused(lambda: stub.CheckEntitlement(request))
            channel.close()
            return error


def _internal(at: Counter) -> Told:
    with without(at.engines, "rejection"):
        return at.operate("ListRejections", operations_pb.ListRejectionsRequest(sender="SC"))


Code = grpc.StatusCode
CASES: dict[str, tuple[Callable[[Counter], Told], grpc.StatusCode, type[Any] | None]] = {
    "INVALID_REQUEST": (_invalid, Code.INVALID_ARGUMENT, BadRequest),
    "REFUSED_BY_RULES": (_refused_by_rules, Code.FAILED_PRECONDITION, PreconditionFailure),
    "CALLER_UNKNOWN": (_caller_unknown, Code.UNAUTHENTICATED, None),
    "NOT_ALLOWED": (_not_allowed, Code.PERMISSION_DENIED, None),
    "NOT_SERVED_HERE": (_not_served_here, Code.UNIMPLEMENTED, None),
    "NOT_FOUND": (_not_found, Code.NOT_FOUND, ResourceInfo),
    "REQUEST_ID_REUSED": (_request_id_reused, Code.ALREADY_EXISTS, None),
    "ALREADY_EXISTS": (_already_exists, Code.ALREADY_EXISTS, ResourceInfo),
    "WRONG_STATE": (_wrong_state, Code.FAILED_PRECONDITION, None),
    "POSITION_GAP": (_position_gap, Code.OUT_OF_RANGE, None),
    "FEED_TAKEN_OVER": (_feed_taken_over, Code.ABORTED, None),
    "REVISION_NOT_REACHED": (_revision_not_reached, Code.UNAVAILABLE, RetryInfo),
    "LIMIT_EXCEEDED": (_limit_exceeded, Code.RESOURCE_EXHAUSTED, None),
    "REGISTER_UNAVAILABLE": (_register_unavailable, Code.UNAVAILABLE, RetryInfo),
    "SHUTTING_DOWN": (_shutting_down, Code.UNAVAILABLE, RetryInfo),
    "INTERNAL": (_internal, Code.INTERNAL, None),
    "OVERLOADED": (_overloaded, Code.UNAVAILABLE, RetryInfo),
    "BUSY": (_busy, Code.RESOURCE_EXHAUSTED, RetryInfo),
    "STREAM_IDLE": (_stream_idle, Code.UNAVAILABLE, RetryInfo),
    "DEADLINE_REQUIRED": (_deadline_required, Code.INVALID_ARGUMENT, None),
    "TOO_FAST": (_too_fast, Code.RESOURCE_EXHAUSTED, RetryInfo),
    "TOO_MANY_UNKNOWN": (_too_many_unknown, Code.RESOURCE_EXHAUSTED, RetryInfo),
    "CERTIFICATE_REFUSED": (_certificate_refused, Code.UNAUTHENTICATED, None),
}


@pytest.mark.parametrize("reason", CASES)
def test_an_error_is_told_with_its_reason(counter: Counter, reason: str) -> None:
    """One code, one ErrorInfo of our domain, and each detail that helps at most once."""
    provoke, code, detail = CASES[reason]
    error = provoke(counter)
    info: Any = error.one(ErrorInfo)
    assert (error.code, error.status.code) == (code, code.value[0])
    assert (info.domain, info.reason) == ("osms.kz", f"ERROR_REASON_{reason}")
    assert info.metadata["method"].startswith("/osms.entitlement.v1.")
    expected = {ErrorInfo, detail} - {None}
    assert {kind for kind in DETAILS if error.all(kind)} == expected
    assert all(len(error.all(kind)) <= 1 for kind in DETAILS)
    assert error.message


@pytest.mark.parametrize("reason", CASES)
def test_an_error_tells_nothing_of_our_insides(counter: Counter, reason: str) -> None:
    """No statement, no parameters, no trace, no names of tables or modules."""
    text = str(CASES[reason][0](counter).status).casefold()
    inside = ("select ", "insert ", "psycopg", "sqlalchemy", "traceback", "osms_server", ".py")
    assert not [word for word in inside if word in text]


def test_every_reason_has_a_case() -> None:
    """A reason that nothing gives would be a word without a meaning."""
    names = {name.removeprefix("ERROR_REASON_") for name in reason_pb.ErrorReason.keys()}  # noqa: SIM118 - no mapping
    assert set(CASES) == names - {"UNSPECIFIED"}


@pytest.mark.parametrize(
    ("reason", "values"),
    [
        (
            "NOT_ALLOWED",
            {"action": "CheckEntitlement", "needs": "fund-operator, fund-supervisor, mis"},
        ),
        ("ALREADY_EXISTS", {"kind": "incident", "name": "I-1"}),
        ("WRONG_STATE", {"kind": "held batch", "state": "declined"}),
        ("POSITION_GAP", {"next_position": "1"}),
        ("FEED_TAKEN_OVER", {"sender": "SC"}),
        ("LIMIT_EXCEEDED", {"setting": "iins_max", "allowed": "1000", "value": "1001"}),
        ("BUSY", {"setting": "streams_per_caller_max", "allowed": "3"}),
        ("OVERLOADED", {"setting": "look_ups_waiting_max", "allowed": "2"}),
        ("STREAM_IDLE", {"seconds": "2.0"}),
        ("TOO_MANY_UNKNOWN", {"setting": "unknown_persons_max", "allowed": "5"}),
        ("TOO_FAST", {"setting": "calls_per_second_max", "allowed": "0.5"}),
        ("CERTIFICATE_REFUSED", {"refusal": "it was revoked"}),
        ("REVISION_NOT_REACHED", {"token": revision_token(last_revision_at(MORNING))}),
        ("INVALID_REQUEST", {"count": "1"}),
    ],
)
def test_the_changing_parts_of_a_message_are_metadata(
    counter: Counter, reason: str, values: dict[str, str]
) -> None:
    """So that a program need not read sentences."""
    assert values.items() <= CASES[reason][0](counter).metadata.items()


def test_an_internal_error_tells_its_method_and_no_more(counter: Counter) -> None:
    """What went wrong is in the log of the service."""
    assert list(_internal(counter).metadata) == ["method"]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the service writes to its log."""
    written = io.StringIO()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", written)
        configure_logs("console")
    yield written
    configure_logs("console")


def test_the_log_tells_what_went_wrong_and_of_nobody(counter: Counter, log: io.StringIO) -> None:
    """Where it went wrong and in which call, but no IIN, whoever was spoken of."""
    with without(counter.engines, "access_log"):
        counter.operate("ListAccess", operations_pb.ListAccessRequest(iin=AIGUL))
    with counter.engines.transactions.begin() as connection:
        row = assigned()
        values = {
            "iin": int(row.iin),
            "category": row.category,
            "assigned_on": row.assigned_on,
            "ordinal": 0,
            "source": row.source,
            "message_number": 1,
            "sender": "SC",
            "position": 1,
            "revision": 1,
        }
        connection.execute(sa.insert(category_fact).values(values))
    record = _writing.category_record(row)
    assert counter.push(CATEGORIES.opening(), CATEGORIES.records_of(1, [record]))
    text = log.getvalue()
    assert text.count("a call failed") == 2
    assert "UndefinedTable" in text
    assert "UniqueViolation" in text
    assert AIGUL not in text


# What is no message.


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(bytes([255, 255, 255, 255]), id="no protobuf"),
        pytest.param(bytes([0x0A, 0x02, 0xFF, 0xFE]), id="a text that is no UTF-8"),
    ],
)
@pytest.mark.parametrize(
    ("caller", "method", "streams"),
    [
        pytest.param("clinic1", "EntitlementService/CheckEntitlement", False, id="one request"),
        pytest.param("SC", "CategoryService/PushCategoryUpdates", True, id="a feed"),
        pytest.param("clinic1", "EntitlementService/StreamCheckEntitlements", True, id="a stream"),
    ],
)
def test_what_is_no_message_is_the_callers_fault(
    counter: Counter, caller: str, method: str, content: bytes, *, streams: bool
) -> None:
    """It is told like any other fault of a request, and nothing of ours has failed."""
    channel: Any = counter.channel_of(caller)
    path = f"/osms.entitlement.v1.{method}"
    if streams:
        error = refused(lambda: list(channel.stream_stream(path)(iter([content]), timeout=20)))
    else:
        error = refused(lambda: channel.unary_unary(path)(content, timeout=20))
    assert (error.code, error.reason) == (Code.INVALID_ARGUMENT, "INVALID_REQUEST")
    assert error.violations == [("message", "UNREADABLE")]


def test_who_may_not_call_learns_nothing_of_the_message(counter: Counter) -> None:
    """Whatever was sent: first it matters who calls."""
    channel: Any = counter.channel_of("SC")
    method = channel.unary_unary("/osms.entitlement.v1.EntitlementService/CheckEntitlement")
    assert refused(lambda: method(b"x", timeout=20)).reason == "NOT_ALLOWED"


# Languages.


@pytest.mark.parametrize(
    ("asked", "locale"),
    [
        pytest.param("kk", "kk", id="Kazakh"),
        pytest.param("ru", "ru", id="Russian"),
        pytest.param("ru-RU,ru;q=0.9,en;q=0.8", "ru", id="as a browser asks"),
        pytest.param("KK", "kk", id="in capitals"),
        pytest.param("en", None, id="English"),
        pytest.param("", None, id="none"),
        pytest.param("de", None, id="another"),
        pytest.param(";;;,", None, id="nonsense"),
    ],
)
def test_an_error_is_told_in_the_language_that_is_asked_for(
    counter: Counter, asked: str, locale: str | None
) -> None:
    """The sentence and what is wrong; the message itself stays English."""
    english = counter.check(NOBODY)
    error = counter.check(NOBODY, metadata=(("accept-language", asked),))
    localised: Any = error.all(LocalizedMessage)
    assert [message.locale for message in localised] == ([locale] if locale else [])
    assert error.message == english.message
    told, plain = (_descriptions(each) for each in (error, english))
    assert (told == plain) is (locale is None)


def _descriptions(error: Told) -> list[str]:
    bad: Any = error.one(BadRequest)
    return [violation.description for violation in bad.field_violations]


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_a_client_may_choose_its_language(counter: Counter, language: str) -> None:
    """All its errors are then told in it."""
    with OsmsClient(counter.address, NamedCaller("operator1"), language=language) as client:
        with pytest.raises(InvalidRequest) as caught:
            client.check(NOBODY)
        (violation,) = caught.value.violations
        assert not str(caught.value).isascii()
        assert not violation.description.isascii()


# Everything at once, and no more than fits.


def test_all_fields_that_are_wrong_are_told_at_once(counter: Counter) -> None:
    """Each with its path, in the order of the request."""
    error = counter.register(
        request_id="", iin="1", category="X", documents=["A", "B"], repeat_reason="x" * 300
    )
    assert error.violations == [
        ("iin", "IIN_INVALID"),
        ("category", "CODE_UNKNOWN"),
        ("documents[0]", "CODE_UNKNOWN"),
        ("documents[1]", "CODE_UNKNOWN"),
        ("repeat_reason", "TEXT_TOO_LONG"),
        ("request_id", "REQUIRED"),
    ]
    assert error.metadata["count"] == "6"


@pytest.mark.parametrize("language", ["en", "kk", "ru"])
@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"iin": "ж" * 100_000}, id="a long value"),
        pytest.param({"iin": "\U0001f600" * 300}, id="wide letters"),
        pytest.param({"documents": ["Ж" * 200] * 23}, id="many values"),
        pytest.param({"documents": ["Ж"] * 50_000}, id="too many values"),
        pytest.param({"category": "\n\r\t\0%%", "iin": "%00"}, id="strange letters"),
    ],
)
def test_an_error_always_arrives(counter: Counter, asked: dict[str, Any], language: str) -> None:
    """However much is wrong, the error fits into what a client takes, and says how much it is."""
    error = counter.register(metadata=(("accept-language", language),), **asked)
    assert error.code is Code.INVALID_ARGUMENT
    assert 1 <= len(error.violations) <= int(error.metadata["count"])


# When the database is gone.


def test_an_answer_that_cannot_be_logged_is_not_given(counter: Counter) -> None:
    """It is an error and never "not entitled"; afterwards answers are given again."""
    with without(counter.engines, "access_log"):
        for error in (counter.check(), counter.check(STRANGER, "clinic1")):
            assert error.reason == "REGISTER_UNAVAILABLE"
            assert "p. 13" in error.message
    assert counter.supervisor.check(AIGUL).status == "NOT_REGISTERED"


def test_without_its_database_the_service_cannot_tell(
    counter: Counter, postgres: EmbeddedPostgres
) -> None:
    """Questions, mutations and feeds are told to try again; when it is back, all goes on."""
    with OpenStream(CATEGORIES.method(counter.channel_of("SC"))) as stream:
        stream.send(CATEGORIES.opening(), CATEGORIES.batch_of(1, 1))
        stream.receive()
        stream.receive()
        with unreachable(counter.engines, postgres):
            stream.send(CATEGORIES.batch_of(2, 1))
            listing = operations_pb.ListIncidentsRequest()
            errors = [
                stream.error(),
                counter.check(),
                counter.register(),
                counter.operate("ListIncidents", listing),
            ]
    for error in errors:
        assert (error.code, error.reason) == (Code.UNAVAILABLE, "REGISTER_UNAVAILABLE")
        retry: Any = error.one(RetryInfo)
        assert retry.retry_delay.ToTimedelta() == timedelta(seconds=1)
    assert counter.client_of("SC").category_position() == 2
    assert counter.supervisor.clock() == MORNING
