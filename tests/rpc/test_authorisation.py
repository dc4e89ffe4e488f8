"""Who may call what: every RPC is in the table, and the table is what is done."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from google.protobuf import message_factory
from google.protobuf.descriptor import MethodDescriptor
from grpc_health.v1 import health_pb2, health_pb2_grpc

from osms.entitlement.v1 import (
    audit_service_pb2,
    category_service_pb2,
    consumer_service_pb2,
    entitlement_service_pb2,
    operations_service_pb2,
    payment_service_pb2,
    roster_service_pb2,
    sandbox_service_pb2,
)
from osms_common.application.callers import Scope
from osms_common.domain.codes import Role
from osms_common.rpc.rights import Log, Rights
from osms_server.rpc.authorisation import RULES, TABLE
from tests.rpc.conftest import ChannelOf
from tests.rpc.looking_up import NAMES, OF_THE_MATCHING
from tests.rpc.told import told

FILES = (
    audit_service_pb2,
    category_service_pb2,
    consumer_service_pb2,
    entitlement_service_pb2,
    operations_service_pb2,
    payment_service_pb2,
    roster_service_pb2,
    sandbox_service_pb2,
)
RPCS: dict[str, MethodDescriptor] = {
    f"/{service.full_name}/{method.name}": method
    for file in FILES
    for service in file.DESCRIPTOR.services_by_name.values()
    for method in service.methods
}


def called(channel: grpc.Channel, path: str) -> grpc.RpcError | None:
    """Calls an RPC with an empty message, or with none on a stream; the error, if there is one."""
    rpc = RPCS[path]
    asks = "stream" if rpc.client_streaming else "unary"
    answers = "stream" if rpc.server_streaming else "unary"
    call: Any = getattr(channel, f"{asks}_{answers}")(
        path,
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=message_factory.GetMessageClass(rpc.output_type).FromString,
    )
    empty = message_factory.GetMessageClass(rpc.input_type)()
    try:
        answer = call(iter(()) if rpc.client_streaming else empty, timeout=20)
        if rpc.server_streaming:
            list(answer)
    except grpc.RpcError as error:
        return error
    return None


def code_of(error: grpc.RpcError | None) -> grpc.StatusCode:
    """How a call ended."""
    call: Any = error
    return grpc.StatusCode.OK if error is None else call.code()


def short(path: str) -> str:
    """The name of an RPC."""
    return path.rpartition("/")[2]


def callable_by(role: Role) -> dict[str, Scope]:
    """What a role may call outside a sandbox, and on which data; public keys left out."""
    return {
        short(path): rule.scopes[role]
        for path, rule in RULES.items()
        if role in rule.scopes and rule.log is not Log.NONE
    }


def test_every_rpc_is_in_the_table() -> None:
    """What is not in it nobody may call, so nothing may be left out, and nothing made up."""
    assert set(RULES) == set(RPCS)
    granted = set().union(*(rule.scopes for rule in RULES.values()))
    assert granted == set(Role) - OF_THE_MATCHING
    assert set(NAMES) == set(Role)


def test_the_table_can_be_read_on_one_screen() -> None:
    """Whoever asks who may do what need not turn pages."""
    lines = TABLE.strip("\n").splitlines()
    assert len(lines) <= 60
    assert max(map(len, lines)) <= 99


@pytest.mark.parametrize(
    "row",
    [
        pytest.param("  GetClock all all all all all all none", id="a cell is missing"),
        pytest.param("  GetClock all all all all all all most none", id="no such scope"),
        pytest.param("  GetClock all all all all all all all diary", id="no such log"),
        pytest.param(
            "  GetClock - - - - - - - none\n  GetClock - - - - - - - none", id="the same twice"
        ),
    ],
)
def test_a_slip_in_the_table_stops_the_server(row: str) -> None:
    """A row of another form is no rule that nobody meant."""
    with pytest.raises(ValueError, match=r".+"):
        Rights(f"\nheading\nSandboxService\n{row}\n", tuple(Role)[:7], "osms")


@pytest.mark.parametrize("path", RPCS, ids=short)
def test_an_rpc_is_open_to_its_roles_and_closed_to_all_others(
    empty: None, channel_of: ChannelOf, path: str
) -> None:
    """Whoever may call it is answered, if only by what is wrong; all others are refused."""
    for role, name in NAMES.items():
        error = called(channel_of(name), path)
        if role in RULES[path].scopes:
            assert code_of(error) in {grpc.StatusCode.OK, grpc.StatusCode.INVALID_ARGUMENT}, role
        else:
            assert error is not None, role
            refusal = told(error)
            assert refusal.code is grpc.StatusCode.PERMISSION_DENIED, role
            assert refusal.metadata["action"] == short(path)
            assert set(refusal.metadata["needs"].split(", ")) == set(RULES[path].scopes)


@pytest.mark.parametrize("path", RPCS, ids=short)
def test_a_caller_who_is_not_known_is_refused(
    empty: None, channel_of: ChannelOf, path: str
) -> None:
    """Whatever is called, and before anything is read."""
    for name in ("", "nobody", "SC2", "clinic1/clinic1"):
        error = called(channel_of(name), path)
        assert code_of(error) is grpc.StatusCode.UNAUTHENTICATED


def test_a_medical_system_may_ask_and_nothing_else() -> None:
    """It learns no more than p. 14 allows."""
    assert callable_by(Role.MEDICAL_SYSTEM) == {
        "CheckEntitlement": Scope.P14,
        "BatchCheckEntitlements": Scope.P14,
        "StreamCheckEntitlements": Scope.P14,
    }


@pytest.mark.parametrize("role", [Role.STATE_CORPORATION, Role.BODY, Role.SOURCE])
def test_a_sender_has_its_own_and_nothing_else(role: Role) -> None:
    """It sends what is its own, corrects it, and learns nothing about anybody else."""
    assert set(callable_by(role).values()) == {Scope.OWN}


def test_rosters_are_the_bodies_and_categories_the_state_corporations() -> None:
    """Neither sends what the other does, and a source sends nothing itself (p. 8)."""
    sends = {
        role: {method for method in callable_by(role) if method.startswith("Push")}
        for role in (Role.STATE_CORPORATION, Role.BODY, Role.SOURCE)
    }
    assert sends == {
        Role.STATE_CORPORATION: {"PushCategoryUpdates", "PushPayments"},
        Role.BODY: {"PushRoster", "PushRosterChanges"},
        Role.SOURCE: set(),
    }


def test_an_auditor_changes_nothing() -> None:
    """All that it may call is reading; it sees both logs whole, and no person's timeline."""
    logs = {rule.log for rule in RULES.values() if Role.AUDITOR in rule.scopes} - {Log.NONE}
    assert logs == {Log.READINGS}
    assert {"ListAuditEntries", "ListAccess", "ExportLog"} <= set(callable_by(Role.AUDITOR))


