"""Lists of any length: everybody is answered once, in order, whatever becomes of the line."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import islice
from typing import Any

import grpc
import pytest

from osms_client import CannotTell, InvalidRequest, OsmsError
from osms_client.lists import IINS_AT_ONCE, MESSAGES_IN_FLIGHT
from tests.client.conftest import on
from tests.client.ill import HANGS_SECONDS, IllServer, answers, entitled, refuse, unavailable, well
from tests.client.line import Line
from tests.client.test_cannot_tell import clinic
from tests.people import NOBODY, people

MESSAGES = 7
EVERYBODY = people(IINS_AT_ONCE * (MESSAGES - 1) + 17)


def iins(results: list[Any]) -> list[str]:
    """Whom answers are about."""
    return [each.iin for each in results]


def heard(*servers: IllServer) -> list[str]:
    """Whom servers were asked about, in order."""
    return [iin for server in servers for request in server.heard for iin in request.iins]


def test_everybody_is_answered_in_order() -> None:
    """A message for every thousand, each asked once."""
    with IllServer(well) as server, clinic(server.address) as client:
        assert iins(list(client.check_list(iter(EVERYBODY)))) == EVERYBODY
        assert list(client.check_list([])) == []
        assert heard(server) == EVERYBODY
        assert len(server.heard) == MESSAGES


@pytest.mark.parametrize("answered", range(1, MESSAGES))
def test_what_was_answered_is_not_asked_again(answered: int) -> None:
    """The server goes away after some messages, and another one has the rest."""

    def tire(number: int, request: Any, context: grpc.ServicerContext) -> Any:
        if number >= answered:
            refuse(context, "SHUTTING_DOWN", retry_seconds=0.01)
        return well(number, request, context)

    with IllServer(tire) as first, IllServer(well) as second:
        with clinic(first.address, second.address) as client:
            told = list(client.check_list(EVERYBODY))
        assert iins(told) == EVERYBODY
        assert heard(second) == EVERYBODY[answered * IINS_AT_ONCE :]


def test_a_server_that_always_goes_away_is_enough() -> None:
    """As long as it answers something each time, the list comes to its end."""

    def tire(number: int, request: Any, context: grpc.ServicerContext) -> Any:
        if number % 2:
            refuse(context, "SHUTTING_DOWN", retry_seconds=0.001)
        return well(number, request, context)

    with IllServer(tire) as server, clinic(server.address) as client:
        assert iins(list(client.check_list(EVERYBODY))) == EVERYBODY


def test_a_stream_that_ends_too_early_is_no_answer() -> None:
    """The server says that all is said, and it is not: another one is asked."""

    class Brief(IllServer):
        def StreamCheckEntitlements(  # noqa: N802
            self, request_iterator: Iterator[Any], context: Any
        ) -> Iterator[Any]:
            """Answers one message, and ends in good order."""
            yield self._heard(next(request_iterator), context)

    with Brief(well) as first, IllServer(well) as second:
        with clinic(first.address, second.address) as client:
            assert iins(list(client.check_list(EVERYBODY))) == EVERYBODY
        with clinic(first.address) as client:
            assert iins(list(client.check_list(EVERYBODY))) == EVERYBODY


def test_a_silent_server_is_left_for_another() -> None:
    """One deadline a message: the others of the list do not wait for it again."""

    def tire(number: int, request: Any, context: grpc.ServicerContext) -> Any:
        if number == 2:
            first.hang()
        return well(number, request, context)

    with IllServer(tire) as first, IllServer(well) as second:
        with clinic(first.address, second.address, seconds=2.0) as client:
            client._connection.deadlines = type(client._connection.deadlines)(1.5, 1.5, 20.0)
            assert iins(list(client.check_list(EVERYBODY))) == EVERYBODY
        assert heard(second) == EVERYBODY[2 * IINS_AT_ONCE :]
        first.going.set()


def test_a_list_is_read_no_further_than_it_is_answered() -> None:
    """A few messages are on their way, however long the list and however slow the server."""
    drawn: list[str] = []

    def draw() -> Iterator[str]:
        for iin in people(IINS_AT_ONCE * (MESSAGES_IN_FLIGHT + 3)):
            drawn.append(iin)
            yield iin

    def hang(number: int, request: Any, context: grpc.ServicerContext) -> Any:
        server.going.wait(HANGS_SECONDS)
        return well(number, request, context)

    with IllServer(hang) as server, clinic(server.address) as client:
        told = client.check_list(draw())
        first: list[Any] = []
        asking = threading.Thread(target=lambda: first.append(next(told)))
        asking.start()
        while len(drawn) < IINS_AT_ONCE * MESSAGES_IN_FLIGHT:
            threading.Event().wait(0.01)
        threading.Event().wait(0.1)
        assert len(drawn) == IINS_AT_ONCE * MESSAGES_IN_FLIGHT
        server.going.set()
        asking.join()
        assert iins(first + list(told)) == drawn
    assert len(drawn) == IINS_AT_ONCE * (MESSAGES_IN_FLIGHT + 3)


def test_a_caller_may_stop_in_the_middle() -> None:
    """The list is read no further, and the stream is let go."""
    drawn: list[str] = []

    def draw() -> Iterator[str]:
        for iin in EVERYBODY:
            drawn.append(iin)
            yield iin

    with IllServer(well) as server, clinic(server.address) as client:
        told = client.check_list(draw())
        assert iins(list(islice(told, 3))) == EVERYBODY[:3]
        told.close()  # type: ignore[attr-defined]
        assert len(drawn) <= IINS_AT_ONCE * (MESSAGES_IN_FLIGHT + 1)
        assert client.check(EVERYBODY[0]).entitled


def test_a_list_that_cannot_be_read_to_its_end() -> None:
    """Who came before is answered, and the caller hears of it in the words of the list."""

    def draw() -> Iterator[str]:
        yield from EVERYBODY[:1_500]
        raise OSError("the disk is gone")

    told: list[Any] = []
    with (
        IllServer(well) as server,
        clinic(server.address) as client,
        pytest.raises(OSError, match="the disk is gone"),
    ):
        told.extend(client.check_list(draw()))
    assert iins(told) == EVERYBODY[:1_500]


def test_a_wrong_iin_stands_in_its_place(line: Line) -> None:
    """And stops nobody; asked for the answer, it says what is wrong."""
    with on(line, "clinic1") as client:
        first, wrong, last = client.check_list([EVERYBODY[0], NOBODY, EVERYBODY[1]])
    assert not first.entitled
    assert not last.entitled
    assert isinstance(wrong, InvalidRequest)
    with pytest.raises(InvalidRequest):
        _ = wrong.entitled


def test_a_list_outlives_cuts_and_lost_answers(line: Line) -> None:
    """Before a real server: everybody is answered once, in order."""
    with on(line, "clinic1") as client:
        told = []
        for number, each in enumerate(client.check_list(EVERYBODY)):
            told.append(each)
            if number == 1_500:
                line.cut()
            if number == 3_500:
                line.lose_answers()
    assert [each.status for each in told if not isinstance(each, OsmsError)] == [
        "NOT_REGISTERED"
    ] * len(EVERYBODY)
    assert iins(told) == EVERYBODY
    assert line.connections >= 2


def test_who_has_no_answer_is_unknown() -> None:
    """Nobody can tell any more: it is raised, after all that was answered, with the reason."""

    def tire(number: int, request: Any, context: grpc.ServicerContext) -> Any:
        if number >= 2:
            refuse(context, "REGISTER_UNAVAILABLE", retry_seconds=60)
        return answers(request, map(entitled, request.iins))

    told: list[Any] = []
    with IllServer(tire) as server, IllServer(unavailable) as other:
        with (
            clinic(server.address, other.address, seconds=2.0) as client,
            pytest.raises(CannotTell) as error,
        ):
            told.extend(client.check_list(EVERYBODY))
        assert error.value.reason == "REGISTER_UNAVAILABLE"
        assert set(error.value.addresses) == {server.address, other.address}
    assert iins(told) == EVERYBODY[: 2 * IINS_AT_ONCE]
