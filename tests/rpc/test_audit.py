"""What was done is in the log that the table names, and what cannot be kept is not told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import grpc
import pytest

from osms.entitlement.v1 import audit_service_pb2 as pb
from osms.entitlement.v1 import category_service_pb2 as category_pb
from osms.entitlement.v1 import category_service_pb2_grpc as category_grpc
from osms.entitlement.v1 import feed_pb2
from osms_client import (
    CannotTell,
    NotFound,
    OsmsClient,
    Refused,
    RosterLine,
)
from osms_common.application.acts import ActKind, ActRow
from osms_common.domain.codes import Role
from osms_common.domain.identifiers import Iin
from osms_common.persistence.acts import CHANGES
from osms_common.rpc.rights import Log
from osms_server.bootstrap import Application, Engines
from osms_server.config import Settings
from osms_server.rpc.authorisation import RULES
from tests.conftest import ClientOf
from tests.people import AIGUL
from tests.persistence.test_act_log import broken, locked
from tests.rpc.conftest import ChannelOf
from tests.rpc.logged import (
    CALLERS,
    CALLS,
    MUTATED,
    Call,
    Told,
    acts_of,
    answers_of,
    keep_certificate,
    wait_for,
)
from tests.rpc.looking_up import NAMES
from tests.rpc.register import everything_stored
from tests.rpc.sending import (
    TODAY,
    assigned,
    joins,
    paid,
    push_categories,
)
from tests.rpc.test_authorisation import RPCS, called, code_of, short
from tests.rpc.told import told

BIRTH: Final = ["BIRTH_CERTIFICATE"]
METHODS: Final = {short(path): rule for path, rule in RULES.items()}
PATHS: Final = {short(path): path for path in RULES}


@pytest.fixture(scope="session")
def settings(settings: Settings) -> Settings:
    """A server that does not wait long."""
    return settings.model_copy(update={"writer_wait_seconds": 0.5})


@pytest.fixture(autouse=True)
def _once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked for twice: every call is one in the log."""
    for module in ("connection", "feeds", "auditing"):
        monkeypatch.setattr(f"osms_client.{module}.ROUNDS_OF_A_CALL", 1)


def prepared(method: str, of: ClientOf, application: Application) -> tuple[Call, str]:
    """A call that succeeds, once all that it needs was done; and its request id, if it has one."""
    if method in MUTATED:
        return MUTATED[method](of)
    if method == "GetCallerCertificate":
        keep_certificate(application)
    CALLS[method].before(of)
    return CALLS[method], ""


def since(before: Sequence[Any], after: Sequence[Any]) -> list[Any]:
    """What is there now and was not before."""
    return [each for each in after if each not in before]


# Every row of the table.


def test_every_rpc_is_called_in_these_tests() -> None:
    """None is left out, and none made up."""
    assert {*CALLS, *MUTATED} == set(METHODS)


@pytest.mark.parametrize("method", METHODS)
def test_the_log_that_the_table_names_has_the_call(
    empty: None, client_of: ClientOf, application: Application, engines: Engines, method: str
) -> None:
    """As soon as the caller is told; and the other log has nothing of it."""
    call, key = prepared(method, client_of, application)
    acts, answers = acts_of(engines), answers_of(engines)
    call.make(client_of(call.caller))
    done = [act for act in since(acts, acts_of(engines)) if act.method == method]
    given = [each for each in since(answers, answers_of(engines)) if each.method == method]
    match METHODS[method].log:
        case Log.ACTS:
            assert given == []
            _is_a_change(call, done, engines)
            assert key.encode() in done[-1].request
        case Log.READINGS:
            assert given == []
            _is_a_reading(call, done)
        case Log.ANSWERS:
            assert done == []
            assert given == [Told(CALLERS[call.caller], method, call.iins)]
        case Log.NONE:
            assert (done, given) == ([], [])


def _is_a_change(call: Call, done: list[ActRow], engines: Engines) -> None:
    assert {(act.caller, act.kind, act.outcome, act.writer) for act in done} == {
        (CALLERS[call.caller], ActKind.CHANGE, "OK", CHANGES)
    }
    assert len(done) == len(call.subjects)
    for act, begins in zip(done, call.subjects, strict=True):
        assert act.subject.startswith(begins)
        assert (act.subject != "") == (act.request == b"")
    ((_, head, _),) = everything_stored(engines)["head"]
    assert done[-1].revision == head


def _is_a_reading(call: Call, done: list[ActRow]) -> None:
    (act,) = done
    assert (act.caller, act.kind, act.outcome) == (CALLERS[call.caller], ActKind.READING, "OK")
    assert act.iins == tuple(Iin(int(iin)) for iin in call.iins)
    assert act.revision is None
    assert act.writer != CHANGES


