"""Runs of the matching as they are kept: what became of them, and how much they changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from osms_matching.domain.decisions import Run, RunKind
from osms_matching.domain.reports import Known


class RunState(StrEnum):
    """What became of a run."""

    FORMED = "FORMED"
    """It stands, and its messages go to the register."""
    STOPPED = "STOPPED"
    """A guard against mass removals keeps some of it back."""
    SENT = "SENT"
    """The register has acknowledged all of its messages."""
    DISCARDED = "DISCARDED"
    """What was kept back of it was discarded; all else of it stands."""


class CategoryCounts(NamedTuple):
    """How many held a category before a run, and to and from how many it was given and taken."""

    held: int
    granted: int
    withdrawn: int


@dataclass(frozen=True, slots=True)
class KeptRun:
    """
    A run as it is kept.

    *number* counts runs in the order in which they were made. *bereft_count*
    are those who lost a category and hold none after it.
    """

    number: int
    run_id: UUID
    day: date
    kind: RunKind
    known: Known
    made_at: datetime
    state: RunState
    begun_by: str
    decided_by: str | None
    bereft_count: int

    @property
    def run(self) -> Run:
        """The matching that it was."""
        return Run(self.day, self.known, self.kind)


class RunNotNewest(Exception):
    """A run after this one stands on what it left, so it cannot be undone."""
