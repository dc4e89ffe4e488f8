"""What a sender was told, and what may and must follow from it."""

from __future__ import annotations

from dataclasses import dataclass, field

from osms_client import Ack, Outcome


class Broken(AssertionError):
    """A promise of the service was broken."""


def require(condition: object, *told: object) -> None:
    """Broken, unless the condition holds."""
    if not condition:
        raise Broken(*told)


@dataclass
class Acknowledged:
    """What was told of one feed."""

    feed: str
    next_position: int = 1
    """Everything below was acknowledged, and may never be gone."""

    sent_position: int = 1
    """Everything below was sent in its place; nothing from here on may be there."""

    revision: str = ""
    """The last that was told: everything acknowledged is known in it."""

    outcomes: dict[int, Outcome] = field(default_factory=dict)
    """What became of the records whose acknowledgement arrived."""

    def send(self, first: int, count: int) -> None:
        """Records are sent where they belong."""
        self.sent_position = max(self.sent_position, first + count)

    def expect(self, position: int) -> None:
        """The service expects a position: what was acknowledged is had, what never came is not."""
        require(
            self.next_position <= position <= self.sent_position,
            f"{self.feed}: the service goes on from {position}; acknowledged to"
            f" {self.next_position}, sent to {self.sent_position}",
        )

    def take(self, first: int, count: int, ack: Ack) -> None:
        """A batch was acknowledged: each of its records once, all of it below the position."""
        counted = (ack.accepted, ack.duplicate, ack.rejected, ack.held, ack.repeated)
        require(sum(counted) == count, self.feed, "counts", counted, count)
        require(ack.next_position >= first + count, self.feed, "acknowledged too little", ack)
        self.expect(ack.next_position)
        told = {outcome.position: outcome.outcome for outcome in ack.outcomes}
        for position in range(first + ack.repeated, first + count):
            require(position not in self.outcomes, f"{self.feed}: {position} was taken twice")
            self.outcomes[position] = told.pop(position, Outcome.ACCEPTED)
        require(not told, self.feed, "outcomes of records that were had", told)
        require(ack.revision >= self.revision, self.feed, "revisions went back", ack.revision)
        self.next_position, self.revision = ack.next_position, ack.revision

    def note(self, position: int, revision: str) -> None:
        """Another process of the sender was told that everything below a position is stored."""
        self.expect(position)
        self.next_position, self.revision = position, max(revision, self.revision)
