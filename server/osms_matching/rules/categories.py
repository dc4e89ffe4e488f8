"""
The categories that are formed, as one table: how many months are looked at, and what else counts.

A category is granted to whoever is listed and paid no contribution in any of the *idle* months
before the month of the matching. It is withdrawn from whoever is no longer listed, or paid in each
of the *worked* months. In between everything stays as it is. Where no month is looked at, the list
alone decides. The numbers are read on the day of the matching.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from osms_common.domain.codes import Category
from osms_matching.domain.dated import Dated, since_order
from osms_matching.domain.decisions import Reason, RunKind

_C = Category


@dataclass(frozen=True, slots=True)
class Rule:
    """
    How one category is granted and withdrawn.

    *unlisted* is the reason where no source lists the person; *gives_way_to* are the categories
    beside which it is not held. Of a couple's category, *both_idle* is the paragraph on parents
    neither of whom worked. *formed_in* are the matchings that form it; the two categories of
    couples are formed in the same.
    """

    category: Category
    idle: Dated[int]
    worked: Dated[int]
    unlisted: Reason = Reason.NOT_LISTED
    gives_way_to: tuple[Category, ...] = ()
    both_idle: str = ""
    formed_in: tuple[RunKind, ...] = (RunKind.DAILY, RunKind.MONTHLY)


def _listed(category: Category, provision: str) -> Rule:
    """Held by whoever is listed."""
    return Rule(category, since_order(provision, 0), since_order(provision, 0))


def _matched(category: Category, paragraph: str) -> Rule:
    """Granted after a month without contributions, withdrawn after two with them."""
    return Rule(category, since_order(f"{paragraph}.1", 1), since_order(f"{paragraph}.2", 2))


def _of_couples(category: Category, paragraph: str, unlisted: Reason) -> Rule:
    """The same, for one of two parents."""
    return Rule(
        category,
        since_order(f"{paragraph}.1", 1),
        since_order(f"{paragraph}.3", 2),
        unlisted,
        both_idle=f"{paragraph}.2",
    )


_REPUBLICAN: Final = (
    _listed(_C.CHILD, "p22"),
    _matched(_C.PREGNANT, "p26"),
    _of_couples(_C.RAISING_CHILD, "p30", Reason.NO_CHILD),
    _of_couples(_C.ON_CHILD_LEAVE, "p33", Reason.LEAVE_ENDED),
    _matched(_C.DISABLED_CHILD_ALLOWANCE, "p35"),
    _matched(_C.GROUP_ONE_CARE, "p37"),
    _listed(_C.PENSIONER, "p38"),
    _listed(_C.CONVICT, "p39"),
    _listed(_C.REMAND, "p41"),
    _matched(_C.HOUSE_ARREST, "p43"),
    _matched(_C.KANDAS, "p45"),
    _listed(_C.AWARDED_MOTHER, "p46"),
    _listed(_C.DISABILITY, "p47"),
    _listed(_C.STUDENT, "p48"),
    _matched(_C.TARGETED_ASSISTANCE, "p50"),
)

_UNEMPLOYED: Final = Rule(
    _C.UNEMPLOYED, since_order("p56", 2), since_order("p56", 2), Reason.NOT_REGISTERED
)

_CRISIS_LEVEL: Final = Rule(
    _C.CRISIS_LEVEL,
    since_order("p60.1", 3),
    since_order("p60.2", 3),
    Reason.OTHER_LEVEL,
    gives_way_to=(*(rule.category for rule in _REPUBLICAN), _C.UNEMPLOYED),
    formed_in=(RunKind.MONTHLY,),  # p. 54 part 2
)

RULES: Final[Mapping[Category, Rule]] = {
    rule.category: rule
    for rule in (*_REPUBLICAN, _UNEMPLOYED, _CRISIS_LEVEL, _listed(_C.TREATY, "p61"))
}
"""Every category that is formed, in the order of p. 20 and 55; p. 61 last."""


@dataclass(frozen=True, eq=False)
class Law:
    """The rules, and the one number of the law that stands in none of them."""

    rules: Mapping[Category, Rule] = field(default_factory=lambda: RULES)
    child_age_years: Dated[int] = since_order("p20.3", 3)
    """The birthday of a child on which R03 and R04 end."""

    def formed_in(self, kind: RunKind) -> dict[Category, Rule]:
        """The rules of the categories that a matching of a kind forms, in order."""
        return {rule.category: rule for rule in self.rules.values() if kind in rule.formed_in}


LAW: Final = Law()
