"""Who holds which category between two matchings."""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

from osms_common.domain.codes import Category, System
from osms_common.domain.identifiers import Iin
from osms_matching.domain.families import Place


class Grant(NamedTuple):
    """
    A person holds a category since *assigned_on*, from *source*.

    *places* are those that a holder of R03 or R04 takes; none where they are not known, as where
    the grant was made elsewhere.
    """

    person: Iin
    category: Category
    assigned_on: date
    source: System
    places: frozenset[Place] = frozenset()


Grants = frozenset[Grant]
NOTHING_GRANTED: Final[Grants] = frozenset()
