"""
Data files and the list of their deliveries.

Compressed files are made of members, one a piece: gzip readers take them for one file, and pieces
can be compressed by different processes. Nothing in a file says when it was written.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final, NamedTuple

from osms_cli.sample.days import Day, instant

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from osms_cli.sample.vocabulary import Feed

GZIP_WINDOW: Final = 31  # zlib's way of saying: with a gzip header and trailer
LEVEL: Final = 1


class Delivery(NamedTuple):
    """One file handed over at one instant."""

    day: Day
    hour: int
    minute: int
    feed: Feed
    sender: str
    file: str
    lines: int
    bad_lines: int

    def as_json(self) -> dict[str, str | int]:
        """The delivery as `deliveries.ndjson` tells it."""
        return {
            "at": instant(self.day, self.hour, self.minute),
            "feed": self.feed.value,
            "sender": self.sender,
            "file": self.file,
            "lines": self.lines,
            "bad_lines": self.bad_lines,
        }


def packed(text: bytes, *, compress: bool) -> bytes:
    """A piece of a file, as a gzip member of its own if the file is compressed."""
    if not compress:
        return text
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP_WINDOW)
    return packer.compress(text) + packer.flush()


def write_pieces(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file of pieces that are packed already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.writelines(pieces)


def write_lines(path: Path, header: str, lines: list[str], *, compress: bool) -> None:
    """Write a whole file of lines."""
    write_pieces(path, [packed((header + "".join(lines)).encode(), compress=compress)])
