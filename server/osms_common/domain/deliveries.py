"""
Batches of a feed, and what became of their records.

What a record is each feed says for itself; it has `violations`, and is rejected with all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Generic, NamedTuple, TypeVar

from osms_common.domain.codes import Outcome
from osms_common.domain.revision import Revision
from osms_common.domain.violations import Violation

Record = TypeVar("Record")


class UnreadableRecord(NamedTuple):
    """A line that the sender's tool, or ours, could not read at all."""

    violations: tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class Batch(Generic[Record]):
    """Records of consecutive positions; `content_of` gives back a line as it was sent."""

    first_position: int
    records: Sequence[Record]
    content_of: Callable[[int], bytes] = field(repr=False)
    """The line at an index of *records*, as it was sent."""

    @property
    def next_position(self) -> int:
        """The position after the last record."""
        return self.first_position + len(self.records)

    def since(self, position: int) -> Batch[Record]:
        """The records from *position* on."""
        skipped = max(0, position - self.first_position)
        if not skipped:
            return self
        content_of = self.content_of
        return Batch(
            self.first_position + skipped,
            self.records[skipped:],
            lambda index: content_of(index + skipped),
        )


class RecordOutcome(NamedTuple):
    """What became of the record at a position."""

    position: int
    outcome: Outcome
    violations: tuple[Violation, ...] = ()
    rejection_id: str = ""
    held_batch_id: str = ""
    flags: tuple[str, ...] = ()


class FeedId(NamedTuple):
    """One sender's ordered stream of one kind of fact."""

    kind: IntEnum
    sender: str


class Preview(NamedTuple):
    """How many people would gain days of the right, and how many would lose some."""

    gaining: int = 0
    losing: int = 0


class OutcomeCounts(NamedTuple):
    """How many records of a batch came to what; *repeated* ones had been stored before."""

    accepted: int = 0
    duplicate: int = 0
    rejected: int = 0
    held: int = 0
    repeated: int = 0


class FeedAck(NamedTuple):
    """Everything below *next_position* is stored; *outcomes* are those not plainly accepted."""

    next_position: int
    revision: Revision
    counts: OutcomeCounts
    outcomes: tuple[RecordOutcome, ...]
    preview: Preview | None = None
    """What a stream that only tries would have changed so far."""
