"""
Exported logs: written as files, and verified without the service.

    from osms_client import logs

    chains = logs.Chains()
    for name in ("june.jsonl", "july.jsonl"):
        with Path(name).open("rb") as file:
            for broken in chains.verify(logs.lines_of(file)):
                print(name, broken.line, broken.fault, broken.message)

Every writer of a log has a chain of its own: the hash of a link is over the hash of the link
before it and over its fields. Whoever changes, takes out or puts in an entry breaks it. A file
tells from when until when it has all links, and the next one begins there. docs/audit.md has the
form, and says what a file that is whole proves, and what not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from osms_client._log_lines import (
    LINE_BYTES_MAX,
    LOGS,
    FileLines,
    LastLine,
    LogLink,
    digest_of,
    instant_text,
    is_instant,
    lines_of,
    read_line,
)

__all__ = [
    "LINE_BYTES_MAX",
    "LOGS",
    "Break",
    "ChainEnd",
    "Chains",
    "Fault",
    "FileLines",
    "LogLink",
    "lines_of",
    "verify",
]

_ANSWERS: Final = (
    "record_time",
    "writer",
    "first_sequence",
    "first_receipt",
    "callers",
    "methods",
    "purposes",
    "on_dates",
    "revisions",
    "counts",
    "iins",
    "statuses",
    "ground_kinds",
)
_FIELDS: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "ANSWERS": ((*_ANSWERS, "certificates"), _ANSWERS),  # the oldest entries have no certificates
    "ACTS": (
        (
            "record_time",
            "writer",
            "sequence",
            "caller",
            "certificate",
            "method",
            "kind",
            "outcome",
            "subject",
            "revision",
            "iins",
            "request",
        ),
    ),
}


class Fault(StrEnum):
    """What is wrong with a line of a file."""

    MALFORMED = "MALFORMED"
    """It is not written as an export writes it."""

    FIELDS_DIFFER = "FIELDS_DIFFER"
    """What is hashed is not what stands beside it, or has not the fields of its log."""

    OUT_OF_ORDER = "OUT_OF_ORDER"
    """It is not later than the link before it, or outside of what the file is about."""

    GAP = "GAP"
    """Entries before it are missing, or come again."""

    CHANGED = "CHANGED"
    """Its hash does not follow: it was changed, or the one before it."""

    NOT_CONTINUED = "NOT_CONTINUED"
    """It does not go on where the file before has ended: the past was changed, or is not here."""

    INCOMPLETE = "INCOMPLETE"
    """The file has no end, or not as many links as it says."""


@dataclass(frozen=True, slots=True)
class Break:
    """A place at which a file is not whole."""

    fault: Fault
    line: int
    """Number of the line in its file, from 1."""

    message: str
    log: str = ""
    writer_id: str = ""
    sequence: int = 0
    """Number of the first entry of the link; 0 where the line is no link."""


@dataclass(frozen=True, slots=True)
class ChainEnd:
    """How far a chain was followed: the number of its last entry, and the hash there."""

    sequence: int
    chain: bytes


class Chains:
    """
    The chains of both logs, as far as they were followed, from file to file.

    A file that is verified after others goes on where they have ended.
    """

    def __init__(self) -> None:
        self.links = 0
        """How many were followed."""

        self.ends: dict[tuple[str, str], ChainEnd] = {}
        """The end of every chain, by log and writer."""

        self.complete_times: dict[str, datetime] = {}
        """By log: the instant before which the files have all its links."""

        self.whole: set[str] = set()
        """The logs that the files have from the beginning."""

    def verify(self, lines: Iterable[bytes]) -> Iterator[Break]:
        """Follows the chains of one more file; every place at which it is not whole."""
        file = _File(self)
        for line in lines:
            yield from file.take(line)
        yield from file.ended()


def verify(lines: Iterable[bytes], chains: Chains | None = None) -> Iterator[Break]:
    """
    Every place at which a file is not whole; nothing where it is.

    *chains* are those of the files before it, and are followed on.
    """
    return (chains or Chains()).verify(lines)


_Place = tuple[int, datetime, UUID, int]


@dataclass
class _File:
    """One file, as far as it was read."""

    chains: Chains
    number: int = 0
    links: int = 0
    is_broken: bool = False
    is_closed: bool = False
    digest: Any = field(default_factory=sha256)
    place: _Place | None = None
    times: tuple[datetime, datetime] | None = None
    """Of the links: the first and the last."""

    logs: set[str] = field(default_factory=set)
    seen: set[tuple[str, str]] = field(default_factory=set)
    begun_before: list[Break] = field(default_factory=list)
    """The first links of writers of whom nothing was there before, should that be missing."""

    def take(self, line: bytes) -> Iterator[Break]:
        """Takes a line; what is wrong with it."""
        self.number += 1
        try:
            yield from self._noted(self._taken(line))
        except ValueError as error:
            yield from self._noted([Break(Fault.MALFORMED, self.number, str(error))])

    def _taken(self, line: bytes) -> Iterator[Break]:
        told = read_line(line)
        if self.is_closed:
            raise ValueError("it stands after the last line")
        if isinstance(told, LastLine):
            self.is_closed = True
            yield from self._closed(told)
            return
        self.digest.update(line)
        self.links += 1
        yield from self._placed(told)
        yield from self._followed(told)

    def ended(self) -> Iterator[Break]:
        """What is wrong where nothing more comes."""
        self.number += 1
        if not self.is_closed:
            told = "the last line is missing, so nobody knows what else is"
            yield Break(Fault.INCOMPLETE, self.number, told)

    def _noted(self, breaks: Iterable[Break]) -> Iterator[Break]:
        for each in breaks:
            self.is_broken = True
            yield each

    def _broken(self, fault: Fault, message: str, link: LogLink) -> Break:
        return Break(fault, self.number, message, link.log, link.writer_id, link.first)

    def _placed(self, link: LogLink) -> Iterator[Break]:
        """Whether a link is what its fields say, and comes after the one before it."""
        fault = _fields_fault(link)
        if fault:
            yield self._broken(Fault.FIELDS_DIFFER, fault, link)
            return
        instant = datetime.fromisoformat(link.fields[0][1])
        place = (LOGS.index(link.log), instant, UUID(link.writer_id), link.first)
        if self.place is not None and place <= self.place:
            yield self._broken(Fault.OUT_OF_ORDER, "it is not later than the one before it", link)
        first, last = self.times or (instant, instant)
        self.place, self.times = place, (min(first, instant), max(last, instant))
        self.logs.add(link.log)

    def _followed(self, link: LogLink) -> Iterator[Break]:
        """Whether a link follows from the one before it in its chain."""
        key = (link.log, link.writer_id)
        known, is_first = self.chains.ends.get(key), key not in self.seen
        self.chains.ends[key] = ChainEnd(link.last, link.chain)
        self.chains.links += 1
        self.seen.add(key)
        if is_first != bool(link.chain_before):
            told = "only the first link of a writer in a file tells the hash before it, and must"
            yield self._broken(Fault.MALFORMED, told, link)
        end = known or self._begins(link)
        if is_first and not link.chain_before:
            return
        if link.first != end.sequence + 1:
            told = f"entry {link.first} comes after entry {end.sequence}"
            yield self._broken(Fault.GAP, told, link)
        elif is_first and link.chain_before != end.chain:
            told = "it goes on from another hash than that with which the one before it ends"
            yield self._broken(Fault.NOT_CONTINUED, told, link)
        elif _hash_of(end.chain, link) != link.chain:
            told = "its hash does not follow: it was changed, or the one before it"
            yield self._broken(Fault.CHANGED, told, link)

    def _begins(self, link: LogLink) -> ChainEnd:
        """From where a chain is followed of which nothing was there before."""
        if link.first == 1:
            return ChainEnd(0, UUID(link.writer_id).bytes)
        told = f"entry {link.first} comes first; those before it are missing"
        self.begun_before.append(self._broken(Fault.GAP, told, link))
        return ChainEnd(link.first - 1, link.chain_before)

    def _closed(self, end: LastLine) -> Iterator[Break]:
        """Whether a file is what its last line says, and goes on where the one before ended."""
        yield from self._beginnings(end)
        if end.links != self.links:
            told = f"it says to have {end.links} links, and has {self.links}"
            yield Break(Fault.INCOMPLETE, self.number, told)
        if not self.logs <= set(end.logs) or not self._is_within(end):
            told = "it has links that are not of the logs or the time that it says to be about"
            yield Break(Fault.OUT_OF_ORDER, self.number, told)
        for log in end.logs:
            complete = self.chains.complete_times.get(log)
            if complete is not None and complete != end.start:
                told = f"the file before has {log} until {instant_text(complete)}, and this one"
                begin = "the beginning" if end.start is None else instant_text(end.start)
                yield Break(Fault.NOT_CONTINUED, self.number, f"{told} from {begin} on", log)
            self.chains.complete_times[log] = end.complete
        if digest_of(self.digest, end.signed) != end.digest and not self.is_broken:
            yield Break(Fault.CHANGED, self.number, "its digest is not that of the file")

    def _beginnings(self, end: LastLine) -> Iterator[Break]:
        """Chains that begin in the middle, where the files should have them from their start."""
        if end.start is None:
            self.chains.whole.update(end.logs)
        yield from (each for each in self.begun_before if each.log in self.chains.whole)

    def _is_within(self, end: LastLine) -> bool:
        """Whether the links are of the time that the last line tells."""
        if end.start is not None and end.complete < end.start:
            return False
        if self.times is None:
            return True
        first, last = self.times
        return (end.start is None or end.start <= first) and last < end.complete


def _hash_of(before: bytes, link: LogLink) -> bytes:
    return sha256(before + "\n".join(value for _, value in link.fields).encode()).digest()


def _fields_fault(link: LogLink) -> str:
    """What of a link is not as what is hashed says; empty where all is."""
    if tuple(name for name, _ in link.fields) not in _FIELDS[link.log]:
        return "it has not the fields of an entry of its log"
    values = dict(link.fields)
    if any("\n" in value for value in values.values()):
        return "a value has more than one line"
    if values["writer"] != UUID(link.writer_id).hex:
        return "it is of another writer than it says"
    if link.log == "ACTS":
        numbers = (values["sequence"], values["sequence"])
    else:
        persons = values["iins"].count(",") + 1
        numbers = (values["first_sequence"], str(link.first + persons - 1))
    if numbers != (str(link.first), str(link.last)):
        return "it has other numbers than it says"
    return "" if is_instant(values["record_time"]) else "its instant cannot be read"
