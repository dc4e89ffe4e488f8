"""HTTP/2 that keeps no rules: whatever comes over the line, others are answered."""

from __future__ import annotations

import gzip
import os
import socket
import struct
import zlib
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Final

import pytest

from tests.hostile.frames import (
    PREFACE,
    Flag,
    Frame,
    Kind,
    call_headers,
    frame,
    lying_frame,
    message,
)
from tests.hostile.servers import (
    BATCH,
    CHECK,
    HEALTH,
    QUESTION,
    REFLECTION,
    Server,
)
from tests.rpc.streams import SECONDS

CLINIC: Final = ("osms-caller", "mis/clinic1")
NONE = "the stream is reset"
OK, CANCELLED, INVALID, LATE = "0", "1", "3", "4"
EXHAUSTED, PRECONDITION, UNIMPLEMENTED, INTERNAL, UNAVAILABLE = "8", "9", "12", "13", "14"
GROWTH_MAX: Final = 100
"""MiB by which a flood may make a server grow; most do not by one."""

BOMB: Final = bytes(2**25)
FLOOD: Final = 3_000
WINDOW_BYTES: Final = 16_000

UNREADABLE: Final = message(b"\xff\xff")
CALLS: Final[dict[str, tuple[Sequence[bytes], str, set[str]]]] = {
    "a message": ([QUESTION], CHECK, {OK}),
    "no message": ([], CHECK, {INVALID}),
    "two messages": ([QUESTION + QUESTION], CHECK, {OK, INVALID}),
    "half a head": ([QUESTION[:3]], CHECK, {INVALID}),
    "a length that is too long": ([message(QUESTION[5:], length=10_000)], CHECK, {INVALID}),
    "a length that is too short": ([message(QUESTION[5:], length=3)], CHECK, {INVALID}),
    "a length of four gigabytes": ([message(b"x", length=2**32 - 1)], CHECK, {EXHAUSTED}),
    "a mark that is none": ([message(b"", compressed=2)], CHECK, {INVALID, INTERNAL}),
    "compressed, and not said how": ([message(b"x", compressed=1)], CHECK, {INTERNAL}),
    "no such service": ([QUESTION], "/osms.entitlement.v1.Nobody/Check", {UNIMPLEMENTED}),
    "no such method": ([QUESTION], f"{CHECK}2", {UNIMPLEMENTED}),
    "no slash": ([QUESTION], "nothing", {UNIMPLEMENTED}),
    "no path": ([QUESTION], "", {UNIMPLEMENTED, CANCELLED}),
    "a long path": ([QUESTION], "/" + "a" * 5_000, {UNIMPLEMENTED}),
    "no message to health": ([UNREADABLE], f"{HEALTH}Check", {INVALID}),
    "no message to a watch": ([UNREADABLE], f"{HEALTH}Watch", {INVALID}),
    "no message to reflection": ([UNREADABLE], REFLECTION, {INVALID}),
    "nothing to health": ([], f"{HEALTH}Check", {INVALID}),
    "nothing to a watch": ([], f"{HEALTH}Watch", {INVALID}),
}


@pytest.mark.parametrize(("data", "path", "codes"), CALLS.values(), ids=CALLS)
def test_a_call_that_is_none_is_told_so(
    target: Server, data: Sequence[bytes], path: str, codes: set[str]
) -> None:
    """By a status; that a stream of bytes is broken, gRPC itself may tell as INTERNAL."""
    with target.line().begin() as line:
        line.call(1, call_headers(path, CLINIC), *data)
        assert line.ended(1)["grpc-status"] in codes


