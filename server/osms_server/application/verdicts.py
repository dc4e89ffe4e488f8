"""What became of the records of one batch, while it is judged."""

from __future__ import annotations

from uuid import UUID

from osms_common.domain.codes import FeedKind, Outcome
from osms_common.domain.deliveries import (
    Batch,
    FeedId,
    OutcomeCounts,
    Record,
    RecordOutcome,
)
from osms_common.domain.violations import Violation
from osms_server.application.ports import Transaction
from osms_server.application.rows import RejectionRow


class Verdicts:
    """Collects the outcomes of a batch, and its rejected lines for the repair queue."""

    def __init__(self, tx: Transaction, feed: FeedId, batch: Batch[Record]) -> None:
        self._tx = tx
        self._feed = feed
        self._first = batch.first_position
        self._content_of = batch.content_of
        self._accepted = 0
        self._duplicate = 0
        self._held = 0
        self._outcomes: list[RecordOutcome] = []
        self._rejections: list[RejectionRow] = []

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
        """The record goes into the repair queue, as it was sent; its *source* may see it there."""
        rejection_id = self._tx.new_id()
        self._outcomes.append(
            RecordOutcome(position, Outcome.REJECTED, violations, rejection_id=str(rejection_id))
        )
        self._rejections.append(
            RejectionRow(
                rejection_id,
                FeedKind(self._feed.kind),
                self._feed.sender,
                position,
                self._tx.revision,
                violations,
                self._content_of(position - self._first),
                source=source,
            )
        )

    def keep(self) -> None:
        """Keeps the rejected lines."""
        if self._rejections:
            self._tx.repair.add(self._rejections)

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
            rejected=len(self._rejections),
            held=self._held,
        )
