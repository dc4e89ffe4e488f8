"""
Rosters (section 2.5): who is on which body's list at the end of a day.

A snapshot replaces the list of its body; from the day on which a body has ended, the snapshot of
its successor replaces the list of both. A change touches the list of its own body alone. Snapshots
and changes work in the order of arrival, also one that was approved after a newer one came.

The person is exempt from the day on which the data arrived until the day on which data without the
person arrives: what counts for a day is the lists as they are when the day is over.
"""

from datetime import date

from tests.oracle.days import Month, days_of
from tests.oracle.facts import Change, Snapshot
from tests.oracle.known import Known, remembered
from tests.oracle.reference import bodies_spoken_for, successor_of


@remembered
def listed_by(known: Known, day: date) -> frozenset[str]:
    """Return the bodies that list the person at the end of *day*, as far as known."""
    bodies: frozenset[str] = frozenset()
    for fact in _roster_facts(known):
        if fact.day <= day:
            bodies = _after(fact, bodies, known.iin)
    return bodies


@remembered
def exempt_on(known: Known, month: Month) -> date | None:
    """Return the first day of *month* on which a ROSTER episode holds."""
    exempt = (day for day in days_of(month) if not known.is_dead_on(day) and listed_by(known, day))
    return next(exempt, None)


def systems_behind(known: Known, day: date) -> frozenset[str]:
    """Return the bodies on whose systems the ground depends: those that list, or their heirs."""
    listing = listed_by(known, day)
    heirs = {successor_of(body, day) for body in listing}
    return listing | {heir for heir in heirs if heir is not None}


def _roster_facts(known: Known) -> tuple[Snapshot | Change, ...]:
    return tuple(fact for fact in known.facts if isinstance(fact, Snapshot | Change))


def _after(fact: Snapshot | Change, bodies: frozenset[str], iin: str) -> frozenset[str]:
    if isinstance(fact, Change):
        return bodies | {fact.body} if fact.joins else bodies - {fact.body}
    others = bodies - set(bodies_spoken_for(fact.body, fact.day))
    return others | {fact.body} if iin in fact.iins else others


class Lists:
    """The lists of all bodies as they stand, for the questions asked when a line arrives."""

    def __init__(self) -> None:
        self._people: dict[str, set[str]] = {}

    def of(self, body: str) -> set[str]:
        """Return the list of *body*."""
        return self._people.setdefault(body, set())

    def of_all(self, bodies: tuple[str, ...]) -> set[str]:
        """Return who is on a list of any of *bodies*."""
        return set().union(*(self.of(body) for body in bodies))

    def apply(self, fact: Snapshot | Change) -> None:
        """Let *fact*, the next in order of arrival, do its work."""
        if isinstance(fact, Snapshot):
            self._replace(fact)
        elif fact.joins:
            self.of(fact.body).add(fact.iin)
        else:
            self.of(fact.body).discard(fact.iin)

    def _replace(self, snapshot: Snapshot) -> None:
        for body in bodies_spoken_for(snapshot.body, snapshot.day):
            self._people[body] = set()
        self._people[snapshot.body] = set(snapshot.iins)
