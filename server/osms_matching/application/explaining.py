"""
Says why a person has or has not which category: by the run of a day, or as the next would decide.

The engine judges the person anew with all who may have a place with them on that day, by what was
known to the run and by who held what before it; so it says what the run has decided, and also why
it has not.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from osms_common.application.clock import Clock
from osms_common.domain.calendar import almaty_day
from osms_common.domain.errors import InvalidRequest, NotFound
from osms_common.domain.identifiers import Iin, identifier_text
from osms_common.domain.violations import Reason, Violation
from osms_matching.application.ports import MatchingStore
from osms_matching.application.running import due
from osms_matching.domain.dated import IN_FORCE
from osms_matching.domain.decisions import Decision, Run
from osms_matching.domain.reports import Known
from osms_matching.rules.matching import match


class Explained(NamedTuple):
    """Every category that was considered, and the run that did; None where none has yet."""

    decisions: Sequence[Decision]
    run_id: UUID | None


class Explaining:
    """Explains categories."""

    def __init__(self, store: MatchingStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def explain(self, person: Iin, day: date | None) -> Explained:
        """
        Why a person has or has not which category on a day; today where none is given.

        NotFound: nothing is known of the person. InvalidRequest: the day is to come.
        """
        today = almaty_day(self._clock.now())
        if day is not None and day > today:
            violation = Violation("day", Reason.DATE_IN_FUTURE, f"{day} > {today}")
            raise InvalidRequest((violation,))
        if day is not None and day < IN_FORCE:
            violation = Violation("day", Reason.DATE_TOO_EARLY, f"{day} < {IN_FORCE}")
            raise InvalidRequest((violation,))
        day = day or today
        with self._store.read() as reading:
            if not reading.evidence.is_known(person):
                raise NotFound("person", identifier_text(person))
            made = reading.runs.of_day(day)
            run = made.run if made else Run(day, Known(reading.head()), due(reading.runs, day))
            party = reading.evidence.party(person, run)
            reports = reading.evidence.of_party(party, run)
            before = reading.runs.grants_before(made.run_id if made else run.known, party)
        decisions = match(reports, before, run).of(person)
        return Explained(decisions, made.run_id if made else None)
