"""A line between a client and a server that a test can cut, hold up, and count."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

_CHUNK: Final = 1 << 16


class Line:
    """
    A port of this machine from which everything goes on to *target*, and back.

    What the server says can be lost on the way: then the line is cut, so that the server has done
    what it was asked for and the client does not know it.
    """

    def __init__(self, target: str) -> None:
        host, _, port = target.rpartition(":")
        self._target = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._answers_to_lose = 0
        self._is_silent = False
        self._is_down = False
        self.connections = 0
        self._start(self._accept)

    @property
    def address(self) -> str:
        """Where a client connects to."""
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        """The line, until the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Takes the line away."""
        _shut(self._listener)
        self.cut()
        while self._threads:
            self._threads.pop().join()
        for end in (self._listener, *self._ends):
            end.close()

    def cut(self) -> None:
        """Cuts all connections that there are; new ones can be made."""
        with self._lock:
            for end in self._ends:
                _shut(end)

    def go_down(self) -> None:
        """Cuts all connections, and lets no new ones through."""
        self._is_down = True
        self.cut()

    def come_up(self) -> None:
        """Lets new connections through again."""
        self._is_down = False

    def lose_answers(self, times: int = 1) -> None:
        """Loses the next that the server says on a line that is open, and cuts it there."""
        self._answers_to_lose = times

    def fall_silent(self) -> None:
        """Keeps connections, and lets nothing through any more."""
        self._is_silent = True

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if self._is_down:
                    near.close()
                    continue
                self.connections += 1
                far = socket.create_connection(self._target)
                with self._lock:
                    self._ends += [near, far]
                self._start(self._pump, near, far, lambda _: not self._is_silent)
                self._start(self._pump, far, near, _Answers(self).go_through)

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _pump(
        self, source: socket.socket, sink: socket.socket, may: Callable[[bytes], bool]
    ) -> None:
        with contextlib.suppress(OSError):
            while octets := source.recv(_CHUNK):
                if may(octets):
                    sink.sendall(octets)
        _shut(source)
        _shut(sink)

    def is_to_be_lost(self) -> bool:
        """Whether what the server says now is to be lost."""
        with self._lock:
            if not self._answers_to_lose:
                return False
            self._answers_to_lose -= 1
            return True

    @property
    def is_silent(self) -> bool:
        """Whether nothing goes through."""
        return self._is_silent


def _shut(end: socket.socket) -> None:
    """Ends what goes through a socket, in both directions."""
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


_HEADERS: Final = 1
_DATA: Final = 0
_FRAME_HEAD: Final = 9


class _Answers:
    """What the server says on one connection, frame by frame of HTTP/2."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._rest = b""

    def go_through(self, octets: bytes) -> bool:
        """Whether they reach the client. OSError: the line is cut here."""
        if self._line.is_silent:
            return False
        if self._has_answer(octets) and self._line.is_to_be_lost():
            raise ConnectionAbortedError
        return True

    def _has_answer(self, octets: bytes) -> bool:
        """Whether a frame begins in them that belongs to an answer, and not to the connection."""
        self._rest += octets
        found = False
        while len(self._rest) >= _FRAME_HEAD:
            length = int.from_bytes(self._rest[:3], "big")
            if len(self._rest) < _FRAME_HEAD + length:
                break
            found |= self._rest[3] in {_HEADERS, _DATA}
            self._rest = self._rest[_FRAME_HEAD + length :]
        return found
