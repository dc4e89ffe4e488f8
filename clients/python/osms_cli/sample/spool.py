"""
The first pass: blocks are written one after the other into spool files, wherever there is room.

Nothing of a block stays in memory but where its segments lie. Where that is depends on which
process wrote them; what they say does not.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from osms_cli.sample.block import Block, BlockReport
from osms_cli.sample.registers.book import SYSTEMS
from osms_cli.sample.vocabulary import STATE_CORPORATION, Feed
from osms_cli.sample.workers import without_collection

if TYPE_CHECKING:
    from pathlib import Path

    from osms_cli.sample.bad_messages import Place
    from osms_cli.sample.plan import Plan
    from osms_cli.sample.segments import Segment

SPOOLS_MAX: Final = 240  # spool files that are read at the same time in the second pass
SENT_BY_BLOCKS: Final = (
    *((feed, STATE_CORPORATION) for feed in (Feed.CATEGORY, Feed.TREATY, Feed.PAYMENT)),
    *((Feed.REPORT, system) for system in SYSTEMS),
    (Feed.CONTRIBUTION, STATE_CORPORATION),
)
"""What blocks send, and who sends it."""

Stream: TypeAlias = tuple[Feed, str]


class Track:
    """Where the segments of one block for one stream lie, in the order of their days."""

    __slots__ = ("bad", "days", "fresh", "lines", "numbered_as", "offsets", "sizes")

    def __init__(self) -> None:
        self.days = array("q")
        self.offsets = array("q")
        self.sizes = array("q")
        self.lines = array("q")
        self.bad = array("q")
        self.fresh = array("q")
        self.numbered_as: dict[int, dict[int, Place]] = {}

    def add(self, segment: Segment, offset: int) -> None:
        """Add a segment that was written at an offset."""
        self.days.append(segment.day)
        self.offsets.append(offset)
        self.sizes.append(len(segment.data))
        self.lines.append(segment.lines)
        self.bad.append(segment.bad)
        self.fresh.append(segment.fresh)
        if segment.numbered_as:
            self.numbered_as[segment.day] = segment.numbered_as


class SpooledBlock(NamedTuple):
    """A block whose lines lie in a spool file."""

    spool: str
    tracks: dict[Stream, Track]
    report: BlockReport


class SpoolTask(NamedTuple):
    """Some blocks that one process writes into one spool file."""

    plan: Plan
    blocks: range
    spool: Path


def spool_tasks(plan: Plan, directory: Path) -> list[SpoolTask]:
    """All blocks of a plan, in as many tasks as there may be spool files."""
    step = -(-plan.blocks // SPOOLS_MAX)
    return [
        SpoolTask(plan, range(first, min(first + step, plan.blocks)), directory / f"{first}.spool")
        for first in range(0, plan.blocks, step)
    ]


def spool_blocks(task: SpoolTask) -> list[SpooledBlock]:
    """Write the blocks of a task."""
    spooled = []
    with without_collection(), task.spool.open("wb") as file:
        for number in task.blocks:
            block = Block(task.plan, number)
            tracks = {stream: Track() for stream in SENT_BY_BLOCKS}
            for segment in block.segments():
                tracks[segment.feed, segment.sender].add(segment, file.tell())
                file.write(segment.data)
            spooled.append(SpooledBlock(str(task.spool), tracks, block.report()))
    return spooled
