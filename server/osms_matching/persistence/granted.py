"""Grants as rows: places are lists of persons, in order, so that equal ones are written alike."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from psycopg.types.json import Jsonb

from osms_common.domain.codes import Category, System
from osms_common.domain.identifiers import Iin
from osms_matching.domain.families import Place
from osms_matching.domain.grants import Grant

GRANT_COLUMNS: Final = "iin, category, assigned_on, source, places"

_CATEGORY: Final = {category.value: category for category in Category}
_SYSTEM: Final = {system.value: system for system in System}


def grant_row(grant: Grant) -> tuple[Any, ...]:
    """The row of a grant."""
    places = Jsonb(sorted(map(list, grant.places))) if grant.places else None
    return (
        grant.person,
        grant.category.value,
        grant.assigned_on,
        grant.source.value,
        places,
    )


def grant_of(row: Sequence[Any]) -> Grant:
    """The grant of a row."""
    iin, category, assigned_on, source, places = row
    return Grant(iin, _CATEGORY[category], assigned_on, _SYSTEM[source], _places(places or ()))


def _places(told: Collection[Sequence[Iin]]) -> frozenset[Place]:
    return frozenset(tuple(place) for place in told)
