"""What became of the records of one batch, and its rejected lines in the repair queue."""

from __future__ import annotations

from osms_common.application import verdicts
from osms_common.domain.codes import FeedKind
from osms_common.domain.deliveries import Batch, FeedId, Record
from osms_server.application.ports import Transaction
from osms_server.application.rows import RejectionRow


class Verdicts(verdicts.Verdicts):
    """Collects the outcomes of a batch, and its rejected lines for the repair queue."""

    def __init__(self, tx: Transaction, feed: FeedId, batch: Batch[Record]) -> None:
        super().__init__(tx.new_id, batch)
        self._tx = tx
        self._feed = feed

    def keep(self) -> None:
        """Keeps the rejected lines."""
        if self.rejected:
            kind, sender = FeedKind(self._feed.kind), self._feed.sender
            self._tx.repair.add(
                [
                    RejectionRow(
                        line.rejection_id,
                        kind,
                        sender,
                        line.position,
                        self._tx.revision,
                        line.violations,
                        line.content,
                        source=line.source,
                    )
                    for line in self.rejected
                ]
            )
