"""
Who has a place in R03 and R04 on a day: couples, single parents, adopters and guardians.

A place belongs to the legal representatives of a child under three, all together, married or not;
and to a married couple, or one person, of whom somebody is on leave. It is one place however many
children they have together. Who has children by two partners has a part in two places.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple, TypeVar

from osms_common.domain.codes import System
from osms_common.domain.identifiers import Iin
from osms_matching.domain.families import (
    Application,
    Death,
    Guardianship,
    Marriage,
    Parentage,
    Place,
)
from osms_matching.domain.reports import Report
from osms_matching.rules.listings import Listing

Grouped = TypeVar("Grouped")

BY_CIVIL_ACTS: Final = Listing(System.MOJ, "p28")
BY_EDUCATION: Final = Listing(System.MOE, "p29")


class Child(NamedTuple):
    """A child, the birthday on which it is too old, and its legal representatives alive."""

    child: Iin
    ages_on: date
    is_alive: bool
    place: Place
    mothers: frozenset[Iin]
    listing: Listing

    def is_raised_on(self, day: date) -> bool:
        """Whether it is alive and young enough."""
        return self.is_alive and day < self.ages_on


@dataclass(frozen=True, slots=True)
class Families:
    """The families of a day by their members; the dead are in none."""

    dead: frozenset[Iin]
    couples_of: Mapping[Iin, Sequence[Marriage]]
    children_of: Mapping[Iin, Sequence[Child]]
    applications_of: Mapping[Iin, Sequence[Application]]


class PlaceFound(NamedTuple):
    """What counts in a place; *raising* lists its members for R03, where a child does."""

    raising: Listing | None
    mothers: frozenset[Iin]
    applicants: frozenset[Iin]

    def rank(self, person: Iin) -> tuple[int, Iin]:
        """Of those who did not work, a father who applied comes first, then the mother."""
        if person in self.mothers:
            return 1, person
        return (0 if person in self.applicants else 2), person


def birthday(born_on: date, years: int) -> date:
    """The day on which somebody turns so many years; of 29 February, 1 March where need be."""
    try:
        return born_on.replace(year=born_on.year + years)
    except ValueError:
        return date(born_on.year + years, 3, 1)


def families_on(reports: Sequence[Report], day: date, child_age_years: int) -> Families:
    """The families of *day* by the reports that hold on it."""
    dead = frozenset(r.person for r in reports if isinstance(r, Death) and r.died_on <= day)
    marriages = [r for r in reports if isinstance(r, Marriage) and not dead & {r.husband, r.wife}]
    couples_of = _by_member((m, (m.husband, m.wife)) for m in marriages)
    acts = _by_member((r, (r.child,)) for r in reports if isinstance(r, (Parentage, Guardianship)))
    children = [_child(told, dead, couples_of, child_age_years) for told in acts.values()]
    applications = [r for r in reports if isinstance(r, Application)]
    return Families(
        dead,
        couples_of,
        _by_member((child, child.place) for child in children),
        _by_member((application, (application.person,)) for application in applications),
    )


def _by_member(
    groups: Iterable[tuple[Grouped, tuple[Iin, ...]]],
) -> dict[Iin, list[Grouped]]:
    by_member: defaultdict[Iin, list[Grouped]] = defaultdict(list)
    for group, members in groups:
        for member in members:
            by_member[member].append(group)
    return dict(by_member)


def _child(
    acts: Sequence[Parentage | Guardianship],
    dead: frozenset[Iin],
    couples_of: Mapping[Iin, Sequence[Marriage]],
    child_age_years: int,
) -> Child:
    """
    A child with its legal representatives: its adopters or guardians, where there are any.

    A parent who is married to one of them, as after the adoption by a step-parent, stays one.
    """
    parentages = [act for act in acts if isinstance(act, Parentage)]
    guardians = {act.guardian for act in acts if isinstance(act, Guardianship)} - dead
    mothers = frozenset(act.mother for act in parentages if act.mother is not None)
    parents = {*mothers, *(act.father for act in parentages if act.father is not None)} - dead
    if guardians:
        parents = {person for person in parents if _spouses(person, couples_of) & guardians}
    return Child(
        acts[0].child,
        birthday(max(act.born_on for act in acts), child_age_years),
        acts[0].child not in dead,
        tuple(sorted(parents | guardians)),
        mothers,
        BY_EDUCATION if guardians else BY_CIVIL_ACTS,
    )


def _spouses(person: Iin, couples_of: Mapping[Iin, Sequence[Marriage]]) -> set[Iin]:
    couples = couples_of.get(person, ())
    return {member for couple in couples for member in (couple.husband, couple.wife)} - {person}


def places_on(families: Families, on_leave: Iterable[Iin], day: date) -> dict[Place, PlaceFound]:
    """The places of *day*: of children who are raised, and of persons on leave."""
    raised: dict[Place, Listing] = {}
    children = {child for theirs in families.children_of.values() for child in theirs}
    for child in sorted(children):
        if child.is_raised_on(day):
            raised.setdefault(child.place, child.listing)
    with_child = {person for place in raised for person in place}
    places = {*raised}
    for person in on_leave:
        couples = families.couples_of.get(person, ())
        places.update(tuple(sorted((couple.husband, couple.wife))) for couple in couples)
        if not couples and person not in with_child:
            places.add((person,))
    return {place: _found(place, raised.get(place), families) for place in places}


def _found(place: Place, raising: Listing | None, families: Families) -> PlaceFound:
    children = [child for child in families.children_of.get(place[0], ()) if child.place == place]
    couples = families.couples_of.get(place[0], ())
    wives = {couple.wife for couple in couples if {couple.husband, couple.wife} <= {*place}}
    named = {None, *(child.child for child in children)}
    return PlaceFound(
        raising,
        frozenset(wives).union(*(child.mothers for child in children)),
        frozenset(person for person in place if _applied(person, named, families)),
    )


def _applied(person: Iin, children: set[Iin | None], families: Families) -> bool:
    applications = families.applications_of.get(person, ())
    return any(application.child in children for application in applications)
