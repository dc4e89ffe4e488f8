"""Which tables there is anything to take out of: to empty one that is empty takes as long."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa


def names_of_filled(tables: Iterable[sa.Table]) -> sa.CompoundSelect[Any]:
    """A question for the names of those of *tables* that have rows."""
    return sa.union_all(
        *(
            sa.select(sa.literal(table.name)).where(
                sa.exists(sa.select(sa.literal(1)).select_from(table))
            )
            for table in tables
        )
    )
