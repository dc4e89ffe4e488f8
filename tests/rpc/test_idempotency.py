"""Mutations out of stream are made once, whatever their request id is sent for again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from osms.entitlement.v1 import consumer_service_pb2, feed_pb2
from osms.entitlement.v1 import operations_service_pb2 as operations_pb
from osms_client import Conflict, InvalidRequest, OsmsClient, OsmsError, Refused
from tests.conftest import ClientOf
from tests.people import AIGUL, NOBODY
from tests.rpc.sending import (
    MORNING,
    TODAY,
    assigned,
    push_categories,
    removed,
)

BIRTH = ["BIRTH_CERTIFICATE"]


@dataclass(frozen=True)
class Mutation:
    """A mutation that can be made in a prepared register, and the same with other content."""

    make: Callable[[OsmsClient, str], Any]
    make_other: Callable[[OsmsClient, str], Any]


def _registration(of: ClientOf) -> Mutation:
    return Mutation(
        lambda fund, key: fund.register(AIGUL, "R01", TODAY, BIRTH, request_id=key),
        lambda fund, key: fund.register(AIGUL, "R02", TODAY, ["FORM_027E"], request_id=key),
    )


def _revocation(of: ClientOf) -> Mutation:
    made = of("operator1").register(AIGUL, "R01", TODAY, BIRTH).registration_id
    return Mutation(
        lambda fund, key: fund.revoke(made, "error", request_id=key),
        lambda fund, key: fund.revoke(made, "another reason", request_id=key),
    )


def _correction(of: ClientOf) -> Mutation:
    push_categories(of("SC"), assigned(NOBODY))
    (rejection,) = of("operator1").rejections()
    right, wrong = assigned(number=5), assigned(number=6, source="DFC")
    return Mutation(
        lambda fund, key: fund.resubmit(rejection.rejection_id, right, request_id=key),
        lambda fund, key: fund.resubmit(rejection.rejection_id, wrong, request_id=key),
    )


def _closing(of: ClientOf) -> Mutation:
    push_categories(of("SC"), assigned(NOBODY))
    (rejection,) = of("operator1").rejections()

    def close(fund: OsmsClient, key: str, reason: str) -> object:
        request = operations_pb.CloseRejectionRequest(
            request_id=key, rejection_id=rejection.rejection_id, reason=reason
        )
        return fund._connection.call(fund._operations.CloseRejection, request)

    return Mutation(partial(close, reason="a test line"), partial(close, reason="another"))


def _withdrawal(of: ClientOf) -> Mutation:
    push_categories(of("SC"), assigned())

    def withdraw(fund: OsmsClient, key: str, reason: str) -> object:
        request = operations_pb.WithdrawRecordsRequest(
            request_id=key,
            feed_kind=feed_pb2.FEED_KIND_CATEGORY,
            sender="SC",
            first_position=1,
            last_position=1,
            reason=reason,
        )
        return fund._connection.call(fund._operations.WithdrawRecords, request)

    return Mutation(partial(withdraw, reason="a test file"), partial(withdraw, reason="other"))


def _held(of: ClientOf) -> str:
    return of("supervisor3").record_budget_lapse("LOCAL", TODAY)


def _approval(of: ClientOf) -> Mutation:
    held = _held(of)
    return Mutation(
        lambda fund, key: fund.approve(held, request_id=key),
        lambda fund, key: fund.approve(held, [1], request_id=key),
    )


def _refusal(of: ClientOf) -> Mutation:
    held = _held(of)
    return Mutation(
        lambda fund, key: fund.decline(held, request_id=key),
        lambda fund, key: fund.decline(held, reason="other", request_id=key),
    )


def _incident(of: ClientOf) -> Mutation:
    return Mutation(
        lambda fund, key: fund.declare_incident("I-1", ["SC"], TODAY, request_id=key),
        lambda fund, key: fund.declare_incident("I-1", ["FUND"], TODAY, request_id=key),
    )


def _end_of_incident(of: ClientOf) -> Mutation:
    of("supervisor1").declare_incident("I-1", ["SC"], TODAY - timedelta(days=3))
    return Mutation(
        lambda fund, key: fund.close_incident("I-1", TODAY, request_id=key),
        lambda fund, key: fund.close_incident("I-1", TODAY - timedelta(days=1), request_id=key),
    )


def _lapse(of: ClientOf) -> Mutation:
    return Mutation(
        lambda fund, key: fund.record_budget_lapse("LOCAL", TODAY, request_id=key),
        lambda fund, key: fund.record_budget_lapse("REPUBLICAN", TODAY, request_id=key),
    )


def _end_of_lapse(of: ClientOf) -> Mutation:
    of("supervisor1").approve(_held(of))
    return Mutation(
        lambda fund, key: fund.lift_budget_lapse("LOCAL", request_id=key),
        lambda fund, key: fund.lift_budget_lapse("REPUBLICAN", request_id=key),
    )


MUTATIONS = {
    "RegisterConsumer": _registration,
    "RevokeRegistration": _revocation,
    "ResubmitRejection": _correction,
    "CloseRejection": _closing,
    "WithdrawRecords": _withdrawal,
    "ApproveHeldBatch": _approval,
    "RejectHeldBatch": _refusal,
    "DeclareIncident": _incident,
    "CloseIncident": _end_of_incident,
    "RecordBudgetLapse": _lapse,
    "LiftBudgetLapse": _end_of_lapse,
}


@pytest.fixture(params=list(MUTATIONS))
def mutation(request: pytest.FixtureRequest, empty: None, client_of: ClientOf) -> Mutation:
    """Each mutation in turn, in a register in which it can be made."""
    return MUTATIONS[request.param](client_of)


@pytest.fixture
def key() -> str:
    """A request id."""
    return str(uuid4())


def test_the_same_request_is_answered_as_it_was_the_first_time(
    mutation: Mutation, supervisor: OsmsClient, key: str
) -> None:
    """Also later, when something else has happened; and it is made once."""
    first = mutation.make(supervisor, key)
    supervisor.advance_clock(MORNING + timedelta(days=2))
    assert [mutation.make(supervisor, key) for _ in range(3)] == [first] * 3


def test_a_request_id_stands_for_one_content(
    mutation: Mutation, supervisor: OsmsClient, key: str
) -> None:
    """Other content under it is a conflict, not a second mutation."""
    first = mutation.make(supervisor, key)
    with pytest.raises(Conflict) as caught:
        mutation.make_other(supervisor, key)
    assert caught.value.reason == "REQUEST_ID_REUSED"
    assert caught.value.details["request_id"] == key
    assert mutation.make(supervisor, key) == first


def test_a_request_id_belongs_to_its_caller(
    mutation: Mutation, supervisor: OsmsClient, second_supervisor: OsmsClient, key: str
) -> None:
    """Somebody else with the same id and content is told nothing of the first answer."""
    mutation.make(supervisor, key)
    with pytest.raises(Conflict) as caught:
        mutation.make(second_supervisor, key)
    assert caught.value.reason == "REQUEST_ID_REUSED"


def test_a_mutation_needs_a_request_id(mutation: Mutation, supervisor: OsmsClient) -> None:
    """One that is an id: a mutation without one could be made twice."""
    with pytest.raises(InvalidRequest) as caught:
        mutation.make(supervisor, "1")
    assert ("request_id", "UUID_INVALID") in [(v.field, v.reason) for v in caught.value.violations]


def test_a_request_id_belongs_to_its_method(supervisor: OsmsClient, key: str) -> None:
    """Another mutation under it is a conflict."""
    supervisor.record_budget_lapse("LOCAL", TODAY, request_id=key)
    with pytest.raises(Conflict):
        supervisor.declare_incident("I-1", ["SC"], TODAY, request_id=key)
    assert list(supervisor.incidents()) == []


def test_what_was_refused_may_be_asked_again(
    supervisor: OsmsClient, corporation: OsmsClient, key: str
) -> None:
    """A refusal is no answer that is kept: when the reason is gone, the same request is made."""
    one = assigned()
    push_categories(corporation, one)
    with pytest.raises(Refused):
        supervisor.register(AIGUL, "R01", TODAY, BIRTH, request_id=key)
    push_categories(corporation, removed(one, one.assigned_on))
    made = supervisor.register(AIGUL, "R01", TODAY, BIRTH, request_id=key)
    assert supervisor.consumer(AIGUL).registrations[0].registration_id == made.registration_id


def test_a_request_that_comes_many_times_at_once_is_made_once(
    supervisor: OsmsClient, client_of: ClientOf, key: str
) -> None:
    """All of them get the same answer."""
    made: list[object] = []

    def register() -> None:
        try:
            made.append(
                client_of("operator1").register(AIGUL, "R01", TODAY, BIRTH, request_id=key)
            )
        except OsmsError as error:
            made.append(error)

    threads = [threading.Thread(target=register) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert all(answer == made[0] for answer in made)
    assert len(supervisor.consumer(AIGUL).registrations) == 1


def test_every_mutation_is_in_the_table() -> None:
    """Whatever has a request id is made once."""
    services = (
        consumer_service_pb2.DESCRIPTOR.services_by_name["ConsumerService"],
        operations_pb.DESCRIPTOR.services_by_name["OperationsService"],
    )
    mutations = {
        method.name
        for service in services
        for method in service.methods
        if "request_id" in method.input_type.fields_by_name
    }
    assert set(MUTATIONS) == mutations
