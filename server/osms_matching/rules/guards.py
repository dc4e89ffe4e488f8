"""
The guard against mass removals: how many withdrawals of one run somebody must look at first.

A list that shrank by mistake, or contributions that are missing, would take a category from many
at once. The register holds such removals (r.guards of its parameters); a run stops at the same
numbers, before anything of it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from osms_common.domain.codes import Category
from osms_matching.domain.dated import Dated, since_order
from osms_matching.domain.runs import CategoryCounts
from osms_matching.rules.couples import OF_COUPLES


@dataclass(frozen=True)
class Guard:
    """Both must be exceeded: a number of removals, and a share of those who held the category."""

    count: Dated[int] = since_order("r.guards", 1000)
    share: Dated[Decimal] = since_order("r.guards", Decimal("0.05"))

    def stopped(self, counts: Mapping[Category, CategoryCounts], day: date) -> frozenset[Category]:
        """The categories of which a run of *day* withdraws too many."""
        count_max, share_max = self.count.on(day), self.share.on(day)
        return frozenset(
            category
            for category, (held, _, withdrawn) in counts.items()
            if withdrawn > count_max and withdrawn > share_max * held
        )


GUARD = Guard()


def kept_back(stopped: frozenset[Category]) -> tuple[frozenset[Category], frozenset[Category]]:
    """
    Of which categories no withdrawal is sent while a run is stopped, and of which nothing at all.

    R03 and R04 are kept back together, with what is granted in them: a place has one holder. And
    with them removals of L02, which gives way to what is then not granted.
    """
    if not stopped & frozenset(OF_COUPLES):
        return stopped, frozenset()
    return stopped | {*OF_COUPLES, Category.CRISIS_LEVEL}, frozenset(OF_COUPLES)