HEADERS: Final[dict[str, tuple[tuple[str, str], set[str]]]] = {
    "another kind of content": (("content-type", "text/html"), {OK}),
    "a deadline that is no time": (("grpc-timeout", "soon"), {INTERNAL}),
    "a deadline before now": (("grpc-timeout", "-5S"), {INTERNAL}),
    "a deadline that is over": (("grpc-timeout", "0n"), {LATE}),
    "a deadline without end": (("grpc-timeout", "99999999H"), {INVALID}),
    "no trailers": (("te", "nothing"), {INTERNAL}),
    "an encoding that is none": (("grpc-encoding", "zip"), {INTERNAL, UNIMPLEMENTED}),
    "binary that is none": (("x-bin", "!!!"), {INTERNAL}),
    "a language of bytes": (("accept-language", "\x80\xff"), {OK, INTERNAL}),
    "a long language": (("accept-language", "k" * 6_000), {OK}),
    "a header of the connection": (("connection", "close"), {OK}),
    "another method": ((":method", "PUT"), {NONE}),
    "a method to read": ((":method", "GET"), {NONE}),
}


@pytest.mark.parametrize(("header", "codes"), HEADERS.values(), ids=HEADERS)
def test_headers_that_lie_are_told_so(
    target: Server, header: tuple[str, str], codes: set[str]
) -> None:
    """By a status, or by resetting the stream: where none is awaited there is none."""
    with target.line().begin() as line:
        line.call(1, call_headers(CHECK, CLINIC, header), QUESTION)
        told = line.ended(1)
    assert told.get("grpc-status", NONE) in codes


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_bomb_does_not_go_off(target: Server, encoding: str) -> None:
    """Thirty kilobytes that would be thirty-two megabytes are refused, and take no memory."""
    packed = gzip.compress(BOMB) if encoding == "gzip" else zlib.compress(BOMB)
    content = message(packed, compressed=1)
    parts = [content[at : at + WINDOW_BYTES] for at in range(0, len(content), WINDOW_BYTES)]
    before = target.memory
    for _ in range(20):
        with target.line().begin() as line:
            line.call(1, call_headers(CHECK, CLINIC, ("grpc-encoding", encoding)), *parts)
            assert line.ended(1)["grpc-status"] == EXHAUSTED
    assert target.memory - before < len(BOMB) // 2**20


WRONG: Final[dict[str, bytes]] = {
    "noise for a preface": os.urandom(500),
    "HTTP/1.1": b"GET / HTTP/1.1\r\nHost: osms\r\n\r\n",
    "a greeting of TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
    "a frame that is too large": PREFACE
    + frame(Kind.SETTINGS)
    + lying_frame(2**24 - 1, Kind.DATA, 0, 1, b"x" * 100),
    "settings of half a size": PREFACE + frame(Kind.SETTINGS, payload=b"\x00\x01\x02"),
    "settings on a stream": PREFACE + frame(Kind.SETTINGS, stream=1),
    "a window that is impossible": PREFACE
    + frame(Kind.SETTINGS, payload=struct.pack(">HI", 4, 2**32 - 1)),
    "a ping of the wrong size": PREFACE
    + frame(Kind.SETTINGS)
    + frame(Kind.PING, payload=b"\x00" * 3),
    "headers that cannot be read": PREFACE
    + frame(Kind.SETTINGS)
    + frame(Kind.HEADERS, Flag.END_HEADERS, 1, b"\xff" * 40),
    "a continuation of nothing": PREFACE
    + frame(Kind.SETTINGS)
    + frame(Kind.CONTINUATION, Flag.END_HEADERS, 1, b"\x82"),
    "padding longer than its frame": PREFACE
    + frame(Kind.SETTINGS)
    + frame(Kind.HEADERS, Flag.END_HEADERS | Flag.PADDED, 1, b"\xff\x82"),
}


@pytest.mark.parametrize("content", WRONG.values(), ids=WRONG)
def test_frames_that_lie_end_the_connection(target: Server, content: bytes) -> None:
    """That of whoever sent them, and no other."""
    with target.line().begin() as other, target.line() as line:
        line.write(content)
        assert line.until(lambda found: found.kind == Kind.GOAWAY) or line.is_closed
        other.call(1, call_headers(CHECK, CLINIC), QUESTION)
        assert other.ended(1)["grpc-status"] == OK


