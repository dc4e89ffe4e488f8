"""
R03 and R04: who holds the place of a couple after a matching, and why (p. 30, 33).

First holders lose their places, then places that are free are taken, by whichever member may.
Whoever is on leave has R04 and not R03; the two have one place together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Final, NamedTuple

from osms_common.domain.codes import Category
from osms_common.domain.identifiers import Iin
from osms_matching.domain.decisions import Reason
from osms_matching.domain.families import Place
from osms_matching.domain.grants import Grant
from osms_matching.rules.judging import has_worked
from osms_matching.rules.picture import Picture

RAISING: Final = Category.RAISING_CHILD
ON_LEAVE: Final = Category.ON_CHILD_LEAVE
OF_COUPLES: Final = (RAISING, ON_LEAVE)

_BY_RANK: Final = (Reason.FATHER_APPLIED, Reason.MOTHER, Reason.FIRST_NAMED)


class Seat(NamedTuple):
    """Who has a place after a matching; *taken* says why, where it was taken in it."""

    holder: Iin
    taken: Reason | None = None


class _Claim(NamedTuple):
    """Of several claims to one place, the least has it."""

    is_moved: bool
    assigned_on: date
    rank: tuple[int, Iin]
    grant: Grant


def claim(picture: Picture, person: Iin, place: Place) -> Category | None:
    """For which category a member may have a place: R04 on leave, R03 with a young child."""
    if (person, ON_LEAVE) in picture.listed:
        return ON_LEAVE
    return RAISING if picture.places[place].raising else None


def seats(picture: Picture, grants: Iterable[Grant]) -> dict[Place, Seat]:
    """Who has which place after the matching; places that nobody may have are not in it."""
    held = _held(picture, grants)
    found = {place: _seat(picture, place, held.get(place)) for place in picture.places}
    return {place: seat for place, seat in found.items() if seat is not None}


def _held(picture: Picture, grants: Iterable[Grant]) -> dict[Place, Grant]:
    """
    Which grant has which place before the matching.

    Where a place of a grant is no more, or its places are not known, the holder has all of the
    own places that no other grant names: couples form and part without loss. Of several such
    grants, the oldest has the place.
    """
    places_of: defaultdict[Iin, list[Place]] = defaultdict(list)
    for place in picture.places:
        for person in place:
            places_of[person].append(place)
    claims: defaultdict[Place, list[_Claim]] = defaultdict(list)
    for grant in grants:
        own = places_of.get(grant.person, [])
        has_moved = not grant.places or not grant.places <= {*own}
        for place in own:
            named = place in grant.places
            if named or has_moved:
                rank = picture.places[place].rank(grant.person)
                claims[place].append(_Claim(not named, grant.assigned_on, rank, grant))
    return {place: min(found).grant for place, found in claims.items()}


def _seat(picture: Picture, place: Place, grant: Grant | None) -> Seat | None:
    if grant is not None and _stays(picture, place, grant):
        return Seat(grant.person)
    idle = [person for person in place if _may_take(picture, person, place)]
    if not idle:
        return None
    first = min(idle, key=picture.places[place].rank)
    rank, _ = picture.places[place].rank(first)
    return Seat(first, Reason.ONLY_PARENT if len(idle) == 1 else _BY_RANK[rank])


def _stays(picture: Picture, place: Place, grant: Grant) -> bool:
    """Whether a holder keeps the place: with R04 on leave, with R03 as well."""
    category = claim(picture, grant.person, place)
    if category is None or (grant.category is ON_LEAVE and category is RAISING):
        return False
    return not has_worked(picture, grant.person, category, holds=True)


def _may_take(picture: Picture, person: Iin, place: Place) -> bool:
    category = claim(picture, person, place)
    return category is not None and not has_worked(picture, person, category, holds=False)
