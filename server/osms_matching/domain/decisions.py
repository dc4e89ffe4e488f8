"""What a matching decides: about whom, why, and by what it found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from osms_common.domain.calendar import Month
from osms_common.domain.codes import DEATH, Category, System
from osms_common.domain.identifiers import Iin
from osms_matching.domain.contributions import ContributionKind
from osms_matching.domain.grants import Grants
from osms_matching.domain.reports import Known


class Outcome(StrEnum):
    """What became of a category of a person in a matching."""

    GRANTED = "GRANTED"
    KEPT = "KEPT"
    WITHDRAWN = "WITHDRAWN"
    NOT_GRANTED = "NOT_GRANTED"


class Reason(StrEnum):
    """Why; of a withdrawal, it is the reason of removal (p. 18 item 6, p. 53 item 6)."""

    LISTED = "LISTED"
    """A source lists the person, and nothing is matched."""
    NO_CONTRIBUTIONS = "NO_CONTRIBUTIONS"
    """Granted: listed, and none in the months looked at."""
    NOT_EVERY_MONTH = "NOT_EVERY_MONTH"
    """Kept: listed, and not in each of the months looked at."""
    ONLY_PARENT = "ONLY_PARENT"
    """Granted: nobody else who has the place did not work."""
    MOTHER = "MOTHER"
    """Granted: neither parent worked."""
    FATHER_APPLIED = "FATHER_APPLIED"
    """Granted: neither parent worked, and the father applied."""
    FIRST_NAMED = "FIRST_NAMED"
    """Granted: of several guardians who did not work, none of whom is mother or applied."""
    ON_LEAVE = "ON_LEAVE"
    """A holder of R03 has a leave record: moved to R04."""

    DISCARDED = "DISCARDED"
    """Kept, or not granted: a supervisor has discarded what the run had decided."""

    DEATH = DEATH
    NOT_LISTED = "NOT_LISTED"
    NOT_REGISTERED = "NOT_REGISTERED"
    OTHER_LEVEL = "OTHER_LEVEL"
    FOREIGNER = "FOREIGNER"
    TEMPORARY_STAY = "TEMPORARY_STAY"
    SUBSIDISED_JOB = "SUBSIDISED_JOB"
    ON_THE_JOB_TRAINING = "ON_THE_JOB_TRAINING"
    CHILD_TURNED_THREE = "CHILD_TURNED_THREE"
    CHILD_DIED = "CHILD_DIED"
    NO_CHILD = "NO_CHILD"
    LEAVE_ENDED = "LEAVE_ENDED"
    OTHER_CATEGORY = "OTHER_CATEGORY"
    OTHER_PARENT = "OTHER_PARENT"
    WORKED = "WORKED"


class MonthFound(NamedTuple):
    """A month that was looked at, and what was paid in it."""

    month: Month
    kinds: frozenset[ContributionKind]


@dataclass(frozen=True, slots=True)
class Decision:
    """
    What became of one category of one person.

    *source* assigned the category, or is where its removal comes from; it lists the person where
    the category is not granted. *assigned_on* names the episode; None where there is none.
    """

    person: Iin
    category: Category
    day: date
    outcome: Outcome
    reason: Reason
    source: System
    provisions: tuple[str, ...]
    months: tuple[MonthFound, ...] = ()
    assigned_on: date | None = None
    other: Category | None = None
    """The category before which it gives way."""


class RunKind(StrEnum):
    """Which categories a matching forms, by how often their data come."""

    DAILY = "DAILY"
    """Those whose data come every day (p. 19, 54 part 1)."""
    MONTHLY = "MONTHLY"
    """All of them, also those whose data come every month (p. 54 part 2)."""


class Run(NamedTuple):
    """A matching on *day*, by what was known at *known*; all categories unless *kind* says so."""

    day: date
    known: Known
    kind: RunKind = RunKind.MONTHLY


@dataclass(frozen=True, slots=True)
class Matching:
    """What one matching decided, in order of person and category, and who holds what after it."""

    run: Run
    decisions: tuple[Decision, ...]
    grants: Grants

    def of(self, person: Iin) -> tuple[Decision, ...]:
        """What was decided about one person."""
        return tuple(decision for decision in self.decisions if decision.person == person)

    @property
    def changes(self) -> tuple[Decision, ...]:
        """What was granted and withdrawn: what the State Corporation would send."""
        changing = (Outcome.GRANTED, Outcome.WITHDRAWN)
        return tuple(decision for decision in self.decisions if decision.outcome in changing)
