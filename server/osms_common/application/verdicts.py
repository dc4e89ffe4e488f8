"""What became of the records of one batch, while it is judged."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from osms_common.domain.codes import Outcome
from osms_common.domain.deliveries import Batch, OutcomeCounts, Record, RecordOutcome
from osms_common.domain.violations import Violation


class RejectedLine(NamedTuple):
    """A line that was rejected, with all that is wrong with it, as it was sent."""

    rejection_id: UUID
    position: int
    violations: tuple[Violation, ...]
    content: bytes
    source: str = ""
    """The source of what it tells, where that may see it."""


class Verdicts:
    """Collects the outcomes of a batch, and its rejected lines."""

    def __init__(self, new_id: Callable[[], UUID], batch: Batch[Record]) -> None:
        self._new_id = new_id
        self._first = batch.first_position
        self._content_of = batch.content_of
        self._accepted = 0
        self._duplicate = 0
        self._held = 0
        self._outcomes: list[RecordOutcome] = []
        self.rejected: list[RejectedLine] = []

    def accept(self, position: int, flags: tuple[str, ...] = ()) -> None:
        """The record is stored as a fact."""
        self._accepted += 1
        if flags:
            self._outcomes.append(RecordOutcome(position, Outcome.ACCEPTED, flags=flags))

    def duplicate(self, position: int) -> None:
        """The same was stored before."""
        self._duplicate += 1
        self._outcomes.append(RecordOutcome(position, Outcome.DUPLICATE))

    def hold(self, position: int, held_batch_id: UUID) -> None:
        """The record waits for approval."""
        self._held += 1
        self._outcomes.append(
            RecordOutcome(position, Outcome.HELD_FOR_APPROVAL, held_batch_id=str(held_batch_id))
        )

    def reject(self, position: int, violations: tuple[Violation, ...], source: str = "") -> None:
        """The record is kept as it was sent, to be mended; its *source* may see it."""
        rejection_id = self._new_id()
        self._outcomes.append(
            RecordOutcome(position, Outcome.REJECTED, violations, rejection_id=str(rejection_id))
        )
        content = self._content_of(position - self._first)
        self.rejected.append(RejectedLine(rejection_id, position, violations, content, source))

    @property
    def outcomes(self) -> tuple[RecordOutcome, ...]:
        """Every record that was not plainly accepted, in order of position."""
        return tuple(self._outcomes)

    @property
    def counts(self) -> OutcomeCounts:
        """How many records came to what."""
        return OutcomeCounts(
            accepted=self._accepted,
            duplicate=self._duplicate,
            rejected=len(self.rejected),
            held=self._held,
        )
