"""What became of everything that was delivered, by feed, and whether it is what was meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from rich.text import Text

from osms_cli import output
from osms_client import Ack, Outcome, RecordOutcome, SnapshotResult

FEEDS: Final = ("REPORT", "CONTRIBUTION", "PAYMENT", "ROSTER", "ROSTER_CHANGE")
OUTCOMES: Final = ("ACCEPTED", "DUPLICATE", "REJECTED", "HELD")


@dataclass
class Account:
    """Counts by feed."""

    lines: Counter[str] = field(default_factory=Counter)
    deliveries: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    snapshots: dict[str, str] = field(default_factory=dict)
    """Snapshots that were not plainly accepted: the file, and what became of it."""

    def add(self, feed: str, ack: Ack) -> None:
        """Counts a batch."""
        for outcome, number in zip(
            OUTCOMES, (ack.accepted, ack.duplicate, ack.rejected, ack.held), strict=True
        ):
            self.outcomes[feed, outcome] += number
        self._add_reasons(feed, ack.outcomes)

    def add_snapshot(self, file: str, lines: int, result: SnapshotResult) -> None:
        """Counts a snapshot; the lines of one that is held wait with it."""
        rejected = len(result.rejected_lines)
        held = result.outcome is Outcome.HELD_FOR_APPROVAL
        if held:
            self.snapshots[file] = "HELD"
        self.outcomes["ROSTER", "HELD" if held else "ACCEPTED"] += lines - rejected
        self.outcomes["ROSTER", "REJECTED"] += rejected
        self._add_reasons("ROSTER", result.rejected_lines)

    def refuse_snapshot(self, file: str, lines: int, reasons: list[str]) -> None:
        """Counts a snapshot that was refused as a whole."""
        self.snapshots[file] = "REJECTED"
        self.outcomes["ROSTER", "REJECTED"] += lines
        self.reasons.update(("ROSTER", reason) for reason in reasons)

    def _add_reasons(self, feed: str, outcomes: tuple[RecordOutcome, ...]) -> None:
        for outcome in outcomes:
            if outcome.outcome is Outcome.REJECTED:
                reasons = {violation.reason for violation in outcome.violations}
                self.reasons.update((feed, reason) for reason in reasons)

    def draw(self) -> None:
        """The counts in a table."""
        rows: list[list[output.Cell]] = [
            [
                feed,
                self.deliveries[feed],
                self.lines[feed],
                *(self.outcomes[feed, outcome] for outcome in OUTCOMES),
            ]
            for feed in FEEDS
        ]
        total: list[output.Cell] = [
            "all",
            self.deliveries.total(),
            self.lines.total(),
            *(sum(self.outcomes[feed, outcome] for feed in FEEDS) for outcome in OUTCOMES),
        ]
        columns = ["FEED", "DELIVERIES", "LINES", *OUTCOMES]
        output.show(output.table(columns, [*rows, total], right=frozenset(columns[1:])))

    def draw_reasons(self) -> None:
        """The reasons of rejections in a table."""
        reasons = Counter[str]()
        for (_, reason), number in self.reasons.items():
            reasons[reason] += number
        rows = [
            [reason, *(self.reasons[feed, reason] or Text("") for feed in FEEDS), number]
            for reason, number in reasons.most_common()
        ]
        columns = ["REASON", *FEEDS, "all"]
        output.show(output.table(columns, rows, right=frozenset(columns[1:])))

    def document(self) -> dict[str, Any]:
        """The counts as a JSON document."""
        return {
            feed: {
                "deliveries": self.deliveries[feed],
                "lines": self.lines[feed],
                **{outcome.lower(): self.outcomes[feed, outcome] for outcome in OUTCOMES},
                "rejected_by_reason": {
                    reason: number for (of, reason), number in self.reasons.items() if of == feed
                },
            }
            for feed in FEEDS
        }

    def misfits(self, region: Mapping[str, Any]) -> list[str]:
        """Where the outcomes are not those that the region was made for."""
        found = []
        for feed, told in region["feeds"].items():
            meant = Counter[str]()
            for kind in told["bad"].values():
                meant[kind["outcome"]] += kind["lines"]
            for outcome in ("DUPLICATE", "REJECTED"):
                number = self.outcomes[feed, outcome]
                if number != meant[outcome]:
                    found.append(f"{feed}: {number} {outcome}, and {meant[outcome]} were meant")
        for file, told in region["snapshots"].items():
            came = self.snapshots.get(file, "ACCEPTED")
            if came != told["outcome"]:
                found.append(f"{file}: {came}, and {told['outcome']} was meant")
        return found
