"""Who tries out numbers of persons is told so over a real channel; patients are not shut out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import pytest
import sqlalchemy as sa
from google.rpc.error_details_pb2 import LocalizedMessage, RetryInfo

from osms.entitlement.v1 import entitlement_service_pb2 as pb
from osms_common.domain.codes import Role
from osms_common.persistence.shared_tables import act_log
from osms_common.texts import Language, error_text
from osms_server.bootstrap import Engines
from tests.people import people
from tests.persistence.contents import wait_until
from tests.rpc.looking_up import LookUps, look_ups
from tests.rpc.streams import SECONDS, whole
from tests.rpc.told import Told, refused

ALLOWED: Final = 10
UNKNOWN: Final = people(60, after=700)
HELD_BACK: Final[dict[str, Any]] = {
    "OSMS_UNKNOWN_PERSONS_MAX": str(ALLOWED),
    "OSMS_UNKNOWN_PERSONS_SECONDS": "3600",
    "OSMS_UNKNOWN_PERSONS_PATIENT_SECONDS": "3600",
}


@pytest.fixture
def front(dsn: str) -> Iterator[LookUps]:
    """A process that only looks up, which has noticed nobody yet."""
    with look_ups(dsn, **HELD_BACK) as running:
        yield running


def one(iin: str) -> Any:
    """A question about a patient."""
    return pb.CheckEntitlementRequest(iin=iin)


def must_be_held_back(told: Told) -> None:
    """By which setting, and when to come again: that is told with a reason of its own."""
    assert (told.code.name, told.reason) == ("RESOURCE_EXHAUSTED", "TOO_MANY_UNKNOWN")
    assert told.metadata["setting"] == "unknown_persons_max"
    assert told.metadata["allowed"] == str(ALLOWED)
    (retry,) = told.all(RetryInfo)
    assert 0 < retry.retry_delay.seconds <= 3_600


def test_who_tries_out_numbers_one_by_one_is_held_back(front: LookUps, engines: Engines) -> None:
    """So many are told as unknown; then one more, and one patient; then lists and streams end."""
    with front.stub() as stub:
        for iin in UNKNOWN[: ALLOWED + 2]:
            assert stub.CheckEntitlement(one(iin)).entitlement.iin == iin
        lists = pb.BatchCheckEntitlementsRequest(iins=UNKNOWN[:2])
        listed = pb.StreamCheckEntitlementsRequest(iins=UNKNOWN[:2])
        must_be_held_back(refused(lambda: stub.CheckEntitlement(one(UNKNOWN[20]))))
        must_be_held_back(refused(lambda: stub.BatchCheckEntitlements(lists)))
        must_be_held_back(refused(lambda: list(whole(stub.StreamCheckEntitlements, listed))))
    outcomes = sa.select(act_log.c.method, act_log.c.caller, act_log.c.request).where(
        act_log.c.outcome == "TOO_MANY_UNKNOWN"
    )

    def kept() -> set[tuple[Any, ...]]:
        with engines.transactions.connect() as connection:
            return {tuple(row) for row in connection.execute(outcomes)}

    methods = ("CheckEntitlement", "BatchCheckEntitlements", "StreamCheckEntitlements")
    wait_until(lambda: kept() == {(method, "mis/clinic1", b"") for method in methods})


def test_a_list_of_numbers_is_not_told_at_all(front: LookUps) -> None:
    """Not even those of it that would have been allowed; nor does a smaller one help."""
    with front.stub() as stub:
        for count in (ALLOWED + 1, 2):
            lists = pb.BatchCheckEntitlementsRequest(iins=UNKNOWN[:count])
            must_be_held_back(refused(partial(stub.BatchCheckEntitlements, lists)))


def test_others_are_not_held_back(front: LookUps) -> None:
    """Neither another clinic, nor the Fund, which sees everybody anyway."""
    lists = pb.BatchCheckEntitlementsRequest(iins=UNKNOWN)
    with front.stub() as stub:
        refused(lambda: stub.BatchCheckEntitlements(lists))
    with front.stub(Role.FUND_OPERATOR) as fund:
        assert len(fund.BatchCheckEntitlements(lists).results) == len(UNKNOWN)
    with front.channel(name="mis/clinic2") as channel:
        call: Any = channel.unary_unary(
            "/osms.entitlement.v1.EntitlementService/CheckEntitlement",
            request_serializer=pb.CheckEntitlementRequest.SerializeToString,
            response_deserializer=pb.CheckEntitlementResponse.FromString,
        )
        assert call(one(UNKNOWN[0]), timeout=SECONDS).entitlement.iin == UNKNOWN[0]


@pytest.mark.parametrize("language", [Language.KAZAKH, Language.RUSSIAN])
def test_it_is_told_in_the_callers_language(front: LookUps, language: Language) -> None:
    """What happened, and how patients are treated meanwhile."""
    lists = pb.BatchCheckEntitlementsRequest(iins=UNKNOWN)
    metadata = (("accept-language", language.value),)
    with front.stub() as stub:
        told = refused(lambda: stub.BatchCheckEntitlements(lists, metadata=metadata))
    (localized,) = told.all(LocalizedMessage)
    values = {name: told.metadata[name] for name in ("setting", "allowed", "seconds")}
    assert localized.message == error_text("TOO_MANY_UNKNOWN", language, **values)
