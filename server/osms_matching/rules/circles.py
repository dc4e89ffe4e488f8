"""Whose reports decide about a person: everybody who may share a place, or a child, with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from osms_common.domain.identifiers import Iin
from osms_matching.domain.families import Guardianship, Marriage, Parentage
from osms_matching.domain.reports import Report


def circle(reports: Iterable[Report], person: Iin) -> frozenset[Iin]:
    """
    A person with all whom children and marriages join to them, whenever these are known.

    A matching of their reports and grants alone decides about the person as one of all does.
    """
    joined: defaultdict[Iin, set[Iin]] = defaultdict(set)
    for report in reports:
        members = joined_by(report)
        for member in members:
            joined[member] |= members
    found, new = {person}, {person}
    while new:
        new = {other for member in new for other in joined[member]} - found
        found |= new
    return frozenset(found)


def joined_by(report: Report) -> set[Iin]:
    """Whom a report joins: parents and child, child and guardian, husband and wife."""
    match report:
        case Parentage(child=child, mother=mother, father=father):
            return {member for member in (child, mother, father) if member is not None}
        case Guardianship(child=child, guardian=guardian):
            return {child, guardian}
        case Marriage(husband=husband, wife=wife):
            return {husband, wife}
        case _:
            return set()