@pytest.mark.parametrize("left", [0, 1, 9, 12])
def test_who_hangs_up_in_a_frame_is_forgotten(target: Server, left: int) -> None:
    """However much of it came, some hundred times over."""
    before = target.memory
    for _ in range(300):
        with target.line().begin() as line:
            headers = frame(
                Kind.HEADERS, Flag.END_HEADERS, 1, line.block(call_headers(CHECK, CLINIC))
            )
            line.write(headers, frame(Kind.DATA, 0, 1, QUESTION)[: left or None])
    assert target.memory - before < GROWTH_MAX


def test_headers_without_end_are_cut(target: Server) -> None:
    """Who goes on with headers for megabytes is refused, and they are not kept."""
    before = target.memory
    with target.line().begin() as line:
        more = line.block([("x-more", "y" * 16_000)])
        line.write(frame(Kind.HEADERS, 0, 1, line.block(call_headers(CHECK, CLINIC))))
        for _ in range(2_000):
            if not line.write(frame(Kind.CONTINUATION, 0, 1, more)):
                break
        line.write(frame(Kind.CONTINUATION, Flag.END_HEADERS, 1, line.block([("x", "y")])))
        told = line.ended(1)
    assert told.get("grpc-status") != OK
    assert target.memory - before < GROWTH_MAX


@pytest.mark.long
@pytest.mark.parametrize("path", [CHECK, BATCH, f"{HEALTH}Watch"])
def test_a_flood_of_resets_leaves_nothing(target: Server, path: str) -> None:
    """Calls that are begun and given up at once, thousands on a connection (rapid reset)."""
    before = target.memory
    reset = struct.pack(">I", 8)
    with target.line().begin() as line:
        for stream in range(1, 2 * FLOOD, 2):
            line.call(stream, call_headers(path, CLINIC), QUESTION, ends=False)
            if not line.write(frame(Kind.RST_STREAM, 0, stream, reset)):
                break
    assert target.memory - before < GROWTH_MAX


FLOODS: Final = {
    "pings": frame(Kind.PING, payload=bytes(8)),
    "settings": frame(Kind.SETTINGS, payload=struct.pack(">HI", 3, 100)),
    "empty data": frame(Kind.DATA, 0, 1),
    "windows": frame(Kind.WINDOW_UPDATE, payload=struct.pack(">I", 1)),
    "priorities": frame(Kind.PRIORITY, 0, 3, bytes(5)),
    "frames that nobody knows": frame(0x77, payload=bytes(100)),
}


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
def test_a_flood_of_frames_is_borne_or_cut(target: Server, flood: bytes) -> None:
    """Nobody reads the answers to them; others are answered meanwhile."""
    before = target.memory
    with target.line().begin() as line:
        line.call(1, call_headers(CHECK, CLINIC), ends=False)
        for _ in range(300):
            if not line.write(flood * 200):
                break
        assert target.is_answering()
        assert target.memory - before < GROWTH_MAX


def test_pings_without_calls_are_cut(target: Server) -> None:
    """Who keeps a connection alive on which nothing is asked is told that it is too much."""

    def is_too_many(found: Frame) -> bool:
        return found.kind == Kind.GOAWAY and b"too_many_pings" in found.payload

    with target.line().begin() as line:
        for _ in range(20):
            line.write(frame(Kind.PING, payload=bytes(8)))
        assert line.until(is_too_many) is not None


def test_connections_that_say_nothing_keep_nobody_out(target: Server) -> None:
    """A hundred of them, half of which have begun to speak."""
    host, _, port = target.process.address.rpartition(":")
    before = target.memory
    with ExitStack() as stack:
        for number in range(100):
            idle = stack.enter_context(socket.create_connection((host, int(port)), SECONDS))
            idle.sendall(PREFACE[: number % 24])
        assert target.is_answering()
        assert target.memory - before < GROWTH_MAX
