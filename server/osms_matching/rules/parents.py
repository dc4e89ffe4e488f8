"""What the places of a person, before and after a matching, make of R03 and R04, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from osms_common.domain.codes import Category
from osms_common.domain.identifiers import Iin
from osms_matching.domain.decisions import Outcome, Reason
from osms_matching.domain.families import Place
from osms_matching.domain.grants import Grant
from osms_matching.rules.couples import OF_COUPLES, ON_LEAVE, RAISING, Seat, claim, seats
from osms_matching.rules.judging import Judgement, has_worked
from osms_matching.rules.listings import Listing
from osms_matching.rules.picture import Picture


@dataclass(frozen=True, slots=True)
class Parent:
    """
    Somebody who has a part in places, or held R03 or R04.

    *open_to* is the category that a place would give; *after* is the one that is held.
    """

    person: Iin
    before: frozenset[Category]
    places: frozenset[Place]
    """Those that are held after the matching."""
    open_to: Category | None
    after: Category | None
    taken: Reason | None
    """Why a place was taken, where none was kept."""
    listing: Listing | None


def parents(picture: Picture, grants: Iterable[Grant]) -> Iterator[Parent]:
    """Everybody whom R03 and R04 concern, in order."""
    of_couples = [grant for grant in grants if grant.category in OF_COUPLES]
    before: defaultdict[Iin, set[Category]] = defaultdict(set)
    for grant in of_couples:
        before[grant.person].add(grant.category)
    taken = seats(picture, of_couples)
    places_of: defaultdict[Iin, list[Place]] = defaultdict(list)
    for place in sorted(picture.places):
        for person in place:
            places_of[person].append(place)
    for person in sorted({*before, *places_of}):
        yield _parent(picture, person, frozenset(before[person]), places_of[person], taken)


def _parent(
    picture: Picture,
    person: Iin,
    before: frozenset[Category],
    own: list[Place],
    taken: dict[Place, Seat],
) -> Parent:
    held = [place for place in own if place in taken and taken[place].holder == person]
    open_to = next(filter(None, (claim(picture, person, place) for place in own)), None)
    whys = [taken[place].taken for place in held]
    return Parent(
        person,
        before,
        frozenset(held),
        open_to,
        open_to if held else None,
        whys[0] if whys and None not in whys else None,
        _listing(picture, person, [*held, *own]),
    )


def _listing(picture: Picture, person: Iin, places: list[Place]) -> Listing | None:
    """Who lists the person: for R04 who reports the leave, for R03 who reports the child."""
    raising = (picture.places[place].raising for place in places)
    return picture.listed.get((person, ON_LEAVE)) or next(filter(None, raising), None)


def judge_parent(picture: Picture, parent: Parent) -> Iterator[tuple[Category, Judgement]]:
    """What became of R03 and R04 of one person."""
    for category in OF_COUPLES:
        if category is parent.after:
            yield category, _held_after(parent, category)
        elif category in parent.before:
            yield category, Judgement(Outcome.WITHDRAWN, _why_lost(picture, parent, category))
        elif category is parent.open_to:
            yield category, Judgement(Outcome.NOT_GRANTED, _why_not(picture, parent, category))


def _held_after(parent: Parent, category: Category) -> Judgement:
    if category in parent.before:
        return Judgement(Outcome.KEPT, Reason.NOT_EVERY_MONTH)
    return Judgement(Outcome.GRANTED, parent.taken or Reason.ON_LEAVE)


def _why_lost(picture: Picture, parent: Parent, category: Category) -> Reason:
    if parent.person in picture.families.dead:
        return Reason.DEATH
    if category is RAISING and parent.after is ON_LEAVE:
        return Reason.ON_LEAVE
    if category is ON_LEAVE and parent.open_to is not ON_LEAVE:
        has_outgrown = parent.person in picture.outgrown
        return Reason.CHILD_TURNED_THREE if has_outgrown else Reason.LEAVE_ENDED
    if parent.open_to is None:
        return _why_no_child(picture, parent.person)
    if has_worked(picture, parent.person, parent.open_to, holds=True):
        return Reason.WORKED
    return Reason.OTHER_PARENT


def _why_no_child(picture: Picture, person: Iin) -> Reason:
    """The child died before it was three, has turned three, or is not the person's any more."""
    children = picture.families.children_of.get(person, ())
    if any(picture.day < child.ages_on for child in children):
        return Reason.CHILD_DIED
    return Reason.CHILD_TURNED_THREE if children else Reason.NO_CHILD


def _why_not(picture: Picture, parent: Parent, category: Category) -> Reason:
    if has_worked(picture, parent.person, category, holds=False):
        return Reason.WORKED
    return Reason.OTHER_PARENT
