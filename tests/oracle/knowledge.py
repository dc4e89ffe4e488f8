"""
What is answered about a day: PRESERVED (section 2.8), HELD (2.10) and the stretch of a right.

The instants of a day at which something could be told about it are its first instant and each
instant within it at which something became known, all of them not later than the instant *now* at
which the question is asked. Between two facts of one instant nothing was known to anybody.
"""

from collections.abc import Iterator
from dataclasses import fields
from datetime import date, datetime, timedelta

from tests.oracle.days import ONE_DAY, day_of, first, start_of
from tests.oracle.facts import Fact, Incident, IncidentEnd, Payment, PersonalFact, Snapshot
from tests.oracle.grounds import Ground, grounds_on
from tests.oracle.known import Known, remembered
from tests.oracle.ledger import Ledger
from tests.oracle.reference import FUND, Parameters

_BEYOND_EVERY_DATE = timedelta(days=400)
"""Longer than the longest time for which a right goes on after a date: six months and a bit."""


class Life:
    """One person, as known at any instant."""

    def __init__(self, ledger: Ledger, iin: str, parameters: Parameters) -> None:
        self._iin = iin
        self._parameters = parameters
        self._facts = [(ledger.known_since(fact), fact) for fact in ledger.concerning(iin)]
        self._instants = sorted({since for since, _ in self._facts if since is not None})
        self._views: dict[int, Known] = {}

    def known_at(self, instant: datetime) -> Known:
        """Return what is known at *instant*: the facts known since then or earlier."""
        number = sum(known_since <= instant for known_since in self._instants)
        if number not in self._views:
            facts = [fact for since, fact in self._facts if since is not None and since <= instant]
            self._views[number] = Known(self._iin, facts, self._parameters)
        return self._views[number]

    def grounds(self, day: date, now: datetime) -> tuple[Ground, ...]:
        """Return the grounds of *day* as known at *now*; HELD is the only one where it is one."""
        standing = grounds_or_preserved(self.known_at(now), day)
        if standing or not self._was_told(day, now):
            return standing
        return (Ground("HELD", frozenset()),)

    def through(self, day: date, now: datetime) -> date | None:
        """Return the last of the entitled days that follow *day*, itself one; None if no end."""
        horizon = max(day, day_of(now), *self._dates(now)) + _BEYOND_EVERY_DATE
        while self.grounds(day + ONE_DAY, now):
            day += ONE_DAY
            if day > horizon:
                return None
        return day

    def is_registered(self, now: datetime) -> bool:
        """Tell whether anything is known about the person (section 5)."""
        return any(self._names(fact) for fact in self.known_at(now).facts)

    def _names(self, fact: Fact) -> bool:
        if isinstance(fact, Snapshot):
            return self._iin in fact.iins
        return isinstance(fact, PersonalFact)

    def _was_told(self, day: date, now: datetime) -> bool:
        """Tell whether the facts known at an instant of *day* said that the right holds."""
        told = self._instants_of(day, now)
        return any(grounds_or_preserved(self.known_at(instant), day) for instant in told)

    def _instants_of(self, day: date, now: datetime) -> Iterator[datetime]:
        start, end = start_of(day), start_of(day + ONE_DAY)
        if start <= now:
            yield start
        for instant in self._instants:
            if start < instant < end and instant <= now:
                yield instant

    def _dates(self, now: datetime) -> list[date]:
        facts = self.known_at(now).facts
        return [date for fact in facts for date in _dates_of(fact)]


@remembered
def grounds_or_preserved(known: Known, day: date) -> tuple[Ground, ...]:
    """Return the grounds of *day* by one state of knowledge, PRESERVED if there is no other."""
    grounds = grounds_on(known, day)
    if grounds or known.is_dead_on(day) or not _is_preserved(known, day):
        return grounds
    return (Ground("PRESERVED", frozenset()),)


def _is_preserved(known: Known, day: date) -> bool:
    return any(_preserves(known, incident, day) for incident in known.of(Incident))


def _preserves(known: Known, incident: Incident, day: date) -> bool:
    """``s < d <= end day``, and on s a ground that depends on a system that failed (2.8)."""
    ends = [end.ended_on for end in known.of(IncidentEnd) if end.incident == incident.name]
    if day <= incident.started_on or any(end < day for end in ends):
        return False
    return any(_depends(ground, incident) for ground in grounds_on(known, incident.started_on))


def _depends(ground: Ground, incident: Incident) -> bool:
    """An incident on the Fund's own system concerns everybody."""
    return FUND in incident.systems or bool(ground.systems & incident.systems)


def _dates_of(fact: Fact) -> list[date]:
    """Return every date in *fact*: a right may follow each of them."""
    values = [getattr(fact, field.name) for field in fields(fact)]
    period = [first(fact.period)] if isinstance(fact, Payment) else []
    return [value for value in values if isinstance(value, date)] + period