@pytest.mark.parametrize("method", MUTATED)
def test_what_is_only_answered_again_is_told_so(
    empty: None, client_of: ClientOf, application: Application, auditor: OsmsClient, method: str
) -> None:
    """With the request, as the first one; also what was tried under an id that was used."""
    call, key = prepared(method, client_of, application)
    for _ in range(2):
        call.make(client_of(call.caller))
    again, first = auditor.audit_entries(method=method, caller=CALLERS[call.caller])
    assert (first.kind, first.outcome) == ("CHANGE", "OK")
    assert (again.kind, again.outcome) == ("CHANGE", "REPEATED")
    assert first.request == again.request
    assert first.request["requestId"] == key
    assert again.revision > first.revision


def test_a_snapshot_that_comes_again_is_told_so(
    empty: None, client_of: ClientOf, auditor: OsmsClient
) -> None:
    """It has an id as well."""
    for _ in range(2):
        client_of("DEFENCE").push_roster(
            "DEFENCE",
            [RosterLine(AIGUL)],
            snapshot_id="0b0e7e5e-6e5c-4a53-9d0e-0e7a5b1c2d3e",
        )
    again, first = auditor.audit_entries(method="PushRoster")
    assert (first.outcome, again.outcome) == ("OK", "REPEATED")
    assert "1 entered" in first.subject


def test_batches_tell_what_became_of_them(
    empty: None, client_of: ClientOf, auditor: OsmsClient
) -> None:
    """Positions and outcomes, and the revision that the sender was told."""
    ack = push_categories(client_of("SC"), assigned(AIGUL), assigned(AIGUL, source="DFC"))
    batch, opened = auditor.audit_entries(method="PushCategoryUpdates")
    assert batch.subject == "CATEGORY of SC: 1-2: accepted 1, rejected 1"
    assert opened.subject == "CATEGORY of SC: opened"
    assert (batch.revision, batch.record_time) == (ack.revision, ack.record_time)
    assert (batch.request, batch.iins) == ({}, ())


def test_a_request_of_a_stream_is_never_taken_for_a_reading(
    empty: None, channel_of: ChannelOf, engines: Engines
) -> None:
    """A feed that is opened and left is one act, and nothing that was read."""
    stub = category_grpc.CategoryServiceStub(channel_of("SC"))
    opening = category_pb.PushCategoryUpdatesRequest(opening=feed_pb2.FeedOpening())
    list(stub.PushCategoryUpdates(iter([opening]), timeout=20))
    (act,) = acts_of(engines)
    assert (act.kind, act.subject) == (ActKind.CHANGE, "CATEGORY of SC: opened")


TRIED: Final[dict[str, tuple[str, Callable[[OsmsClient], Any]]]] = {
    "PushCategoryUpdates": ("SC", lambda c: _tried(c.category_feed, assigned(AIGUL))),
    "PushPayments": ("SC", lambda c: _tried(c.payment_feed, paid(AIGUL))),
    "PushRosterChanges": ("DEFENCE", lambda c: _tried(c.roster_change_feed, joins(AIGUL))),
    "PushRoster": (
        "DEFENCE",
        lambda c: c.push_roster("DEFENCE", [RosterLine(AIGUL)], validate_only=True),
    ),
}


def _tried(feed: Any, record: object) -> object:
    with feed(validate_only=True) as push:
        return list(push.send([record]))


@pytest.mark.parametrize("method", TRIED)
def test_what_is_only_tried_is_a_reading(
    empty: None, client_of: ClientOf, engines: Engines, method: str
) -> None:
    """Somebody learns what would be, and nothing is changed."""
    name, attempt = TRIED[method]
    attempt(client_of(name))
    (act,) = acts_of(engines)
    assert (act.caller, act.method, act.kind) == (CALLERS[name], method, ActKind.READING)
    assert (act.subject, act.revision) == ("tried, and not stored", None)


# What was refused.


@pytest.mark.parametrize("path", RPCS, ids=short)
def test_what_somebody_may_not_do_is_in_the_log(
    empty: None, channel_of: ChannelOf, engines: Engines, path: str
) -> None:
    """Whichever RPC it is, and whoever it was; the call had no effect but this."""
    others = [role for role in Role if role not in RULES[path].scopes]
    for role in others:
        assert code_of(called(channel_of(NAMES[role]), path)) is grpc.StatusCode.PERMISSION_DENIED
    expected = {(f"{role}/{NAMES[role]}", short(path), "NOT_ALLOWED") for role in others}
    assert set(wait_for(engines, len(others))) == expected
    assert {act.kind for act in acts_of(engines)} <= {ActKind.REFUSAL}
    assert {act.request for act in acts_of(engines)} <= {b""}


