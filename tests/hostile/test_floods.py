"""Floods of calls and streams, and who sends or takes nothing: others are answered meanwhile."""

from __future__ import annotations

import signal
import struct
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest
from grpc_health.v1 import health_pb2

from osms.entitlement.v1 import entitlement_service_pb2 as pb
from tests.hostile.frames import Kind, Line, call_headers, frame, message
from tests.hostile.servers import (
    BATCH,
    CHECK,
    HEALTH,
    KINDS,
    QUESTION,
    REFLECTION,
    STREAM,
    Server,
    server,
)
from tests.people import people
from tests.persistence.contents import wait_until

pytestmark = pytest.mark.long

CLOSED: Final = ((4, 0),)
"""Settings that say a window of nothing: the server may send no byte of data."""

MANY: Final = message(pb.BatchCheckEntitlementsRequest(iins=people(1_000)).SerializeToString())
LISTED: Final = message(pb.StreamCheckEntitlementsRequest(iins=people(1_000)).SerializeToString())
PER_CALLER, ALTOGETHER = 2**20, 2 * 2**20
GROWTH_MAX: Final = 100
"""MiB, whatever the flood; lists that were all kept would take some hundreds."""

UNAVAILABLE, EXHAUSTED, CANCELLED, OK = "14", "8", "1", "0"
SMALL: Final = {
    "OSMS_MESSAGE_BYTES_MAX": str(PER_CALLER),
    "OSMS_ANSWERS_BYTES_PER_CALLER_MAX": str(PER_CALLER),
    "OSMS_ANSWERS_BYTES_MAX": str(ALTOGETHER),
    "OSMS_SLOW_CALLER_SECONDS": "600",
    "OSMS_LISTS_WAITING_MAX": "64",
}


def caller(name: str) -> tuple[str, str]:
    """The header that says who calls, without TLS."""
    return "osms-caller", name


def told(line: Line, seconds: float = 0.3) -> dict[int, str]:
    """The status of every call of a line that has one by now."""
    for _ in line.frames(seconds):
        pass
    return {
        stream: headers["grpc-status"]
        for stream, headers in line.headers_of.items()
        if "grpc-status" in headers
    }


def flood(line: Line, path: str, name: str, *data: bytes, count: int, ends: bool = True) -> None:
    """So many calls at once."""
    for stream in range(1, 2 * count, 2):
        line.call(stream, call_headers(path, caller(name)), *data, ends=ends)


@pytest.fixture(params=KINDS)
def narrow(request: pytest.FixtureRequest, dsn: str, tmp_path: Path) -> Iterator[Server]:
    """A server of either kind that keeps little for those who take nothing, and cuts nobody."""
    with server(request.param, dsn, tmp_path / "log", settings=SMALL) as running:
        yield running
        assert not running.has_failed


def test_answers_that_nobody_takes_are_bounded(narrow: Server) -> None:
    """Each caller has so many bytes of them, and all together; patients are answered meanwhile."""
    before = narrow.memory
    with ExitStack() as stack:
        for number in range(4):
            line = stack.enter_context(narrow.line().begin(CLOSED))
            for stream in range(1, 81, 2):
                line.call(stream, call_headers(BATCH, caller(f"mis/slow{number}")), MANY)
                told(line, 0.02)
            assert set(told(line).values()) == {UNAVAILABLE}
        assert told_of_list(narrow) == UNAVAILABLE
        assert narrow.is_answering()
        assert narrow.memory - before < GROWTH_MAX
    wait_until(lambda: told_of_list(narrow) == OK)


def told_of_list(target: Server) -> str | None:
    """The status of a list that is taken."""
    with target.line().begin([(4, 2**20)]) as line:
        line.write(frame(Kind.WINDOW_UPDATE, payload=struct.pack(">I", 2**20)))
        line.call(1, call_headers(BATCH, caller("mis/quick")), MANY)
        return line.ended(1).get("grpc-status")


# Who sends nothing.


@pytest.mark.parametrize("path", [CHECK, BATCH, f"{HEALTH}Check", f"{HEALTH}Watch"])
def test_who_begins_calls_and_sends_nothing_is_cut(target: Server, path: str) -> None:
    """Two hundred calls without a message, by one caller: others are answered at once."""
    before = target.memory
    with target.line().begin() as line:
        flood(line, path, "mis/silent", count=200, ends=False)
        assert target.is_answering()
        wait_until(lambda: len(told(line)) == 200)
        assert OK not in told(line).values()
    assert target.memory - before < GROWTH_MAX


@pytest.mark.parametrize("path", [STREAM, REFLECTION])
def test_a_flood_of_streams_that_say_nothing_is_ended(target: Server, path: str) -> None:
    """Most find no place; those that do are ended when they have said nothing for long."""
    with target.line().begin() as line:
        flood(line, path, "mis/silent", count=200, ends=False)
        assert target.is_answering()
        wait_until(lambda: len(told(line)) == 200)
        assert {UNAVAILABLE, EXHAUSTED} == set(told(line).values())


