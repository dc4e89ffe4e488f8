"""Who may call what: every RPC is in the matrix, and the matrix is what is done."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from google.protobuf import message_factory
from google.protobuf.descriptor import MethodDescriptor
from grpc_health.v1 import health_pb2, health_pb2_grpc

from osms.entitlement.v1 import (
    category_service_pb2,
    consumer_service_pb2,
    entitlement_service_pb2,
    operations_service_pb2,
    payment_service_pb2,
    roster_service_pb2,
    sandbox_service_pb2,
)
from osms_server.domain.codes import Role
from osms_server.rpc.authorisation import METHODS
from tests.rpc.conftest import ChannelOf
from tests.rpc.told import told

FILES = (
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
NAMES = {
    Role.STATE_CORPORATION: "SC",
    Role.BODY: "DEFENCE",
    Role.FUND_OPERATOR: "operator1",
    Role.FUND_SUPERVISOR: "supervisor1",
    Role.MEDICAL_SYSTEM: "clinic1",
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


def test_every_rpc_is_in_the_matrix() -> None:
    """What is not in it nobody may call, so nothing may be left out, and nothing made up."""
    assert set(METHODS) == set(RPCS)
    assert set().union(*METHODS.values()) == set(Role) == set(NAMES)


@pytest.mark.parametrize("path", RPCS, ids=short)
def test_an_rpc_is_open_to_its_roles_and_closed_to_all_others(
    empty: None, channel_of: ChannelOf, path: str
) -> None:
    """Whoever may call it is answered, if only by what is wrong; all others are refused."""
    for role, name in NAMES.items():
        error = called(channel_of(name), path)
        if role in METHODS[path]:
            assert code_of(error) in {grpc.StatusCode.OK, grpc.StatusCode.INVALID_ARGUMENT}, role
        else:
            assert error is not None, role
            refusal = told(error)
            assert refusal.code is grpc.StatusCode.PERMISSION_DENIED, role
            assert refusal.metadata["action"] == short(path)
            assert set(refusal.metadata["needs"].split(", ")) == set(METHODS[path])


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
    assert {short(path) for path, roles in METHODS.items() if Role.MEDICAL_SYSTEM in roles} == {
        "CheckEntitlement",
        "BatchCheckEntitlements",
        "StreamCheckEntitlements",
        "ListReceiptKeys",
        *(short(path) for path in RPCS if "Sandbox" in path),
    }


def test_senders_learn_nothing_about_persons() -> None:
    """They send, and correct what they have sent."""
    senders = {Role.STATE_CORPORATION, Role.BODY}
    services = {
        path.split("/")[1].rpartition(".")[2]
        for path, roles in METHODS.items()
        if roles & senders and short(path) != "ListReceiptKeys"  # public, and of no person
    }
    assert services == {
        "CategoryService",
        "PaymentService",
        "RosterService",
        "OperationsService",
        "SandboxService",
    }
    about_persons = ("GetConsumer", "ListGrounds", "ListAccess", "GetTimeline")
    assert not [
        path for path, roles in METHODS.items() if short(path) in about_persons and roles & senders
    ]


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
