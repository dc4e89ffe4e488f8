"""By which paragraphs something is decided, and which system it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from osms_common.domain.codes import Category, System
from osms_matching.domain.decisions import Outcome, Reason
from osms_matching.domain.grants import Grant
from osms_matching.rules.categories import Rule
from osms_matching.rules.families import BY_CIVIL_ACTS, BY_EDUCATION
from osms_matching.rules.listings import LISTS, Barring, Listing

_LISTED_BY: Final[Mapping[Category, tuple[str, ...]]] = {
    Category.RAISING_CHILD: (BY_CIVIL_ACTS.provision, BY_EDUCATION.provision),
    **{
        row.category: tuple(each.provision for each in LISTS if each.category is row.category)
        for row in LISTS
    },
}
"""The paragraphs that say who lists for a category."""

_OF_REASON: Final[Mapping[Reason, tuple[str, ...]]] = {
    Reason.ON_LEAVE: ("p20.3", "p20.4"),
    Reason.CHILD_TURNED_THREE: ("p20.3",),
    Reason.LEAVE_ENDED: ("p20.4",),
}

REMOVED_BY: Final[Mapping[Reason, System]] = {
    Reason.DEATH: System.MOJ,
    Reason.WORKED: System.MLSPP,
    Reason.OTHER_CATEGORY: System.MLSPP,
    Reason.OTHER_PARENT: System.MLSPP,
    Reason.ON_LEAVE: System.MLSPP,
}
"""Where a removal comes from; for all other reasons, from the source that listed the person."""

_BY_MATCHING: Final = frozenset({Reason.WORKED, Reason.OTHER_CATEGORY, Reason.OTHER_PARENT})
_BETWEEN_PARENTS: Final = frozenset(
    {Reason.MOTHER, Reason.FATHER_APPLIED, Reason.FIRST_NAMED, Reason.OTHER_PARENT}
)


class Basis(NamedTuple):
    """On what a decision rests: the grant before it, who lists the person, and what bars."""

    grant: Grant | None = None
    listing: Listing | None = None
    barring: Barring | None = None


def provisions(rule: Rule, outcome: Outcome, reason: Reason, basis: Basis) -> tuple[str, ...]:
    """The paragraphs on which a decision rests: who lists, and what was matched."""
    if reason in _OF_REASON:
        return _OF_REASON[reason]
    if basis.barring is not None:
        return (basis.barring.provision,)
    matched = _matched(rule, outcome, reason)
    if reason in _BY_MATCHING:
        return (matched,)
    if basis.listing is None or outcome not in {Outcome.GRANTED, Outcome.KEPT}:
        return _LISTED_BY[rule.category]
    return tuple(dict.fromkeys((basis.listing.provision, matched)))


def _matched(rule: Rule, outcome: Outcome, reason: Reason) -> str:
    if rule.both_idle and reason in _BETWEEN_PARENTS:
        return rule.both_idle
    is_for_grant = outcome in {Outcome.GRANTED, Outcome.NOT_GRANTED}
    return (rule.idle if is_for_grant else rule.worked).provision


def source(outcome: Outcome, reason: Reason, basis: Basis) -> System:
    """
    The system that assigned the category, or from which its removal comes.

    Of a category that is not granted, the one that lists the person or says what bars.
    """
    if basis.barring is not None:
        return basis.barring.source
    if outcome is Outcome.WITHDRAWN and reason in REMOVED_BY:
        return REMOVED_BY[reason]
    told = basis.grant or basis.listing
    assert told is not None
    return told.source