def test_a_message_that_comes_by_the_byte_is_not_waited_for(target: Server) -> None:
    """However regularly the bytes come, a message has a time in which it must be whole."""
    with target.line().begin() as line:
        line.call(1, call_headers(CHECK, caller("mis/dripping")), ends=False)
        for at in range(len(QUESTION) - 1):
            line.write(frame(Kind.DATA, 0, 1, QUESTION[at : at + 1]))
            if told(line, 0.25):
                break
        assert told(line)[1] in {CANCELLED, UNAVAILABLE}


# Who takes nothing.


def test_who_watches_health_and_takes_nothing_holds_nobody_up(target: Server) -> None:
    """Neither those who ask for it, nor others who watch."""
    watched = message(health_pb2.HealthCheckRequest().SerializeToString())
    with target.line().begin(CLOSED) as deaf, target.line().begin() as line:
        flood(deaf, f"{HEALTH}Watch", "mis/deaf", watched, count=50, ends=True)
        assert target.is_answering()
        wait_until(lambda: len(told(deaf)) == 50 or not _watches(target, watched))
        wait_until(lambda: _watches(target, watched))
        line.call(1, call_headers(f"{HEALTH}List", caller("mis/clinic3")), message(b""))
        assert line.ended(1)["grpc-status"] == OK


def _watches(target: Server, watched: bytes) -> bool:
    """Whether somebody who watches health is told of it."""
    with target.line().begin() as line:
        line.call(1, call_headers(f"{HEALTH}Watch", caller("mis/clinic3")), watched, ends=False)
        return line.until(lambda found: found.kind == Kind.DATA, 3) is not None


def test_names_that_are_not_offered_are_not_kept(target: Server) -> None:
    """A watch of a service of any name costs nothing once it is over."""
    before = target.memory
    for number in range(60):
        name = f"{number}" + "x" * 60_000
        content = message(health_pb2.HealthCheckRequest(service=name).SerializeToString())
        with target.line().begin() as line:
            parts = [content[at : at + 16_000] for at in range(0, len(content), 16_000)]
            line.call(1, call_headers(f"{HEALTH}Watch", caller("mis/curious")), *parts, ends=False)
            line.until(lambda found: found.kind == Kind.DATA)
    assert target.memory - before < GROWTH_MAX


def test_lists_that_nobody_takes_are_ended_or_hold_their_places(target: Server) -> None:
    """A caller has so many streams; what is worked on for each is no more than three lists."""
    before = target.memory
    with target.line().begin(CLOSED) as line:
        for stream in range(1, 2 * 40, 2):
            line.call(stream, call_headers(STREAM, caller("mis/deaf")), LISTED, ends=False)
            for _ in range(5):
                line.write(frame(Kind.DATA, 0, stream, LISTED))
        assert target.is_answering()
        wait_until(lambda: EXHAUSTED in told(line).values())
        assert target.memory - before < GROWTH_MAX


def test_lists_that_were_not_taken_count_while_their_connection_lasts(
    dsn: str, tmp_path: Path
) -> None:
    """Their streams are ended, and begun anew; gRPC still has what was not taken of them."""
    settings = {**SMALL, "OSMS_SLOW_CALLER_SECONDS": "0.2"}
    with (
        server("look-ups", dsn, tmp_path / "log", settings=settings) as running,
        running.line().begin(CLOSED) as line,
    ):
        before = running.memory
        streams = iter(range(1, 2**20, 2))

        def is_refused() -> bool:
            for _ in range(8):
                stream = next(streams)
                line.call(stream, call_headers(STREAM, caller("mis/deaf")), LISTED, ends=False)
            told(line)
            return any(
                "answers_bytes_per_caller_max" in headers.get("grpc-message", "")
                for headers in line.headers_of.values()
            )

        wait_until(is_refused)
        assert running.memory - before < GROWTH_MAX
        assert running.is_answering()


# The end.


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_holds_up_a_server_that_stops(kind: str, dsn: str, tmp_path: Path) -> None:
    """Who takes nothing, sends nothing, or watches, is cut off with the grace that calls have."""
    soon = {"OSMS_SHUTDOWN_SECONDS": "1"}
    with ExitStack() as stack:
        running = stack.enter_context(server(kind, dsn, tmp_path / "log", settings=soon))
        watched = message(health_pb2.HealthCheckRequest().SerializeToString())
        for path, data, ends in (
            (f"{HEALTH}Watch", [watched], False),
            (BATCH, [MANY], True),
            (CHECK, [], False),
            (STREAM, [LISTED] * 3, False),
            (REFLECTION, [], False),
        ):
            line = stack.enter_context(running.line().begin(CLOSED))
            flood(line, path, f"mis/{path[-5:]}", *data, count=5, ends=ends)
        assert running.is_answering()
        assert running.process.end(signal.SIGTERM) == 0
