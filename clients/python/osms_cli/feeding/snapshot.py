"""
Sends the full list of a body, whole or not at all.

A list has to be counted before it is sent, so it is the one file that is read as a whole. Its id
is remembered beside the file: sent again after a cut, it is the same list and not a second one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from osms_cli.failures import Failure
from osms_cli.feeding.lines import Records
from osms_cli.feeding.position import EMPTIED, Destination, Position, PositionFile
from osms_cli.feeding.rosters import ROSTER
from osms_cli.feeding.source import opened
from osms_cli.moments import stamp_shown
from osms_client import (
    OsmsClient,
    Outcome,
    RosterLine,
    SnapshotResult,
    Unreadable,
    Violation,
    new_request_id,
)


@dataclass(frozen=True)
class RejectedLine:
    """A line of the list that was rejected, alone."""

    line: int
    violations: tuple[Violation, ...]
    rejection_id: str


@dataclass(frozen=True)
class Sent:
    """How the sending of a list ended; no result where there was nothing to do."""

    file: Path
    body: str
    lines: int
    position: Position
    result: SnapshotResult | None = None
    rejected: tuple[RejectedLine, ...] = ()

    @property
    def tried(self) -> bool:
        """Whether the list was only tried."""
        return self.result is not None and self.result.preview is not None

    def document(self) -> dict[str, Any]:
        """What became of the list, as a JSON document."""
        result = self.result
        return {
            "file": str(self.file),
            "body": self.body,
            "lines": self.lines,
            "snapshot_id": self.position.snapshot_id,
            "nothing_to_do": result is None,
            "outcome": None if result is None else result.outcome,
            "revision": None if result is None else result.revision,
            "arrival_time": None if result is None else result.arrival_time,
            "entered": None if result is None else result.entered,
            "left": None if result is None else result.left,
            "unchanged": None if result is None else result.unchanged,
            "held_batch_id": None if result is None else result.held_batch_id,
            "rejected_lines": self.rejected,
        }

    def tried_document(self) -> dict[str, Any]:
        """What would have become of a list that was only tried, as a JSON document."""
        assert self.result is not None
        assert self.result.preview is not None
        meaningless = {"snapshot_id", "nothing_to_do", "revision", "arrival_time", "held_batch_id"}
        told = {name: each for name, each in self.document().items() if name not in meaningless}
        return {
            **told,
            "validate_only": True,
            "gaining": self.result.preview.gaining,
            "losing": self.result.preview.losing,
            "rejected_lines": [
                {"line": each.line, "violations": each.violations} for each in self.rejected
            ],
        }


def send_roster(
    client: OsmsClient, body: str, file: Path, destination: Destination, *, again: bool = False
) -> Sent:
    """Sends a list. Refused: it is empty, or not the body's own."""
    beside = PositionFile(file)
    known = beside.read(destination, again=again)
    records, lines = _read(file)
    if known is not None and known.finished:
        _check_known(client, body, lines, known)
        return Sent(file, body, known.acknowledged, known)
    position = known or beside.begin(destination, 1, new_request_id())
    with beside.remembering(position):
        result = client.push_roster(body, lines, snapshot_id=position.snapshot_id)
    position = replace(position, acknowledged=len(lines), finished=True, counts=_counts(result))
    beside.write(position)
    return Sent(file, body, len(lines), position, result, _rejected(records, result))


def _check_known(client: OsmsClient, body: str, lines: list[RosterLine], sent: Position) -> None:
    """Tries a list that was sent under its id. Failure: the service does not know it."""
    result = client.push_roster(body, lines, snapshot_id=sent.snapshot_id, validate_only=True)
    if result.outcome is not Outcome.DUPLICATE:
        message = f"the service does not know the list that it took ({stamp_shown(sent.updated)})"
        raise Failure(message, EMPTIED)


def try_roster(client: OsmsClient, body: str, file: Path, destination: Destination) -> Sent:
    """What would become of a list; nothing is stored, and no position is touched."""
    records, lines = _read(file)
    result = client.push_roster(body, lines, validate_only=True)
    position = PositionFile(file).begin(destination, 1)
    return Sent(file, body, len(lines), position, result, _rejected(records, result))


def _read(file: Path) -> tuple[Records[RosterLine], list[RosterLine]]:
    with opened(file) as source:
        records = Records(source, ROSTER)
        return records, [_line(record) for record in records]


def _rejected(records: Records[RosterLine], result: SnapshotResult) -> tuple[RejectedLine, ...]:
    return tuple(
        RejectedLine(records.line_of(each.position - 1), each.violations, each.rejection_id)
        for each in result.rejected_lines
    )


def _line(record: RosterLine | Unreadable) -> RosterLine:
    """A line of the list; one that is no record is one without an IIN: none of it is sent."""
    return RosterLine("") if isinstance(record, Unreadable) else record


def _counts(result: SnapshotResult) -> dict[str, int]:
    held = result.outcome is Outcome.HELD_FOR_APPROVAL
    return {
        "entered": result.entered,
        "left": result.left,
        "unchanged": result.unchanged,
        "rejected": len(result.rejected_lines),
        "held": int(held),
    }
