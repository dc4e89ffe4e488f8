"""
The second pass: the segments of all blocks are put together, delivery by delivery.

Here the messages get their numbers: only when all blocks are known can it be said how many came
before. The plan of it is made in one process, the files are written by all.
"""

from __future__ import annotations

from bisect import bisect_left
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from osms_cli.sample.days import Day, iso_texts
from osms_cli.sample.files import Delivery, packed, write_pieces
from osms_cli.sample.messages import HEADERS
from osms_cli.sample.paybook import HEADER as PAYMENT_HEADER
from osms_cli.sample.registers.book import SYSTEMS
from osms_cli.sample.spool import SENT_BY_BLOCKS, SpooledBlock, Stream
from osms_cli.sample.vocabulary import STATE_CORPORATION, Feed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from osms_cli.sample.bad_messages import Place
    from osms_cli.sample.plan import Plan

FOLDERS: Final = {
    Feed.CATEGORY: "categories",
    Feed.TREATY: "treaty",
    Feed.PAYMENT: "payments",
    Feed.REPORT: "reports",
    Feed.CONTRIBUTION: "contributions",
}
TIMES: Final = {
    Feed.CATEGORY: (7, 30),
    Feed.TREATY: (8, 0),
    Feed.REPORT: (17, 0),
    Feed.CONTRIBUTION: (18, 0),
    Feed.PAYMENT: (19, 0),
}
TOLD_HEADERS: Final = {**HEADERS, Feed.PAYMENT: PAYMENT_HEADER}
AS_JSON: Final = (Feed.REPORT, Feed.CONTRIBUTION)
NUMBERED: Final = (Feed.CATEGORY, Feed.TREATY)
FIRST_NUMBER: Final = 1


class Piece(NamedTuple):
    """A segment in a spool file, and the numbers of its lines if it has any."""

    spool: str
    offset: int
    size: int
    first_number: int
    lines: int
    repeated: dict[int, int]  # the number of each line that repeats one


class Assembly(NamedTuple):
    """A file that is to be put together."""

    delivery: Delivery
    pieces: list[Piece]


class AssemblyTask(NamedTuple):
    """Some files that one process puts together."""

    directory: Path
    compress: bool
    assemblies: list[Assembly]


class Numbering:
    """Gives out the sender's message numbers, in the order of the deliveries."""

    def __init__(self, blocks: list[SpooledBlock]) -> None:
        self._next = FIRST_NUMBER
        self._firsts: list[dict[Feed, list[int]]] = [
            {feed: [] for feed in NUMBERED} for _ in blocks
        ]
        self._blocks = blocks

    def first_of(self, block: int, feed: Feed, fresh: int) -> int:
        """The first number of the next segment of a block, which needs *fresh* of them."""
        first = self._next
        self._next += fresh
        self._firsts[block][feed].append(first)
        return first

    def repeated(self, block: int, feed: Feed, places: dict[int, Place]) -> dict[int, int]:
        """The numbers of messages that were numbered before, by the lines that repeat them."""
        days = self._blocks[block].tracks[feed, STATE_CORPORATION].days
        firsts = self._firsts[block][feed]
        return {
            line: firsts[bisect_left(days, place.day)] + place.place
            for line, place in places.items()
        }


def assemblies_of(plan: Plan, blocks: list[SpooledBlock]) -> Iterator[Assembly]:
    """All files that blocks of people are told of in, in the order of delivery."""
    numbering = Numbering(blocks)
    cursors = [dict.fromkeys(SENT_BY_BLOCKS, 0) for _ in blocks]
    for day, stream in _deliveries(blocks):
        pieces, lines, bad = [], 0, 0
        for number, block in enumerate(blocks):
            track, place = block.tracks[stream], cursors[number][stream]
            if place < len(track.days) and track.days[place] == day:
                cursors[number][stream] += 1
                pieces.append(_piece(numbering, number, (block, stream), place))
                lines += track.lines[place]
                bad += track.bad[place]
        yield Assembly(_delivery(plan, day, stream, (lines, bad)), pieces)


def _delivery(plan: Plan, day: Day, stream: Stream, counts: tuple[int, int]) -> Delivery:
    feed, sender = stream
    folder = f"{FOLDERS[feed]}/{sender}" if feed is Feed.REPORT else FOLDERS[feed]
    suffix = plan.suffix_of("ndjson" if feed in AS_JSON else "csv")
    hour, minute = _time_of(stream)
    return Delivery(
        day, hour, minute, feed, sender, f"{folder}/{iso_texts()[day]}{suffix}", *counts
    )


def _time_of(stream: Stream) -> tuple[int, int]:
    """The hour and minute of a delivery; source systems send one after another."""
    feed, sender = stream
    hour, minute = TIMES[feed]
    return hour, minute + (SYSTEMS.index(sender) if feed is Feed.REPORT else 0)


def _deliveries(blocks: list[SpooledBlock]) -> list[tuple[Day, Stream]]:
    found = {
        (day, stream)
        for block in blocks
        for stream, track in block.tracks.items()
        for day in track.days
    }
    return sorted(found, key=lambda delivery: (delivery[0], _time_of(delivery[1])))


def _piece(
    numbering: Numbering, number: int, segment: tuple[SpooledBlock, Stream], place: int
) -> Piece:
    block, stream = segment
    feed, track = stream[0], block.tracks[stream]
    first, repeated = 0, {}
    if feed in NUMBERED:
        first = numbering.first_of(number, feed, track.fresh[place])
        places = track.numbered_as.get(track.days[place])
        repeated = numbering.repeated(number, feed, places) if places else {}
    offset, size = track.offsets[place], track.sizes[place]
    return Piece(block.spool, offset, size, first, track.lines[place], repeated)


def assemble(task: AssemblyTask) -> None:
    """Put the files of a task together."""
    with ExitStack() as stack:
        spools: dict[str, BinaryIO] = {}
        for delivery, pieces in task.assemblies:
            for piece in pieces:
                if piece.spool not in spools:
                    spools[piece.spool] = stack.enter_context(Path(piece.spool).open("rb"))
            found = _packed_pieces(delivery.feed, pieces, spools, compress=task.compress)
            write_pieces(task.directory / delivery.file, found)


def _packed_pieces(
    feed: Feed, pieces: list[Piece], spools: dict[str, BinaryIO], *, compress: bool
) -> Iterator[bytes]:
    if feed in TOLD_HEADERS:
        yield packed(TOLD_HEADERS[feed].encode(), compress=compress)
    for piece in pieces:
        spool = spools[piece.spool]
        spool.seek(piece.offset)
        data = spool.read(piece.size)
        if feed in NUMBERED:
            data = packed(data % _numbers(piece), compress=compress)
        yield data


def _numbers(piece: Piece) -> tuple[int, ...]:
    """The number of each line of a piece."""
    if not piece.repeated:
        return tuple(range(piece.first_number, piece.first_number + piece.lines))
    numbers, following = [], piece.first_number
    for line in range(piece.lines):
        if line in piece.repeated:
            numbers.append(piece.repeated[line])
        else:
            numbers.append(following)
            following += 1
    return tuple(numbers)
