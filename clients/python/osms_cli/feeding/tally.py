"""What became of the records of a file: counts, and the first few that were not accepted."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from osms_client import Ack, Outcome, RecordOutcome, Violation

FIRST_FEW: Final = 5


@dataclass(frozen=True)
class NotTaken:
    """A record that was rejected, and where in the file it stands."""

    line: int
    position: int
    violations: tuple[Violation, ...]
    rejection_id: str


@dataclass
class Tally:
    """Counts what became of records. *line_of* tells the line on which a position stands."""

    line_of: Callable[[int], int]
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    held_batches: Counter[str] = field(default_factory=Counter)
    first: list[NotTaken] = field(default_factory=list)
    rejected: int = 0
    """How many of this run were rejected; `counts` may begin with those of runs before."""

    sent: int = 0
    started: float = field(default_factory=time.monotonic)

    def add(self, ack: Ack) -> None:
        """Counts the records of a batch."""
        self.counts["accepted"] += ack.accepted
        self.counts["duplicate"] += ack.duplicate
        self.counts["rejected"] += ack.rejected
        self.counts["held"] += ack.held
        self.counts["repeated"] += ack.repeated
        self.sent += ack.accepted + ack.duplicate + ack.rejected + ack.held + ack.repeated
        for outcome in ack.outcomes:
            self.add_outcome(outcome)

    def add_outcome(self, outcome: RecordOutcome) -> None:
        """Looks at a record that was not plainly accepted."""
        self.flags.update(outcome.flags)
        if outcome.outcome is Outcome.HELD_FOR_APPROVAL:
            self.held_batches[outcome.held_batch_id] += 1
        if outcome.outcome is not Outcome.REJECTED:
            return
        self.rejected += 1
        self.reasons.update({violation.reason for violation in outcome.violations})
        if len(self.first) < FIRST_FEW:
            self.first.append(
                NotTaken(
                    self.line_of(outcome.position),
                    outcome.position,
                    outcome.violations,
                    outcome.rejection_id,
                )
            )

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return time.monotonic() - self.started

    @property
    def lines_per_second(self) -> float:
        """How many records were taken in a second."""
        return self.sent / self.seconds if self.sent else 0.0