def test_what_takes_two_is_asked_for_by_one_and_decided_by_another() -> None:
    """No role asks and decides by the same RPC."""
    asked = {short(path) for path, rule in RULES.items() if Scope.ASKS in rule.scopes.values()}
    assert asked == {
        "RegisterConsumer",
        "WithdrawRecords",
        "DeclareIncident",
        "RecordBudgetLapse",
    }
    decided = {
        short(path): role
        for path, rule in RULES.items()
        for role, scope in rule.scopes.items()
        if scope is Scope.DECIDES
    }
    assert decided == {"ApproveHeldBatch": Role.FUND_SUPERVISOR}


def test_an_rpc_that_there_is_not_is_not_implemented(channel_of: ChannelOf) -> None:
    """Also in a service that there is."""
    for path in ("/osms.entitlement.v1.EntitlementService/WatchEverybody", "/no.such/Thing"):
        call: Any = channel_of("supervisor1").unary_unary(path)
        with pytest.raises(grpc.RpcError) as caught:
            call(b"", timeout=20)
        assert code_of(caught.value) is grpc.StatusCode.UNIMPLEMENTED


def test_health_is_open_to_everybody(channel_of: ChannelOf) -> None:
    """It tells nothing about persons."""
    stub = health_pb2_grpc.HealthStub(channel_of("nobody"))
    status = stub.Check(health_pb2.HealthCheckRequest()).status
    assert status == health_pb2.HealthCheckResponse.SERVING


def test_a_message_that_cannot_be_read_is_no_crash(channel_of: ChannelOf) -> None:
    """Bytes that are no message of the contract end the call, and tell nothing of our insides."""
    path = "/osms.entitlement.v1.EntitlementService/CheckEntitlement"
    call: Any = channel_of("clinic1").unary_unary(path)
    with pytest.raises(grpc.RpcError) as caught:
        call(b"\xff\xff\xff", timeout=20)
    assert code_of(caught.value) is grpc.StatusCode.INVALID_ARGUMENT
    status: Any = caught.value
    assert "osms" not in status.details()
