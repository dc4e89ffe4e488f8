"""More is asked than can be answered: everybody hears so, and what to do; patients go first."""

from __future__ import annotations

from typing import Any, Final

import grpc
from google.rpc.error_details_pb2 import RetryInfo

from osms.entitlement.v1 import entitlement_service_pb2 as pb
from tests.people import AIGUL
from tests.rpc.looking_up import look_ups
from tests.rpc.streams import SECONDS
from tests.rpc.told import told

ONE: Final = pb.CheckEntitlementRequest(iin=AIGUL)
FLOOD: Final = 3_500
"""More than gRPC keeps of itself, until they are taken up."""


def must_be_told_what_to_do(error: grpc.RpcError) -> None:
    """Nobody can tell, for a reason that is told, and asking again may help."""
    failed = told(error)
    assert failed.code is grpc.StatusCode.UNAVAILABLE
    assert failed.reason in {"OVERLOADED", "REGISTER_UNAVAILABLE"}
    assert len(failed.all(RetryInfo)) == 1


def test_a_flood_of_look_ups_is_told_what_to_do(dsn: str) -> None:
    """Those who are not answered hear of no cancelling, and nothing without details."""
    with look_ups(dsn, OSMS_LOOK_UPS_WAITING_MAX="20") as front, front.stub() as stub:
        calls = [stub.CheckEntitlement.future(ONE, timeout=SECONDS) for _ in range(FLOOD)]
        failed: list[Any] = [error for call in calls if (error := call.exception())]
        for error in failed:
            must_be_told_what_to_do(error)
        assert failed
        assert stub.CheckEntitlement(ONE, timeout=SECONDS).entitlement.iin == AIGUL
