"""More is asked than can be answered: everybody hears so, and what to do; patients go first."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, Final

import grpc
import pytest
from google.rpc.error_details_pb2 import RetryInfo

from osms.entitlement.v1 import entitlement_service_pb2 as pb
from osms.entitlement.v1 import entitlement_service_pb2_grpc as pb_grpc
from osms_common.persistence.embedded import EmbeddedPostgres
from osms_server.bootstrap import Engines
from tests.people import AIGUL, people
from tests.persistence.contents import wait_until
from tests.rpc.looking_up import look_ups
from tests.rpc.streams import SECONDS, OpenStream
from tests.rpc.test_cannot_tell import frozen, must_be_unknown
from tests.rpc.test_look_up_front import locked_log
from tests.rpc.test_server import site
from tests.rpc.told import refused, told

ONE: Final = pb.CheckEntitlementRequest(iin=AIGUL)
FLOOD: Final = 3_500
"""More than gRPC keeps of itself, until they are taken up."""
LISTS: Final = 2
"""A quarter of eight workers."""
LEFT: Final = 4
"""Of sixteen workers two are for patients alone, and ten have streams."""


def must_be_told_what_to_do(error: Any) -> None:
    """Nobody can tell, for a reason that is told, and asking again may help."""
    failed = told(error)
    assert failed.code is grpc.StatusCode.UNAVAILABLE
    assert failed.reason in {"OVERLOADED", "REGISTER_UNAVAILABLE"}
    assert len(failed.all(RetryInfo)) == 1


@pytest.mark.long
def test_a_flood_of_look_ups_is_told_what_to_do(dsn: str) -> None:
    """Those who are not answered hear of no cancelling, and nothing without details."""
    with look_ups(dsn, OSMS_LOOK_UPS_WAITING_MAX="20") as front, front.stub() as stub:
        calls = [stub.CheckEntitlement.future(ONE, timeout=SECONDS) for _ in range(FLOOD)]
        failed: list[Any] = [error for call in calls if (error := call.exception())]
        for error in failed:
            must_be_told_what_to_do(error)
        assert failed
        assert stub.CheckEntitlement(ONE, timeout=SECONDS).entitlement.iin == AIGUL


@pytest.mark.parametrize("with_receipt", [False, True])
def test_lists_leave_workers_to_patients(
    dsn: str, engines: Engines, *, with_receipt: bool
) -> None:
    """Of eight workers lists have two, until they are signed; more are refused at once."""
    many = pb.BatchCheckEntitlementsRequest(iins=people(10), with_receipt=with_receipt)
    with (
        site(dsn, workers=8, look_up_seconds_max=SECONDS) as server,
        server.channel("clinic1") as channel,
    ):
        stub = pb_grpc.EntitlementServiceStub(channel)
        with locked_log(engines):
            calls = [stub.BatchCheckEntitlements.future(many, timeout=SECONDS) for _ in range(8)]
            wait_until(lambda: sum(call.done() for call in calls) == len(calls) - LISTS)
            with OpenStream(stub.StreamCheckEntitlements) as stream:
                stream.send(pb.StreamCheckEntitlementsRequest(iins=[AIGUL]))
                ended = stream.error()
            assert (ended.reason, ended.metadata["setting"]) == (
                "OVERLOADED",
                "lists_waiting_max",
            )
        failed: list[Any] = [error for call in calls if (error := call.exception())]
        assert len(failed) == len(calls) - LISTS
        for error in failed:
            must_be_told_what_to_do(error)
        assert stub.BatchCheckEntitlements(many, timeout=SECONDS).results


def test_a_database_that_hangs_leaves_workers_to_patients(
    dsn: str, postgres: EmbeddedPostgres
) -> None:
    """However many explanations hang, and streams are open, patients are told in time."""
    explained = pb.ExplainEntitlementRequest(iin=AIGUL)
    with (
        site(dsn, workers=16, look_up_seconds_max=0.5) as server,
        server.channel("operator1") as fund,
        server.channel("clinic1") as clinic,
        ExitStack() as stack,
    ):
        stub = pb_grpc.EntitlementServiceStub(clinic)
        for _ in range(10):
            stream = stack.enter_context(OpenStream(stub.StreamCheckEntitlements))
            stream.send(pb.StreamCheckEntitlementsRequest(iins=[AIGUL]))
            assert stream.receive().results
        explain = pb_grpc.EntitlementServiceStub(fund).ExplainEntitlement
        with frozen(postgres):
            calls = [explain.future(explained, timeout=SECONDS) for _ in range(70)]
            wait_until(lambda: sum(call.done() for call in calls) == len(calls) - LEFT)
            for call in calls:
                if call.done():
                    must_be_told_what_to_do(call.exception())
            must_be_unknown(refused(partial(stub.CheckEntitlement, ONE, timeout=SECONDS)))
        wait_until(lambda: all(call.done() for call in calls))
        wait_until(lambda: is_answered(stub))
        assert explain(explained, timeout=SECONDS)


def is_answered(stub: Any) -> bool:
    """Whether a patient is answered."""
    try:
        stub.CheckEntitlement(ONE, timeout=SECONDS)
    except grpc.RpcError:
        return False
    return True


def test_a_caller_who_leaves_is_no_failure_of_ours(dsn: str, tmp_path: Path) -> None:
    """Callers of lists go before they have read their answers: the log has no error of it."""
    log = tmp_path / "log"
    many = pb.StreamCheckEntitlementsRequest(iins=people(1_000))
    with look_ups(dsn, log=log, OSMS_STREAM_IDLE_SECONDS="1") as front:
        for _ in range(3):
            with front.stub() as stub, ExitStack() as stack:
                for _ in range(12):
                    stream = stack.enter_context(OpenStream(stub.StreamCheckEntitlements))
                    stream.send(*[many] * 20)
                stream.receive()
        with front.stub() as stub:
            assert stub.CheckEntitlement(ONE, timeout=SECONDS).entitlement.iin == AIGUL
    assert "Traceback" not in log.read_text()
