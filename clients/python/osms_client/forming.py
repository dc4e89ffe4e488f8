"""What the matching decides, as dataclasses with dates and plain codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from osms_client.errors import Violation
from osms_client.values import Provision


@dataclass(frozen=True, slots=True)
class CategoryChange:
    """What a run changes in one category: how many people held it, gain it, lose it."""

    category: str
    held: int
    granted: int
    withdrawn: int
    stops: bool
    """Whether so many removals stop the run."""


@dataclass(frozen=True, slots=True)
class MatchingRun:
    """A run of the matching on a day."""

    run_id: str
    day: date
    kind: str
    """DAILY or MONTHLY."""

    state: str
    """FORMED, STOPPED, SENT or DISCARDED; UNKNOWN for one of a later version."""

    known_time: datetime
    """Everything that was reported by then is known to it."""

    begun_by: str
    """Empty where it was begun on the machine itself."""

    decided_by: str
    """Who released or discarded it; empty where nobody had to."""

    changes: tuple[CategoryChange, ...]
    bereft: int
    """People who lose a category and hold none after it."""

    sent: int
    messages: int
    """Messages for the register; *sent* of them are acknowledged."""

    rejected: int
    """Of those that are acknowledged, the register has rejected so many."""


@dataclass(frozen=True, slots=True)
class MonthFound:
    """A month that was looked at, as its first day, and what was paid in it."""

    month: date
    kinds: tuple[str, ...]
    """PENSION_CONTRIBUTION, SOCIAL_DEDUCTION; none if nothing was paid."""


@dataclass(frozen=True, slots=True)
class CategoryDecision:
    """What a run decided about one category of one person."""

    iin: str
    category: str
    day: date
    outcome: str
    """GRANTED, KEPT, WITHDRAWN or NOT_GRANTED; UNKNOWN for one of a later version."""

    reason: str
    text: str
    """The reason in one sentence."""

    source: str
    provisions: tuple[Provision, ...]
    months: tuple[MonthFound, ...]
    assigned_on: date | None
    """Since when the category is or was held; None where it was not."""

    other_category: str
    """The category before which it gives way; empty where there is none."""


@dataclass(frozen=True, slots=True)
class CategoryExplanation:
    """Every category of a person that was considered, in the order of p. 20, 55, 61."""

    decisions: tuple[CategoryDecision, ...]
    run_id: str
    """The run that decided so; empty where none has yet, and it is as the next would."""


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """A line that was rejected. Mended, it is sent again in the feed like any other."""

    rejection_id: str
    sender: str
    position: int
    record_time: datetime
    violations: tuple[Violation, ...]
    line: Mapping[str, Any]
    """The line as it was sent, as JSON of the contract has it."""
