"""
HTTP/2 by hand: frames as no library would send them, and what the server answers.

gRPC's own clients keep to the rules. Here any bytes can be written in any order, and a window is
only opened where the test says so.
"""

from __future__ import annotations

import socket
import ssl
import struct
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from types import TracebackType
from typing import Final, Self

from hpack import Decoder, Encoder, HeaderTuple
from hpack.exceptions import HPACKError

PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SECONDS: Final = 20.0
"""How long an answer is waited for."""

_HEAD: Final = 9
_RECEIVED_BYTES: Final = 2**16


class Kind(IntEnum):
    """The kinds of frames."""

    DATA = 0
    HEADERS = 1
    PRIORITY = 2
    RST_STREAM = 3
    SETTINGS = 4
    PUSH_PROMISE = 5
    PING = 6
    GOAWAY = 7
    WINDOW_UPDATE = 8
    CONTINUATION = 9


class Flag(IntFlag):
    """Flags; `END_STREAM` is also that of an acknowledgement."""

    NONE = 0
    END_STREAM = 1
    ACK = 1
    END_HEADERS = 4
    PADDED = 8


@dataclass(frozen=True)
class Frame:
    """A frame that the server sent."""

    kind: int
    flags: int
    stream: int
    payload: bytes


def frame(kind: int, flags: int = 0, stream: int = 0, payload: bytes = b"") -> bytes:
    """A frame whose length is what it says."""
    return lying_frame(len(payload), kind, flags, stream, payload)


def lying_frame(length: int, kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    """A frame that says any length."""
    return (
        struct.pack(">I", length)[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + payload
    )


def message(content: bytes, *, compressed: int = 0, length: int | None = None) -> bytes:
    """A message of gRPC, whose head may say another *length*."""
    return struct.pack(">BI", compressed, len(content) if length is None else length) + content


class Line:
    """A connection to a server, over TLS where a context for it is given."""

    def __init__(
        self,
        address: str,
        tls: ssl.SSLContext | None = None,
        session: ssl.SSLSession | None = None,
    ) -> None:
        self.headers_of: dict[int, dict[str, str]] = {}
        """What has been told on each stream: headers and trailers together."""
        self.bytes_of: dict[int, int] = {}
        """How many bytes of data have come on each stream."""
        host, _, port = address.rpartition(":")
        plain = socket.create_connection((host, int(port)), SECONDS)
        self.socket: socket.socket = plain
        if tls is not None:
            self.socket = tls.wrap_socket(plain, server_hostname=host, session=session)
        self._received = b""
        self._encoder = Encoder()
        self._decoder = Decoder()
        self.is_closed = False

    def __enter__(self) -> Self:
        """The connection, until the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Cuts the line."""
        self.socket.close()

    def write(self, *parts: bytes) -> bool:
        """Writes bytes; whether the server has not yet cut the line."""
        try:
            self.socket.sendall(b"".join(parts))
        except OSError:
            self.is_closed = True
        return not self.is_closed

    def begin(self, settings: Sequence[tuple[int, int]] = ()) -> Self:
        """Says the preface and the settings."""
        told = b"".join(struct.pack(">HI", *setting) for setting in settings)
        self.write(PREFACE, frame(Kind.SETTINGS, payload=told))
        return self

    def block(self, headers: Sequence[tuple[str, str]]) -> bytes:
        """A block of headers."""
        block: bytes = self._encoder.encode(headers)
        return block

    def call(
        self, stream: int, headers: Sequence[tuple[str, str]], *data: bytes, ends: bool = True
    ) -> bool:
        """Calls an RPC; whether the server has not yet cut the line."""
        parts = [frame(Kind.HEADERS, Flag.END_HEADERS, stream, self.block(headers))]
        parts += [frame(Kind.DATA, 0, stream, each) for each in data]
        if ends:
            parts.append(frame(Kind.DATA, Flag.END_STREAM, stream))
        return self.write(*parts)

    def frames(self, seconds: float = SECONDS) -> Iterator[Frame]:
        """What the server sends, until it cuts the line or sends nothing for so long."""
        while True:
            while (found := self._next()) is not None:
                self._take(found)
                yield found
            self.socket.settimeout(seconds)
            try:
                more = self.socket.recv(_RECEIVED_BYTES)
            except TimeoutError:
                return
            except OSError:
                more = b""
            if not more:
                self.is_closed = True
                return
            self._received += more

    def _next(self) -> Frame | None:
        if len(self._received) < _HEAD:
            return None
        end = _HEAD + int.from_bytes(self._received[:3], "big")
        if len(self._received) < end:
            return None
        kind, flags = self._received[3], self._received[4]
        stream = int.from_bytes(self._received[5:9], "big") & 0x7FFFFFFF
        found = Frame(kind, flags, stream, self._received[_HEAD:end])
        self._received = self._received[end:]
        return found

    def _take(self, found: Frame) -> None:
        if found.kind == Kind.HEADERS:
            try:
                told = self._decoder.decode(found.payload)
            except HPACKError as error:
                raise AssertionError("the server's own headers cannot be read") from error
            self.headers_of.setdefault(found.stream, {}).update(_texts(told))
        elif found.kind == Kind.DATA:
            self.bytes_of[found.stream] = self.bytes_of.get(found.stream, 0) + len(found.payload)
        elif found.kind in {Kind.SETTINGS, Kind.PING} and not found.flags & Flag.ACK:
            answer = found.payload if found.kind == Kind.PING else b""
            self.write(frame(found.kind, Flag.ACK, 0, answer))

    def until(self, is_so: Callable[[Frame], bool], seconds: float = SECONDS) -> Frame | None:
        """The first frame of a kind; None if the line was cut, or there was none in time."""
        end = time.monotonic() + seconds
        for found in self.frames(seconds):
            if is_so(found):
                return found
            if time.monotonic() > end:
                return None
        return None

    def ended(self, stream: int, seconds: float = SECONDS) -> dict[str, str]:
        """What was told on a stream when it ended; empty if it was reset, or the line cut."""

        def is_end(found: Frame) -> bool:
            if found.stream != stream:
                return found.kind == Kind.GOAWAY
            is_last = found.kind in {Kind.HEADERS, Kind.DATA} and found.flags & Flag.END_STREAM
            return bool(is_last) or found.kind == Kind.RST_STREAM

        self.until(is_end, seconds)
        return self.headers_of.get(stream, {})

    def is_cut(self, seconds: float = SECONDS) -> bool:
        """Whether the server cuts the line, whatever it says before."""
        for _ in self.frames(seconds):
            pass
        return self.is_closed


def _texts(told: Iterable[HeaderTuple]) -> Iterator[tuple[str, str]]:
    for name, value in told:
        yield _text(name), _text(value)


def _text(text: bytes | str) -> str:
    return text.decode(errors="replace") if isinstance(text, bytes) else text


def call_headers(path: str, *more: tuple[str, str]) -> list[tuple[str, str]]:
    """The headers of a call, of which *more* take the place of those of the same name."""
    usual = {
        ":method": "POST",
        ":scheme": "http",
        ":path": path,
        ":authority": "127.0.0.1",
        "content-type": "application/grpc",
        "te": "trailers",
        "grpc-timeout": "20S",
    }
    return [*{**usual, **dict(more)}.items()]
