"""Files as streams of lines: plain or compressed, or standard input."""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from osms_cli.failures import Failure

STDIN: Final = Path("-")
STDIN_NAME: Final = "standard input"
_GZIP: Final = b"\x1f\x8b"
_BUFFER: Final = 1 << 20


@dataclass(frozen=True)
class Source:
    """An open file: its lines, and how many of its bytes have been read."""

    name: str
    stream: IO[bytes]
    size: int | None
    """Bytes on the disk; None where that is not known."""

    _raw: IO[bytes]

    def bytes_read(self) -> int:
        """How many bytes of the file on the disk have been read."""
        return self._raw.tell() if self.size is not None else 0

    def lines(self) -> Iterator[bytes]:
        """The lines as they stand. Failure: the file is damaged."""
        try:
            yield from self.stream
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            message = f"{self.name} is damaged: {error}"
            raise Failure(message) from error


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """
    A file, unpacked if it is compressed; `-` is standard input.

    OSError: it cannot be read. Failure: its name says that it is compressed, and it is not.
    """
    if path == STDIN:
        yield Source(STDIN_NAME, _unpacked(sys.stdin.buffer), None, sys.stdin.buffer)
        return
    with path.open("rb", buffering=_BUFFER) as raw:
        if path.suffix == ".gz" and not _is_gzip(raw):
            message = f"{path} is not gzip, though its name says so"
            raise Failure(message, ("nothing was read; compress it, or name it without .gz",))
        yield Source(str(path), _unpacked(raw), path.stat().st_size, raw)


def _is_gzip(raw: IO[bytes]) -> bool:
    peek = getattr(raw, "peek", None)
    return peek is not None and peek(len(_GZIP)).startswith(_GZIP)


def _unpacked(raw: IO[bytes]) -> IO[bytes]:
    if not _is_gzip(raw):
        return raw
    return io.BufferedReader(gzip.GzipFile(fileobj=raw), _BUFFER)
