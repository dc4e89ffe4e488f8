"""The form of an exported log: JSON Lines, one link a line, and a last line that ends the file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import Any, BinaryIO, Final, NamedTuple
from uuid import UUID

LOGS: Final = ("ANSWERS", "ACTS")
"""The logs, in the order in which a file has them."""

LINE_BYTES_MAX: Final = 64 * 2**20
"""Bytes of a line; no message of the service has more."""

_LINK: Final = ("log", "writer", "first", "last", "fields", "chain")
_FIRST_LINK: Final = (*_LINK, "chain_before")
_LAST_LINE: Final = ("logs", "start_time", "complete_time", "links", "sha256")
_HASH: Final = re.compile(r"(?:[0-9a-f]{2}){16}|(?:[0-9a-f]{2}){32}")


@dataclass(frozen=True, slots=True)
class LogLink:
    """Entries that were written at once, and their hash."""

    log: str
    """ANSWERS or ACTS."""

    writer_id: str
    first: int
    last: int
    fields: tuple[tuple[str, str], ...]
    """Names and values, in the order in which the values are hashed."""

    chain: bytes
    chain_before: bytes = b""
    """The hash of the link before; only in the first link of a writer in an export."""


class LastLine(NamedTuple):
    """What the last line of a file says."""

    logs: tuple[str, ...]
    start: datetime | None
    complete: datetime
    links: int
    signed: Mapping[str, Any]
    """The line without the digest."""

    digest: str


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file; one that is longer than any can be comes in pieces."""
    return iter(partial(file.readline, LINE_BYTES_MAX), b"")


class FileLines:
    """
    The lines of a file, for links as they come.

    *log* is the one that is exported, both where it is empty; *start* the instant from which on,
    None for the beginning.
    """

    def __init__(self, log: str = "", start: datetime | None = None) -> None:
        self._logs = [log] if log else list(LOGS)
        self._start = start
        self._digest = sha256()
        self.links = 0

    def line(self, link: LogLink) -> bytes:
        """The line of a link."""
        members: dict[str, Any] = {
            "log": link.log,
            "writer": link.writer_id,
            "first": link.first,
            "last": link.last,
            "fields": link.fields,
            "chain": link.chain.hex(),
        }
        if link.chain_before:
            members["chain_before"] = link.chain_before.hex()
        line = _written(members)
        self._digest.update(line)
        self.links += 1
        return line

    def last_line(self, complete_time: datetime) -> bytes:
        """The last line, once all links have come."""
        members: dict[str, Any] = {
            "logs": self._logs,
            "start_time": None if self._start is None else instant_text(self._start),
            "complete_time": instant_text(complete_time),
            "links": self.links,
        }
        return _written({**members, "sha256": digest_of(self._digest, members)})


def _written(members: Mapping[str, Any]) -> bytes:
    text = json.dumps(members, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return f"{text}\n".encode()


def digest_of(before: Any, members: Mapping[str, Any]) -> str:
    """The digest of all lines *before*, and of the last one without the digest itself."""
    digest = before.copy()
    digest.update(_written(members))
    return str(digest.hexdigest())


def instant_text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat()


def read_line(line: bytes) -> LogLink | LastLine:
    """A line, which is written in the one way in which it can be. ValueError: it is none."""
    members = _members(line)
    return _last_line(members) if tuple(members) == _LAST_LINE else _link(members)


def _members(line: bytes) -> dict[str, Any]:
    """The members of a line, which is written in the one way in which it can be."""
    try:
        members = json.loads(line)
        is_canonical = isinstance(members, dict) and _written(members) == line
    except (ValueError, RecursionError) as error:
        raise ValueError("it is not JSON") from error
    if not is_canonical:
        raise ValueError("it is not written as an export writes it")
    told: dict[str, Any] = members
    return told


def _link(members: Mapping[str, Any]) -> LogLink:
    """A link. ValueError: it is none."""
    if tuple(members) not in {_LINK, _FIRST_LINK}:
        raise ValueError("it is neither a link nor a last line")
    log, writer, fields = members["log"], members["writer"], members["fields"]
    numbers = (members["first"], members["last"])
    if log not in LOGS or not _is_uuid(writer) or not all(map(_is_number, numbers)):
        raise ValueError("it is no link of a log")
    if not isinstance(fields, list) or not all(map(_is_field, fields)):
        raise ValueError("it has no fields as a link has them")
    chain, before = _hash(members["chain"]), members.get("chain_before")
    pairs = tuple((name, value) for name, value in fields)
    return LogLink(log, writer, *numbers, pairs, chain, b"" if before is None else _hash(before))


def _last_line(members: Mapping[str, Any]) -> LastLine:
    """What a last line says. ValueError: it cannot be read."""
    logs, start, complete = members["logs"], members["start_time"], members["complete_time"]
    if logs not in [list(LOGS), *([log] for log in LOGS)] or not _is_number(members["links"]):
        raise ValueError("it is no last line of an export")
    if not (start is None or is_instant(start)) or not is_instant(complete):
        raise ValueError("its instants cannot be read")
    return LastLine(
        tuple(logs),
        None if start is None else datetime.fromisoformat(start),
        datetime.fromisoformat(complete),
        members["links"],
        {name: members[name] for name in _LAST_LINE[:-1]},
        members["sha256"],
    )


def _hash(text: object) -> bytes:
    if not isinstance(text, str) or not _HASH.fullmatch(text):
        raise ValueError("a hash of it is none")
    return bytes.fromhex(text)


def _is_field(pair: object) -> bool:
    """Whether this is a name and a value."""
    return (
        isinstance(pair, list)
        and len(pair) == len(("name", "value"))
        and all(isinstance(each, str) for each in pair)
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_uuid(text: object) -> bool:
    try:
        return isinstance(text, str) and str(UUID(text)) == text
    except ValueError:
        return False


def is_instant(text: object) -> bool:
    """Whether this is an instant in UTC, as an export writes it."""
    try:
        return isinstance(text, str) and instant_text(datetime.fromisoformat(text)) == text
    except (ValueError, OverflowError):
        return False
