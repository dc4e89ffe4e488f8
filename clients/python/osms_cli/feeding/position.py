"""
How far a file was taken, remembered beside it in `FILE.position`.

The service counts the records of a feed; the file says at which position of the feed its first
record stands, and how many of its records are acknowledged. So a push that was cut goes on from
where the service is, though other files went through the same feed before.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from osms_cli.failures import Failure
from osms_cli.feeding.source import STDIN
from osms_cli.output import remark
from osms_client import CannotTell, OsmsError

SUFFIX: Final = ".position"
EMPTIED: Final = (
    "the register was emptied or restored since; push the file anew with --again:",
    "what the service knows is counted once",
)


@dataclass(frozen=True)
class Destination:
    """Where records go: a sender's feed of a service."""

    feed: str
    sender: str
    address: str

    def is_of(self, other: Destination) -> bool:
        """Whether it is the same feed of the same register, of which both name a server."""
        servers = set(self.address.split(",")) & set(other.address.split(","))
        return bool(servers) and (self.feed, self.sender) == (other.feed, other.sender)

    def __str__(self) -> str:
        """The feed as people read it."""
        return f"the {self.feed} feed of {self.sender} at {self.address}"


@dataclass(frozen=True)
class Position:
    """How far a file was taken, and what became of its records so far."""

    destination: Destination
    size: int
    modified_ns: int
    first_position: int
    """Where in the feed the first record of the file stands; in a snapshot 1."""

    acknowledged: int = 0
    """How many records of the file are stored for good."""

    finished: bool = False
    snapshot_id: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    updated: str = ""

    def fits(self, file: Path) -> bool:
        """Whether the file is still what it was."""
        stat = file.stat()
        return (stat.st_size, stat.st_mtime_ns) == (self.size, self.modified_ns)


class PositionFile:
    """The position file beside a file; standard input has none."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.path = file.with_name(file.name + SUFFIX)

    def read(self, destination: Destination, *, again: bool) -> Position | None:
        """
        How far the file was taken to a destination; None where it begins.

        Failure: it was begun, and has changed since.
        """
        if self._file == STDIN or again or not self.path.exists():
            return None
        known = self._load()
        if not known.destination.is_of(destination):
            if not known.finished:
                remark(f"{self.path} told of a push that was cut, to {known.destination}")
            return None
        if known.fits(self._file):
            return known
        if known.finished:
            return None
        raise Failure(
            f"{self._file} has changed since a push of it was cut",
            (
                f"{known.acknowledged} of its records were taken; see {self.path}",
                "push it anew with --again: what the service knows is counted once",
            ),
        )

    def begin(
        self, destination: Destination, first_position: int, snapshot_id: str = ""
    ) -> Position:
        """The position of a file of which nothing was taken yet."""
        if self._file == STDIN:
            return Position(destination, 0, 0, first_position, snapshot_id=snapshot_id)
        stat = self._file.stat()
        return Position(
            destination,
            stat.st_size,
            stat.st_mtime_ns,
            first_position,
            snapshot_id=snapshot_id,
        )

    def write(self, position: Position) -> None:
        """Remembers a position: the old one stands until the new one is whole."""
        if self._file == STDIN:
            return
        stamped = replace(position, updated=datetime.now(UTC).isoformat(timespec="seconds"))
        whole = self.path.with_name(self.path.name + ".new")
        whole.write_text(json.dumps(asdict(stamped), indent=1) + "\n", encoding="utf-8")
        os.replace(whole, self.path)  # noqa: PTH105 - the same, and says what it is for

    @contextmanager
    def remembering(self, position: Position) -> Iterator[None]:
        """Remembers a position; where it is refused, what was remembered before stands again."""
        before = self.path.read_bytes() if self.path.exists() else None
        self.write(position)
        try:
            yield
        except CannotTell:
            raise
        except OsmsError:
            self._restore(before)
            raise

    def _restore(self, before: bytes | None) -> None:
        if before is None:
            self.path.unlink(missing_ok=True)
        else:
            self.path.write_bytes(before)

    def _load(self) -> Position:
        try:
            content: dict[str, Any] = json.loads(self.path.read_text(encoding="utf-8"))
            return Position(**content | {"destination": Destination(**content["destination"])})
        except (ValueError, TypeError, KeyError) as error:
            raise Failure(
                f"{self.path} is not a position file: {error}",
                ("remove it, or push the file anew with --again",),
            ) from error
