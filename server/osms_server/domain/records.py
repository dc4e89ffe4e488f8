"""
Records: the lines of the feeds, read but not yet judged.

A field that could not be read is None and has its violation; so a line is rejected with
everything that is wrong with it. `Batch.content_of` gives back a line as it was sent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, NamedTuple, TypeVar

from osms_server.domain.calendar import Month
from osms_server.domain.codes import Category, FeedKind, Outcome, PayerKind, System
from osms_server.domain.identifiers import Iin
from osms_server.domain.revision import Revision
from osms_server.domain.violations import Violation

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True, eq=False)
class EpisodeTold:
    """
    What a message tells of an episode, whoever the person is; a removal has a reason, never None.

    Feeds tell the same of many people. Their messages share one of these, and what follows from
    it is worked out once: so it is told apart by identity.
    """

    category: Category | None
    assigned_on: date | None
    source: System | None
    removed_on: date | None = None
    reason: str | None = None
    violations: tuple[Violation, ...] = ()


class CategoryRecord(NamedTuple):
    """A message about a category or treaty listing of a person."""

    message_number: int
    iin: Iin | None
    told: EpisodeTold
    violations: tuple[Violation, ...] = ()
    """What is wrong with the number and the person."""


class PaymentRecord(NamedTuple):
    """A payment line; the amount is in tiyn."""

    reference: str
    iin: Iin | None
    surname: str
    given_name: str
    patronymic: str
    payer_id: int | None
    payer_name: str
    payer_kind: PayerKind
    period: Month | None
    received_on: date | None
    amount: int | None
    purpose_code: int | None
    violations: tuple[Violation, ...] = ()


class RefundRecord(NamedTuple):
    """A refund line; the amount is in tiyn."""

    refund_reference: str
    reference: str
    iin: Iin | None
    period: Month | None
    purpose_code: int | None
    amount: int | None
    refunded_on: date | None
    violations: tuple[Violation, ...] = ()


class RosterLine(NamedTuple):
    """A line of a roster snapshot."""

    iin: Iin | None
    violations: tuple[Violation, ...] = ()


class RosterChangeRecord(NamedTuple):
    """A change of staff: the person joins, or leaves."""

    joins: bool
    iin: Iin | None
    changed_on: date | None
    body: System | None
    violations: tuple[Violation, ...] = ()


class UnreadableRecord(NamedTuple):
    """A line that the sender's tool, or ours, could not read at all."""

    violations: tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class Batch(Generic[Record]):
    """Records of consecutive positions."""

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

    kind: FeedKind
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
