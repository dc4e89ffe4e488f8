"""
The third answer: whatever goes wrong, nobody is told "not entitled" for it.

The servers are real ones, on real ports; those that are ill say what a test tells them to.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest

from osms.entitlement.v1 import access_purpose_pb2, entitlement_pb2
from osms.entitlement.v1 import entitlement_service_pb2 as pb
from osms_cli.typed import PURPOSES as TYPED_PURPOSES
from osms_client import PURPOSES, CannotTell, Entitlement, NamedCaller, OsmsClient, OsmsError
from osms_client.unknown import unknown_advice, unknown_text
from tests.client.ill import IllServer, answers, entitled, refuse, unavailable, well
from tests.people import AIGUL, DAULET
from tests.rpc.sending import MORNING, TODAY

ASKS: dict[str, Callable[[OsmsClient], Any]] = {
    "check": lambda client: client.check(AIGUL, TODAY),
    "check_many": lambda client: list(client.check_many([AIGUL], TODAY)),
    "check_list": lambda client: list(client.check_list([AIGUL], TODAY)),
}
each_ask = pytest.mark.parametrize("ask", ASKS.values(), ids=ASKS)


def clinic(*addresses: str, seconds: float = 10.0, **more: Any) -> OsmsClient:
    """A clinic that hurries, and has no luck with its pauses: they are as short as may be."""
    given = {"randomness": lambda: 0.0, **more}
    return OsmsClient(
        addresses,
        NamedCaller("clinic1"),
        lookup_timeout=seconds,
        timeout=seconds,
        idle_timeout=seconds,
        **given,
    )


# No failure is an answer.


@each_ask
@pytest.mark.parametrize("code", [code for code in grpc.StatusCode if code.value[0]])
def test_no_status_is_an_answer(code: grpc.StatusCode, ask: Callable[[OsmsClient], Any]) -> None:
    """Whatever gRPC can say instead of an answer is raised."""

    def fail(_: int, __: Any, context: grpc.ServicerContext) -> None:
        context.abort(code, "so it is")

    with IllServer(fail) as server, clinic(server.address) as client:
        with pytest.raises(OsmsError) as told:
            ask(client)
        with pytest.raises(OsmsError):
            _ = told.value.entitled


@each_ask
@pytest.mark.parametrize(
    "reason", ["REGISTER_UNAVAILABLE", "REVISION_NOT_REACHED", "OVERLOADED", "SHUTTING_DOWN"]
)
def test_what_the_service_cannot_tell_is_told_with_its_reason(
    reason: str, ask: Callable[[OsmsClient], Any]
) -> None:
    """The reason, how long it took, how often who was asked, and when to come again."""

    def fail(_: int, __: Any, context: grpc.ServicerContext) -> None:
        refuse(context, reason, retry_seconds=0.001)

    with IllServer(fail) as server, clinic(server.address) as client:
        with pytest.raises(CannotTell) as told:
            ask(client)
        assert (told.value.reason, told.value.retry_after) == (reason, 0.001)
        assert told.value.addresses == (server.address,)
        assert told.value.attempts == len(server.heard) > 1
        assert told.value.seconds > 0
        assert told.value.text() == "unknown: treat under p. 13"


UNREADABLE: dict[str, Callable[[str], entitlement_pb2.Entitlement]] = {
    "nothing": lambda _: entitlement_pb2.Entitlement(),
    "no status": lambda iin: entitled(iin, status=0),
    "a status of a later version": lambda iin: entitled(iin, status=17),
    "no day": lambda iin: entitlement_pb2.Entitlement(iin=iin, status=entitled(iin).status),
    "somebody else": lambda _: entitled(DAULET, status=2),
    "another day": lambda iin: entitled(iin, TODAY + timedelta(1), status=2),
}


@each_ask
@pytest.mark.parametrize("answer", UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_answer_is_not_taken_for_one(
    answer: Callable[[str], entitlement_pb2.Entitlement], ask: Callable[[OsmsClient], Any]
) -> None:
    """Only a status that is known, about the person and the day, is an answer."""

    def say(_: int, request: Any, context: grpc.ServicerContext) -> Any:
        if isinstance(request, pb.CheckEntitlementRequest):
            return pb.CheckEntitlementResponse(entitlement=answer(request.iin))
        return answers(request, map(answer, request.iins))

    with IllServer(say) as server, clinic(server.address, language="kk") as client:
        with pytest.raises(CannotTell) as told:
            ask(client)
        assert told.value.reason == "ANSWER_UNREADABLE"
        assert (told.value.attempts, told.value.addresses) == (1, (server.address,))
        assert told.value.text() == unknown_text("kk")


@pytest.mark.parametrize("ask", [OsmsClient.check_many, OsmsClient.check_list])
@pytest.mark.parametrize("count", [0, 1, 3])
def test_answers_about_others_are_not_taken_for_answers(
    count: int, ask: Callable[..., Any]
) -> None:
    """Of two persons, two answers come; with any other number nobody knows whose is whose."""

    def say(_: int, request: Any, context: grpc.ServicerContext) -> Any:
        return answers(request, [entitled(AIGUL, status=2)] * count)

    with (
        IllServer(say) as server,
        clinic(server.address) as client,
        pytest.raises(CannotTell),
    ):
        list(ask(client, [AIGUL, AIGUL]))


def test_bytes_that_are_no_message_are_no_answer() -> None:
    """Neither are they an answer, nor do they stop the program with an error of protobuf."""

    class Bytes:
        def SerializeToString(self) -> bytes:  # noqa: N802 - as protobuf has it
            return b"\xff\xff\xff"

    def say(_: int, __: Any, context: grpc.ServicerContext) -> Any:
        return Bytes()

    with IllServer(say) as server, clinic(server.address) as client:
        for ask in ASKS.values():
            with pytest.raises(CannotTell):
                ask(client)


def test_an_answer_is_neither_true_nor_false() -> None:
    """`if client.check(iin):` would be true for everybody; it is an error instead."""
    with IllServer(well) as server, clinic(server.address) as client:
        answer = client.check(AIGUL)
        assert answer.entitled
        with pytest.raises(TypeError, match="entitled"):
            bool(answer)


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_unknown_is_told_in_the_language_of_the_client(language: str) -> None:
    """What to show, and what it means; in another language for whoever asks for it."""
    with (
        IllServer(unavailable) as server,
        clinic(server.address, language=language) as client,
        pytest.raises(CannotTell) as told,
    ):
        client.check(AIGUL)
    assert told.value.text() == unknown_text(language)
    assert told.value.advice() == unknown_advice(language)
    assert told.value.text("kk") == unknown_text("kk")
    assert len({unknown_text(each) for each in ("kk", "ru", "en")}) == 3
    assert unknown_text("fr") == unknown_text() == "unknown: treat under p. 13"


# What is asked, and what an answer has.


def test_what_it_is_asked_for_is_told() -> None:
    """Purpose, revision and receipt go with every question that has them."""
    asks: list[Callable[[OsmsClient], Any]] = [
        lambda c: c.check(AIGUL, purpose="CARE", with_receipt=True, at_least_revision="r"),
        lambda c: list(
            c.check_many([AIGUL], purpose="care", with_receipt=True, at_least_revision="r")
        ),
        lambda c: list(
            c.check_list([AIGUL], purpose="CARE", with_receipt=True, at_least_revision="r")
        ),
        lambda c: c.timeline(AIGUL, purpose="CARE", at_least_revision="r"),
        lambda c: c.explain(AIGUL, purpose="CARE"),
        lambda c: c.replay(AIGUL, MORNING, purpose="CARE"),
    ]

    def fail(_: int, __: Any, context: grpc.ServicerContext) -> None:
        refuse(context, "INVALID_REQUEST", code=grpc.StatusCode.INVALID_ARGUMENT)

    with IllServer(fail) as server, clinic(server.address) as client:
        for ask in asks:
            with pytest.raises(OsmsError):
                ask(client)
        with pytest.raises(ValueError, match="CARE, PLANNING"):
            client.check(AIGUL, purpose="curiosity")
    assert {each.purpose for each in server.heard} == {access_purpose_pb2.ACCESS_PURPOSE_CARE}
    assert [each.at_least_revision for each in server.heard[:4]] == ["r"] * 4
    assert all(each.with_receipt for each in server.heard[:3])
    assert len(server.heard) == len(asks)


def test_purposes_are_those_of_the_contract() -> None:
    """Every one that can be declared, in the client and in the command."""
    names = access_purpose_pb2.AccessPurpose.keys()
    assert [f"ACCESS_PURPOSE_{each}" for each in PURPOSES] == names[1:]
    assert TYPED_PURPOSES == PURPOSES


def test_an_answer_tells_how_complete_it_is_and_how_it_is_proved() -> None:
    """The instant with its zone, and the receipt as it came; nothing where nothing was told."""

    def say(number: int, request: Any, context: grpc.ServicerContext) -> Any:
        answer = entitled(request.iin)
        if number == 0:
            answer.data_time.FromDatetime(MORNING)
            answer.signed_receipt = "a.b.c"
        return pb.CheckEntitlementResponse(entitlement=answer)

    with IllServer(say) as server, clinic(server.address) as client:
        told, bare = client.check(AIGUL), client.check(AIGUL)
    assert type(told) is Entitlement
    assert (told.data_time, told.signed_receipt) == (MORNING, "a.b.c")
    assert isinstance(told.data_time, datetime)
    assert told.data_time.tzinfo is UTC
    assert (bare.data_time, bare.signed_receipt) == (None, "")
