"""Who may call what of the matching: the table, and a server that keeps to it."""

from __future__ import annotations

from typing import Any, Final

import grpc
import pytest
from google.protobuf import message_factory

from osms.matching.v1 import (
    contribution_service_pb2,
    matching_service_pb2,
    source_service_pb2,
)
from osms_common.domain.codes import Role
from osms_common.rpc.rights import Log
from osms_matching.bootstrap import Parts
from osms_matching.rpc.authorisation import RULES, TABLE
from tests.matching.service.conftest import ChannelOf
from tests.rpc.looking_up import NAMES
from tests.rpc.told import told

RPCS: Final[dict[str, Any]] = {
    f"/{service.full_name}/{method.name}": method
    for file in (source_service_pb2, contribution_service_pb2, matching_service_pb2)
    for service in file.DESCRIPTOR.services_by_name.values()
    for method in service.methods
}


def called(channel: grpc.Channel, path: str) -> grpc.RpcError | None:
    """Calls an RPC with an empty message, or with none on a stream; the error, if there is one."""
    rpc = RPCS[path]
    shape = "stream_stream" if rpc.client_streaming else "unary_unary"
    call = getattr(channel, shape)(
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


def test_every_rpc_is_in_the_table() -> None:
    """Nothing is left out, and nothing made up."""
    assert set(RULES) == set(RPCS)


def test_the_table_can_be_read_on_one_screen() -> None:
    """Whoever asks who may do what need not turn pages."""
    lines = TABLE.strip("\n").splitlines()
    assert len(lines) <= 60
    assert max(map(len, lines)) <= 99


@pytest.mark.parametrize("path", RPCS)
def test_an_rpc_is_open_to_its_roles_and_closed_to_all_others(
    matching: Parts, matching_channel_of: ChannelOf, path: str
) -> None:
    """Whoever may call it is answered, if only by what is wrong; all others are refused."""
    for role, name in NAMES.items():
        error = called(matching_channel_of(f"{role}/{name}"), path)
        if role in RULES[path].scopes:
            code: Any = error and told(error).code
            assert code in {None, grpc.StatusCode.INVALID_ARGUMENT}, (role, code)
        else:
            assert error is not None, role
            refusal = told(error)
            assert refusal.code is grpc.StatusCode.PERMISSION_DENIED, role
            assert set(refusal.metadata["needs"].split(", ")) == set(RULES[path].scopes)


def test_nobody_unknown_is_let_in(matching: Parts, matching_channel_of: ChannelOf) -> None:
    """Whatever is called."""
    for path in RPCS:
        for name in ("nobody", "SC2", "source/ELSE", "matching-operator/else"):
            error = called(matching_channel_of(name), path)
            assert error is not None
            assert told(error).code is grpc.StatusCode.UNAUTHENTICATED


def test_those_who_work_for_the_fund_and_hospitals_learn_nothing_here() -> None:
    """The register tells them what concerns them."""
    roles = {role for rule in RULES.values() for role in rule.scopes}
    others = {Role.FUND_OPERATOR, Role.FUND_SUPERVISOR, Role.MEDICAL_SYSTEM, Role.BODY}
    assert roles == set(Role) - others


def test_whatever_is_called_is_in_the_log_of_acts() -> None:
    """As a change, or as a reading."""
    assert {rule.log for rule in RULES.values()} == {Log.ACTS, Log.READINGS}
