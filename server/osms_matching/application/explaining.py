"""
Says why a person has or has not which category: by the run of a day, or as the next would decide.

The engine judges the person anew with all who may have a place with them on that day, by what was
known to the run and by who held what before it; so it says what the run has decided, and also why
it has not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
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
from osms_matching.domain.decisions import Decision, Outcome, Run
from osms_matching.domain.decisions import Reason as Why
from osms_matching.domain.reports import Known
from osms_matching.domain.runs import RunState
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

        NotFound: nothing is known of the person, or a later day was run and this one was not.
        InvalidRequest: the day is to come, or before the Order.
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
            made, newest = reading.runs.of_day(day), reading.runs.newest()
            if made is None and newest is not None and newest.day > day:
                raise NotFound("run", day.isoformat())
            run = made.run if made else Run(day, Known(reading.head()), due(reading.runs, day))
            party = reading.evidence.party(person, run)
            reports = reading.evidence.of_party(party, run)
            before = reading.runs.grants_before(made.run_id if made else run.known, party)
            decisions = match(reports, before, run).of(person)
            if made is not None and made.state is RunState.DISCARDED:
                decisions = _as_discarded(
                    decisions, reading.runs.decisions_of(made.run_id, person)
                )
        return Explained(decisions, made.run_id if made else None)


def _as_discarded(
    decisions: Iterable[Decision], standing: Iterable[Decision]
) -> tuple[Decision, ...]:
    """What stands of the decisions of a run of which some were discarded."""
    stands = {decision.category for decision in standing}
    return tuple(_undone(each) if each.category not in stands else each for each in decisions)


def _undone(decision: Decision) -> Decision:
    """Of a change: that there is none."""
    if decision.outcome is Outcome.WITHDRAWN:
        return replace(decision, outcome=Outcome.KEPT, reason=Why.DISCARDED, other=None)
    if decision.outcome is Outcome.GRANTED:
        told = replace(decision, outcome=Outcome.NOT_GRANTED, reason=Why.DISCARDED)
        return replace(told, assigned_on=None)
    return decision