@pytest.mark.parametrize("path", RPCS, ids=short)
def test_what_was_asked_wrongly_is_in_the_log_of_acts(
    empty: None, channel_of: ChannelOf, engines: Engines, path: str
) -> None:
    """If the table names that for it; and it is not told as what was done as well."""
    role = next(role for role in Role if role in RULES[path].scopes)
    error = called(channel_of(NAMES[role]), path)
    if error is None or RULES[path].log not in {Log.ACTS, Log.READINGS}:
        assert ActKind.REFUSAL not in {act.kind for act in acts_of(engines)}
        return
    refusal = (f"{role}/{NAMES[role]}", short(path), "INVALID_REQUEST")
    assert wait_for(engines, 1) == [refusal]
    assert len(acts_of(engines)) == 1


def test_what_the_rules_refuse_is_in_the_log(
    empty: None, client_of: ClientOf, engines: Engines, auditor: OsmsClient
) -> None:
    """With its reason, and without a request: nobody knows whether it could be read."""
    operator = client_of("operator1")
    with pytest.raises(Refused):
        operator.register(AIGUL, "R07", TODAY, BIRTH)
    with pytest.raises(NotFound):
        operator.rejection("0b0e7e5e-6e5c-4a53-9d0e-0e7a5b1c2d3e")
    wait_for(engines, 2)
    found = list(auditor.audit_entries(kind="REFUSAL"))
    assert {(each.method, each.outcome) for each in found} == {
        ("RegisterConsumer", "REFUSED_BY_RULES"),
        ("GetRejection", "NOT_FOUND"),
    }
    assert all((each.request, each.revision, each.iins) == ({}, "", ()) for each in found)


def test_an_export_that_cannot_be_is_no_reading(
    auditor: OsmsClient, client_of: ClientOf, engines: Engines
) -> None:
    """Nothing was told; and what was asked for takes no page of acts with it."""
    for wrong in (pb.ExportLogRequest(log=99), pb.ExportLogRequest(start_time={"nanos": -1})):  # type: ignore[arg-type]
        with pytest.raises(grpc.RpcError) as caught:
            list(auditor._audit.ExportLog(wrong, timeout=20))
        assert told(caught.value).code is grpc.StatusCode.INVALID_ARGUMENT
    assert wait_for(engines, 2) == [("auditor/auditor1", "ExportLog", "INVALID_REQUEST")] * 2
    assert {act.kind for act in acts_of(engines)} == {ActKind.REFUSAL}
    assert len(list(auditor.audit_entries())) == 2


def test_a_caller_whom_nobody_knows_is_in_no_log(
    empty: None, client_of: ClientOf, channel_of: ChannelOf, engines: Engines
) -> None:
    """Anybody can call; nobody is taken for somebody who called before."""
    client_of("supervisor1").feeds()
    for path in (PATHS["ListFeeds"], PATHS["ApproveHeldBatch"], PATHS["CheckEntitlement"]):
        assert code_of(called(channel_of("nobody"), path)) is grpc.StatusCode.UNAUTHENTICATED
    called(channel_of("clinic1"), PATHS["ListFeeds"])
    assert wait_for(engines, 1) == [("mis/clinic1", "ListFeeds", "NOT_ALLOWED")]


# Where the log cannot be written, nothing is told.


@pytest.mark.parametrize(
    "method", [name for name, rule in METHODS.items() if rule.log is Log.READINGS]
)
def test_nothing_is_told_that_is_not_in_the_log(
    empty: None, client_of: ClientOf, application: Application, engines: Engines, method: str
) -> None:
    """The register can be read, but who reads cannot be kept."""
    call, _ = prepared(method, client_of, application)
    acts = acts_of(engines)
    with locked(engines, "act_log"), pytest.raises(CannotTell) as caught:
        call.make(client_of(call.caller))
    assert caught.value.reason == "REGISTER_UNAVAILABLE"
    assert acts_of(engines) == acts
    call.make(client_of(call.caller))
    assert broken(engines) == []


@pytest.mark.parametrize("method", [*MUTATED, "PushRoster", "PushCategoryUpdates"])
def test_nothing_is_changed_that_is_not_in_the_log(
    empty: None, client_of: ClientOf, application: Application, engines: Engines, method: str
) -> None:
    """A change is undone where its act cannot be kept."""
    call, _ = prepared(method, client_of, application)
    stored = everything_stored(engines)
    with locked(engines, "act_log"), pytest.raises(CannotTell):
        call.make(client_of(call.caller))
    assert everything_stored(engines) == stored
    call.make(client_of(call.caller))
    assert broken(engines) == []


@pytest.mark.parametrize("method", TRIED)
def test_nothing_is_tried_that_is_not_in_the_log(
    empty: None, client_of: ClientOf, engines: Engines, method: str
) -> None:
    """Its outcome would be told."""
    name, attempt = TRIED[method]
    with locked(engines, "act_log"), pytest.raises(CannotTell):
        attempt(client_of(name))
    assert acts_of(engines) == []
